/**
 * Where the program begins: bin/win7usb.js calls this. It is bundled as a CommonJS module, which Node loads without a
 * thread: their number is set here, once the command line says how many targets there are.
 */
import { keepLastWord, wantsJson } from "./last-word.js";
import { main, type Execute } from "./main.js";
import { writesTargets, type Invocation } from "./options.js";
import { processTerminal, type Terminal } from "./terminal.js";

/** Threads for files: each target keeps two of them waiting, the image two more, and so does what is read beside them. */
const threadsFor = (operands: number): number => 2 * (operands + 3);

/** What a drive may hold up is another process's. A dry run touches none, and a second start takes its time. */
const execute = async (invocation: Invocation, terminal: Terminal, onLack: () => void): Promise<number> => {
  process.env["UV_THREADPOOL_SIZE"] ||= String(threadsFor(invocation.operands.length));
  if (writesTargets(invocation)) {
    const { supervise } = await import("./supervise.js");
    return supervise(invocation, terminal, onLack);
  }
  const release = keepLastWord(invocation, terminal);
  try {
    const { run } = await import("./run.js");
    return await run(invocation, terminal, onLack);
  } finally {
    release();
  }
};

/** `argv` without node and script. Resolves to the exit code; never throws. */
export async function start(argv: readonly string[]): Promise<number> {
  const executeOrOffer: Execute = async (invocation, terminal) => {
    let lacksRights = false;
    const exitCode = await execute(invocation, terminal, () => (lacksRights = true));
    // A script has decided for itself, and reads no questions.
    const asks = !wantsJson(invocation) && !("yes" in invocation.options && invocation.options.yes);
    return lacksRights ? offer(asks, exitCode, terminal) : exitCode;
  };
  const offer = async (asks: boolean, otherwise: number, terminal: Terminal): Promise<number> => {
    const { offerRights } = await import("./elevation.js");
    return offerRights(argv, terminal, asks, otherwise);
  };
  return main(argv, processTerminal(), executeOrOffer, async (open, terminal) => {
    const { askFor, keepWindow } = await import("./ask.js");
    const asked = await askFor(open, terminal);
    const exitCode =
      "invocation" in asked
        ? await executeOrOffer(asked.invocation, terminal)
        : await (asked.lacksRights ? offer(true, asked.exitCode, terminal) : asked.exitCode);
    if (open.kind === "guided") await keepWindow(terminal);
    return exitCode;
  });
}
