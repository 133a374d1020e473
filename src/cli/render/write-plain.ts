/** The events of a write as lines, for logs and for terminals that cannot redraw: one line for each tenth done. */
import type { ProgressEvent, WriteEvent, WritePhase } from "../../write/events.js";
import { formatDuration, formatRate, formatSize, printable } from "../format.js";
import type { Terminal } from "../terminal.js";

export const phaseWords: Readonly<Record<WritePhase, string>> = {
  write: "writing",
  flush: "flushing to the medium",
  verify: "verifying",
  finish: "making it bootable",
};

const lineEvery = 10;

export function plainEvents(terminal: Terminal): (event: WriteEvent) => void {
  const shown = new Map<string, number>();
  return (event) => {
    if (event.event === "phase") {
      shown.clear();
      terminal.err(`${phaseWords[event.phase]}\n`);
    } else if (event.event === "progress") {
      const percent = percentOf(event);
      const step = Math.floor(percent / lineEvery);
      if (step <= (shown.get(event.target) ?? 0)) return;
      shown.set(event.target, step);
      terminal.err(`  ${printable(event.target)}: ${percent}% of ${formatSize(event.totalBytes)}${paceOf(event)}\n`);
    } else if (event.event === "warning") {
      terminal.err(`warning: ${printable(event.message)}\n`);
    }
  };
}

/** Whole percent; 100 only when nothing is left. */
export function percentOf(event: ProgressEvent): number {
  return event.totalBytes === 0 ? 100 : Math.floor((event.bytes / event.totalBytes) * 100);
}

/** `, 38 MiB/s, 0:47 left`, as far as it is known. */
export function paceOf(event: ProgressEvent): string {
  const rate = event.bytesPerSecond > 0 ? `, ${formatRate(event.bytesPerSecond)}` : "";
  return event.etaMs === null || event.bytes === event.totalBytes
    ? rate
    : `${rate}, ${formatDuration(event.etaMs)} left`;
}
