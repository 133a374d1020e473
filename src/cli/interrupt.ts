/** Ctrl-C stops cleanly: the writer ends what it has begun, the target stays not bootable, and the message says so. */
import type { Terminal } from "./terminal.js";

/** Runs `work` with a signal that the first interrupt aborts. */
export async function interruptible<T>(terminal: Terminal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stopListening = terminal.onInterrupt(() => {
    if (!controller.signal.aborted) terminal.err("\nstopping ...\n");
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}
