/**
 * A command line in this process, from its words to its exit code: what the built program does, without a start of half a
 * second. For cases beside one that the built program shows (`program.ts`).
 */
import { main } from "../../src/cli/main.js";
import { fakeTerminal } from "./fake-terminal.js";
import type { ProgramRun } from "./program.js";

/** Runs it to its end; in `folder`, which then is this process's for as long as it runs. */
export async function runCommandLine(argv: readonly string[], folder?: string): Promise<ProgramRun> {
  const before = process.cwd();
  const terminal = fakeTerminal();
  if (folder !== undefined) process.chdir(folder);
  try {
    const exitCode = await main(argv, terminal);
    return { exitCode, out: terminal.shown.out, err: terminal.shown.err };
  } finally {
    process.chdir(before);
  }
}
