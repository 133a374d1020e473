/** The program as people start it: a process of its own, from what `npm run build` has made. */
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const program = join(root, "bin", "win7usb.js");

/** Node and the program: the first words of its command line. */
export const programCommand: readonly [string, string] = [process.execPath, program];

/** `programCommand` of a copy in `folder`, which everybody may read: this checkout may lie where its owner alone may look. */
export function programForEverybody(folder: string): readonly [string, string] {
  for (const part of ["bin", join("dist", "bundle"), "package.json"])
    cpSync(join(root, part), join(folder, "program", part), { recursive: true });
  return [process.execPath, join(folder, "program", "bin", "win7usb.js")];
}

export type ProgramRun = { readonly exitCode: number | null; readonly out: string; readonly err: string };

/** Runs it to its end. */
export function runProgram(argv: readonly string[], folder?: string): ProgramRun {
  const [node, script] = programCommand;
  const { status, stdout, stderr } = spawnSync(node, [script, ...argv], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  return { exitCode: status, out: stdout, err: stderr };
}
