/** What `npm run package` makes, for the tests of it. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const project = join(import.meta.dirname, "..", "..");

/** The folder with what was made of the sources in `folder`. */
export const packedIn = (folder: string): string => join(folder, "build", "package");
export const packed = packedIn(project);

/** What is the same in all executables: the program and its assets, as Node reads them. */
export const blobIn = (folder: string): string => join(folder, "build", "program", "blob");

/** Makes the packages of some platforms anew, of all of them if none is named, or the `blob` alone. */
export function makePackages(platforms: readonly string[], folder = project): void {
  execFileSync(process.execPath, ["tools/package/run.js", ...platforms], { cwd: folder, stdio: "pipe" });
}

/** A copy of all that packages are made of; Node's builds are linked. */
export function copySources(folder: string): string {
  mkdirSync(join(folder, "build"), { recursive: true });
  const names = ["src", "tools", "docs", "completions", "package.json", "tsconfig.json", "LICENSE", "node_modules"];
  for (const name of names) cpSync(join(project, name), join(folder, name), { recursive: true });
  symlinkSync(join(project, "build/node-builds"), join(folder, "build/node-builds"));
  return folder;
}
