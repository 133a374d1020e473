/**
 * Entry of the executables: one file that is the program, the process that writes and its threads. Its first lines
 * (tools/executable-main.cjs) load the modules that are inside; a thread starts with the same lines, as text.
 */
import { start } from "./start.js";
import { supervisedPlace } from "./supervised-place.js";

/** Runs what this process was started for. */
export async function startExecutable(): Promise<void> {
  // An executable's own path stands twice before its operands, as that of Node and that of the script.
  const operands = process.argv.slice(2);
  // Nobody else has a channel to the process that started it.
  if (process.channel !== undefined && operands[0] === supervisedPlace) {
    const { runSupervised } = await import("./supervised.js");
    return runSupervised(operands[1]!);
  }
  process.exitCode = await start(operands);
}
