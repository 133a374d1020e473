/** The events of a write as bars, one a target. */
import type { WarningEvent, WriteEvent, WritePhase } from "../../progress/events.js";
import type { Style } from "../style.js";
import type { Terminal } from "../terminal.js";
import { progressBars } from "./progress-bars.js";
import { warningLine } from "./warning-line.js";
import { phaseWords } from "./write-plain.js";

type BarEvents = {
  onEvent(event: WriteEvent): void;
  /** Leaves the terminal as it was found. */
  stop(): void;
};

export function barEvents(terminal: Terminal, targets: readonly string[], style: Style): BarEvents {
  const bars = progressBars<WritePhase>(terminal, targets, style);
  let phase: WritePhase = "write";
  /** Targets that have a bar, which says itself for how long they have not answered. */
  const shown = new Set<string>();
  const stop = (): void => {
    bars.stop();
    shown.clear();
  };
  const onEvent = (event: WriteEvent): void => {
    if (event.event === "progress") {
      bars.update(event, phaseWords[phase].split(" ")[0]!);
      shown.add(event.target);
    } else if (event.event === "phase") {
      stop();
      phase = event.phase;
    } else if (event.event === "warning") {
      if (saidByBar(event, shown)) return;
      stop();
      terminal.err(warningLine(event.message, terminal));
    } else if (event.event === "done") stop();
  };
  return { onEvent, stop };
}

function saidByBar({ code, target }: WarningEvent, shown: ReadonlySet<string>): boolean {
  return (code === "stalled" || code === "resumed") && target !== undefined && shown.has(target);
}
