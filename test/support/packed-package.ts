/** The package as npm would pack it, built into a folder of its own, for programs that know nothing but its exports. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

export type PackedPackage = {
  /** A folder in which `win7usb` is installed. */
  readonly folder: string;
  /** The package in it. */
  readonly installed: string;
  /** Compiles `name` in the folder as a user would, with `declaration`; throws with the compiler's words. */
  compile(names: readonly string[]): void;
  remove(): void;
};

export function packPackage(): PackedPackage {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-packed-"));
  const installed = join(folder, "node_modules", "win7usb");
  mkdirSync(installed, { recursive: true });
  runCompiler(root, ["-p", "tsconfig.build.json", "--outDir", join(installed, "dist")]);
  for (const name of ["package.json", "schemas", "data"]) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(installed, name), { recursive: true });
  }
  // Its dependencies and Node's types, as npm would have put them beside it.
  symlinkSync(join(root, "node_modules"), join(installed, "node_modules"), "junction");
  symlinkSync(join(root, "node_modules", "@types"), join(folder, "node_modules", "@types"), "junction");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const options = ["--strict", "--declaration", "--target", "es2023", "--module", "nodenext", "--types", "node"];
  return {
    folder,
    installed,
    compile: (names) => runCompiler(folder, ["--ignoreConfig", ...options, "--skipLibCheck", "false", ...names]),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function runCompiler(cwd: string, options: readonly string[]): void {
  try {
    execFileSync(process.execPath, [compiler, ...options], { cwd, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    throw new Error(`tsc ${options.join(" ")}:\n${stdout ?? ""}`, { cause: error });
  }
}
