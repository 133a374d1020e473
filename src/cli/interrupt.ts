/** Ctrl-C stops cleanly: the writer ends what it has begun, the target stays not bootable, and the message says so. */
import type { WarningEvent } from "../progress/events.js";
import type { ShownProgress } from "./shown-progress.js";
import type { Terminal } from "./terminal.js";

/** CR, and EL (ECMA-48 8.3.41): what the terminal has echoed of Ctrl-C goes. */
const clearLine = "\r\u001b[K";
/** DECTCEM (ECMA-48 8.3.106, private mode 25): bars hide the cursor, and a second interrupt ends the program as it is. */
const showCursor = "\u001b[?25h";

/**
 * Runs `work` with a signal that the first interrupt aborts, and `show`, which tells people of events: of progress no more
 * once it is interrupted. A second interrupt is the system's: it ends the program at once, because a drive that does not
 * answer any more must not hold the person's terminal.
 */
export async function interruptible<T, Event extends { readonly event: string }>(
  terminal: Terminal,
  progress: ShownProgress<Event | WarningEvent>,
  work: (signal: AbortSignal, show: (event: Event) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  let stopListening: (() => void) | undefined;
  stopListening = terminal.onInterrupt(() => {
    if (signal.aborted) return;
    controller.abort();
    stopListening?.();
    terminal.waiting?.end();
    progress.stop();
    if (terminal.animated) terminal.draw(clearLine + showCursor);
    else if (terminal.interactive) terminal.err("\n");
    terminal.err("stopping ... (Ctrl-C again ends it at once)\n");
  });
  if (signal.aborted) stopListening();
  const show = (event: Event): void => {
    if (!signal.aborted || event.event !== "progress") progress.onEvent(event);
  };
  const endShowing = terminal.waiting?.showIn(progress);
  try {
    return await work(signal, show);
  } finally {
    endShowing?.();
    stopListening();
    progress.stop();
  }
}
