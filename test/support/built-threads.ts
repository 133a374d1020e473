/** Worker threads cannot run TypeScript: tests that start threads have the sources compiled into a folder of their own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export type BuiltThreads = {
  /** The compiled module of a source such as `verify/wim-thread.js`. */
  entry(module: string): URL;
  remove(): void;
};

export function buildThreads(): BuiltThreads {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-threads-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const names = ["threads/wim-thread.ts", "threads/hash-thread.ts", "threads/write-hash-thread.ts"];
  const entries = names.map((name) => join(root, "src", name));
  const options = [
    "--ignoreConfig",
    "--target",
    "es2023",
    "--lib",
    "es2023",
    "--types",
    "node",
    "--strict",
    "--skipLibCheck",
  ];
  const output = ["--module", "nodenext", "--rootDir", join(root, "src"), "--outDir", folder];
  execFileSync(process.execPath, [compiler, ...options, ...output, ...entries], { cwd: root, stdio: "pipe" });
  return {
    entry: (module) => pathToFileURL(join(folder, module)),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
