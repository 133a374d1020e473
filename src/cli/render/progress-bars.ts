/** Progress as bars that redraw, one for each thing that is busy: cli-progress behind one file. */
import { MultiBar } from "cli-progress";
import type { SingleBar } from "cli-progress";
import type { ProgressEvent } from "../../progress/events.js";
import { formatDuration, formatRate, printable } from "../format.js";
import type { Style } from "../style.js";
import type { Terminal } from "../terminal.js";
import { percentOf } from "./progress-words.js";

const rateColumns = 10;
const leftColumns = 14;
/** Everything on a bar's line but the bar itself: phase, percent, rate, time left and the blanks between. */
const textColumns = 44;
const longestBar = 40;
const shortestBar = 8;

type ProgressBars<Phase extends string> = {
  /** Draws the bar of the event's target; `phaseWord` has at most 9 letters. */
  update(event: ProgressEvent<Phase>, phaseWord: string): void;
  /** Ends all bars and leaves the terminal as it was found: cursor shown, bars finished. */
  stop(): void;
};

/** `targets` are the names that can occur; a single one is not shown. */
export function progressBars<Phase extends string>(
  terminal: Terminal,
  targets: readonly string[],
  style: Style,
): ProgressBars<Phase> {
  const nameWidth = targets.length > 1 ? Math.max(...targets.map((target) => target.length)) + 2 : 0;
  const barsize = Math.max(shortestBar, Math.min(longestBar, terminal.columns - textColumns - nameWidth));
  let bars: MultiBar | null = null;
  let byTarget = new Map<string, SingleBar>();
  return {
    update(event, phaseWord) {
      bars ??= new MultiBar({
        format: `{name}{phase} ${style.good("{bar}")} {percent} {pace}`,
        barCompleteChar: "\u2501",
        barIncompleteChar: "\u2500",
        barsize,
        hideCursor: true,
        clearOnComplete: false,
        stream: process.stderr,
        autopadding: false,
      });
      const fields = fieldsOf(event, phaseWord, nameWidth);
      const known = byTarget.get(event.target);
      const bar = known ?? bars.create(event.totalBytes, 0, fields);
      byTarget.set(event.target, bar);
      bar.update(event.bytes, fields);
    },
    stop() {
      bars?.stop();
      bars = null;
      byTarget = new Map();
    },
  };
}

function fieldsOf(event: ProgressEvent<string>, phaseWord: string, nameWidth: number): Record<string, string> {
  const stalled = event.stalledMs === undefined ? null : `no answer for ${formatDuration(event.stalledMs)}`;
  const left = event.etaMs === null || event.bytes === event.totalBytes ? "" : `${formatDuration(event.etaMs)} left`;
  const rate = event.bytesPerSecond > 0 ? formatRate(event.bytesPerSecond) : "";
  return {
    name: nameWidth > 0 ? printable(event.target).padEnd(nameWidth) : "",
    phase: phaseWord.padEnd(9),
    percent: `${percentOf(event)}%`.padStart(4),
    pace: (stalled ?? `${rate.padStart(rateColumns)} ${left}`).padEnd(rateColumns + 1 + leftColumns),
  };
}
