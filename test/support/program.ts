/** The program as people start it: a process of its own, from what `npm run build` has made. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const program = join(import.meta.dirname, "..", "..", "bin", "win7usb.js");

/** Node and the program: the first words of its command line. */
export const programCommand: readonly [string, string] = [process.execPath, program];

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
