/** The progress of a check: a bar on a terminal that can redraw, a line for each tenth elsewhere. */
import type { CheckEvent } from "../../steps/check-target.js";
import { printable } from "../escape.js";
import { formatSize } from "../../bytes/amounts.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import { paceOf, percentOf, tenthsOf } from "./progress-words.js";
import { warningLine } from "./warning-line.js";

type CheckProgress = {
  onEvent: (event: CheckEvent) => void;
  /** Leaves the terminal as it was found. */
  stop(): void;
};

const phaseWord = "checking";
export async function checkProgress(terminal: Terminal, target: string): Promise<CheckProgress> {
  const warn = (message: string): void => terminal.err(warningLine(message, terminal));
  if (!terminal.animated) return plainProgress(terminal, warn);
  const { progressBars } = await import("./progress-bars.js");
  const bars = progressBars<"check">(terminal, [target], styleFor(terminal));
  return {
    onEvent(event) {
      if (event.event === "progress") return bars.update(event, phaseWord);
      bars.stop();
      warn(event.message);
    },
    stop: () => bars.stop(),
  };
}

function plainProgress(terminal: Terminal, warn: (message: string) => void): CheckProgress {
  let shown = 0;
  const onEvent = (event: CheckEvent): void => {
    if (event.event === "warning") return warn(event.message);
    const step = tenthsOf(event);
    if (step <= shown) return;
    shown = step;
    const what = `${phaseWord} ${printable(event.target)}`;
    terminal.err(`${what}: ${percentOf(event)}% of ${formatSize(event.totalBytes)}${paceOf(event)}\n`);
  };
  return { onEvent, stop: () => undefined };
}
