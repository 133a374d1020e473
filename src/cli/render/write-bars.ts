/** The events of a write as bars that redraw, one a target: cli-progress behind one file. */
import { MultiBar } from "cli-progress";
import type { SingleBar } from "cli-progress";
import type { ProgressEvent, WriteEvent, WritePhase } from "../../write/events.js";
import { formatDuration, formatRate, printable } from "../format.js";
import type { Style } from "../style.js";
import type { Terminal } from "../terminal.js";
import { percentOf, phaseWords } from "./write-plain.js";

/** Everything on a bar's line but the bar itself: phase, percent, rate, time left and the blanks between. */
const textColumns = 44;
const longestBar = 40;
const shortestBar = 8;

export type BarEvents = {
  onEvent(event: WriteEvent): void;
  /** Leaves the terminal as it was found: cursor shown, bars finished. */
  stop(): void;
};

export function barEvents(terminal: Terminal, targets: readonly string[], style: Style): BarEvents {
  const nameWidth = targets.length > 1 ? Math.max(...targets.map((target) => target.length)) + 2 : 0;
  const barsize = Math.max(shortestBar, Math.min(longestBar, terminal.columns - textColumns - nameWidth));
  let bars: MultiBar | null = null;
  let byTarget = new Map<string, SingleBar>();
  let phase: WritePhase = "write";

  const stop = (): void => {
    bars?.stop();
    bars = null;
    byTarget = new Map();
  };
  const barOf = (event: ProgressEvent): SingleBar => {
    bars ??= new MultiBar({
      format: `{name}{phase} ${style.good("{bar}")} {percent} {rate} {left}`,
      barCompleteChar: "\u2501",
      barIncompleteChar: "\u2500",
      barsize,
      hideCursor: true,
      clearOnComplete: false,
      stream: process.stderr,
      autopadding: false,
    });
    let bar = byTarget.get(event.target);
    if (bar === undefined) {
      bar = bars.create(event.totalBytes, 0, fieldsOf(event, phase, nameWidth));
      byTarget.set(event.target, bar);
    }
    return bar;
  };
  const onEvent = (event: WriteEvent): void => {
    if (event.event === "progress") barOf(event).update(event.bytes, fieldsOf(event, phase, nameWidth));
    else if (event.event === "phase") {
      stop();
      phase = event.phase;
    } else if (event.event === "warning") {
      stop();
      terminal.err(`${style.warning("warning:")} ${printable(event.message)}\n`);
    } else if (event.event === "done") stop();
  };
  return { onEvent, stop };
}

function fieldsOf(event: ProgressEvent, phase: WritePhase, nameWidth: number): Record<string, string> {
  const left = event.etaMs === null || event.bytes === event.totalBytes ? "" : `${formatDuration(event.etaMs)} left`;
  return {
    name: nameWidth > 0 ? printable(event.target).padEnd(nameWidth) : "",
    phase: (phaseWords[phase].split(" ")[0] ?? "").padEnd(9),
    percent: `${percentOf(event)}%`.padStart(4),
    rate: (event.bytesPerSecond > 0 ? formatRate(event.bytesPerSecond) : "").padStart(10),
    left: left.padEnd(14),
  };
}
