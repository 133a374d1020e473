/**
 * Where the program begins: bin/win7usb.js calls this. It is bundled as a CommonJS module, which Node loads without a
 * thread: their number is set here, once the command line says how many targets there are.
 */
import { keepLastWord } from "./last-word.js";
import { main, type Execute } from "./main.js";
import { writesTargets } from "./options.js";
import { processTerminal } from "./terminal.js";

/** Threads for files: each target keeps two of them waiting, the image two more, and so does what is read beside them. */
const threadsFor = (operands: number): number => 2 * (operands + 3);

/** What a drive may hold up is another process's. A dry run touches none, and a second start takes its time. */
const execute: Execute = async (invocation, terminal) => {
  process.env["UV_THREADPOOL_SIZE"] ||= String(threadsFor(invocation.operands.length));
  if (writesTargets(invocation)) {
    const { supervise } = await import("./supervise.js");
    return supervise(invocation, terminal);
  }
  const release = keepLastWord(invocation, terminal);
  try {
    const { run } = await import("./run.js");
    return await run(invocation, terminal);
  } finally {
    release();
  }
};

/** `argv` without node and script. Resolves to the exit code; never throws. */
export async function start(argv: readonly string[]): Promise<number> {
  return main(argv, processTerminal(), execute);
}
