/** The events of a write as lines, for logs and for terminals that cannot redraw: one line for each tenth done. */
import type { WriteEvent, WritePhase } from "../../progress/events.js";
import { printable } from "../escape.js";
import { formatSize } from "../../bytes/amounts.js";
import type { Terminal } from "../terminal.js";
import { paceOf, percentOf, tenthsOf } from "./progress-words.js";

export const phaseWords: Readonly<Record<WritePhase, string>> = {
  check: "checking before the first byte is written",
  write: "writing",
  flush: "flushing to the medium",
  verify: "verifying",
  finish: "making it bootable",
};

export function plainEvents(terminal: Pick<Terminal, "err">): (event: WriteEvent) => void {
  const shown = new Map<string, number>();
  return (event) => {
    if (event.event === "phase") {
      shown.clear();
      terminal.err(`${phaseWords[event.phase]}\n`);
    } else if (event.event === "progress") {
      const step = tenthsOf(event);
      if (step <= (shown.get(event.target) ?? 0)) return;
      shown.set(event.target, step);
      terminal.err(
        `  ${printable(event.target)}: ${percentOf(event)}% of ${formatSize(event.totalBytes)}${paceOf(event)}\n`,
      );
    } else if (event.event === "warning") {
      terminal.err(`warning: ${printable(event.message)}\n`);
    }
  };
}
