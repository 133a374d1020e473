/**
 * Entry of the executables: one file that is the program, the process that writes and its threads. It is bundled as one
 * script, which the executable's first lines (tools/executable-main.cjs) compile; a thread is given the script as text,
 * because it has no file that it could start from.
 */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { serveThread, setThreadEntry, type ThreadSetup } from "../threads/index.js";
import { start } from "./start.js";
import { setSupervisedEntry } from "./supervise.js";

/** The first operand of the writing process; nobody else has a channel to the process that started it. */
const supervisedWord = "supervised";

/** Runs what this process was started for; `source` is the script that this module was bundled into. */
export async function startExecutable(source: string): Promise<void> {
  setThreadEntry(source);
  setSupervisedEntry(supervisedWord);
  // An executable's own path stands twice before its operands, as that of Node and that of the script.
  const operands = process.argv.slice(2);
  if (process.channel !== undefined && operands[0] === supervisedWord) {
    const { runSupervised } = await import("./supervised.js");
    return runSupervised(operands[1]!);
  }
  process.exitCode = await start(operands);
}

// Written by startThread of the same script, which is typed.
if (!isMainThread && parentPort !== null) void serveThread(parentPort, workerData as ThreadSetup);
