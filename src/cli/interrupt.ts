/** Ctrl-C stops cleanly: the writer ends what it has begun, the target stays not bootable, and the message says so. */
import type { Terminal } from "./terminal.js";

/** DECTCEM (ECMA-48 8.3.106, private mode 25): bars hide the cursor, and a second interrupt ends the program as it is. */
const showCursor = "\u001b[?25h";

/**
 * Runs `work` with a signal that the first interrupt aborts. A second one is the system's: it ends the program at once,
 * because a drive that does not answer any more must not hold the person's terminal.
 */
export async function interruptible<T>(terminal: Terminal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let stopListening: (() => void) | undefined;
  stopListening = terminal.onInterrupt(() => {
    if (controller.signal.aborted) return;
    controller.abort();
    stopListening?.();
    terminal.err(`${terminal.animated ? showCursor : ""}\nstopping ... (Ctrl-C again ends it at once)\n`);
  });
  if (controller.signal.aborted) stopListening();
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}
