/** The events of a write as bars, one a target. */
import type { WriteEvent, WritePhase } from "../../write/events.js";
import { printable } from "../format.js";
import type { Style } from "../style.js";
import type { Terminal } from "../terminal.js";
import { progressBars } from "./progress-bars.js";
import { phaseWords } from "./write-plain.js";

export type BarEvents = {
  onEvent(event: WriteEvent): void;
  /** Leaves the terminal as it was found. */
  stop(): void;
};

export function barEvents(terminal: Terminal, targets: readonly string[], style: Style): BarEvents {
  const bars = progressBars<WritePhase>(terminal, targets, style);
  let phase: WritePhase = "write";
  const onEvent = (event: WriteEvent): void => {
    if (event.event === "progress") bars.update(event, phaseWords[phase].split(" ")[0]!);
    else if (event.event === "phase") {
      bars.stop();
      phase = event.phase;
    } else if (event.event === "warning") {
      bars.stop();
      terminal.err(`${style.warning("warning:")} ${printable(event.message)}\n`);
    } else if (event.event === "done") bars.stop();
  };
  return { onEvent, stop: () => bars.stop() };
}
