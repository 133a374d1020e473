/** Entry of the command line: runs the program and turns whatever is thrown into a message and an exit code. */
import { exitCodeOf } from "../errors.js";
import { runProgram } from "./program.js";
import type { Terminal } from "./terminal.js";
import { processTerminal } from "./terminal.js";

/** Resolves to the exit code; never throws. */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  try {
    return await runProgram(argv, terminal);
  } catch (thrown) {
    const { reportError } = await import("./report-error.js");
    reportError(thrown, argv, terminal);
    return exitCodeOf(thrown);
  }
}
