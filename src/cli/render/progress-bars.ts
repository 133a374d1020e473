/** Progress as bars that redraw, one for each thing that is busy: cli-progress behind one file. */
import { MultiBar } from "cli-progress";
import type { SingleBar } from "cli-progress";
import type { ProgressEvent } from "../../progress/events.js";
import { abbreviated, printable } from "../escape.js";
import { formatDuration, formatRate } from "../format.js";
import { screenOf } from "../screen.js";
import type { Style } from "../style.js";
import type { Terminal } from "../terminal.js";
import { percentOf } from "./progress-words.js";

const rateColumns = 10;
const leftColumns = 14;
/** Everything on a bar's line but the bar itself: phase, percent, rate, time left and the blanks between. */
const textColumns = 44;
const longestBar = 40;
const shortestBar = 8;
/** A name in front of a bar: that of a drive, or a file's. */
const longestName = 24;
/** Where there is no room for bar and pace, phase and percent are left. */
const withBarFrom = textColumns + shortestBar + 1;

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
  const longest = Math.max(...targets.map((target) => nameOf(target).length));
  const nameWidth = targets.length > 1 ? longest + 2 : 0;
  const room = terminal.columns - nameWidth;
  // The last column stays empty: a terminal that has echoed ^C there would begin another line.
  const barsize = Math.max(shortestBar, Math.min(longestBar, room - textColumns - 1));
  const words = room < withBarFrom ? "{percent}" : `${style.good("{bar}")} {percent} {pace}`;
  const [full, empty] = terminal.unicode ? ["\u2501", "\u2500"] : ["#", "-"];
  let bars: MultiBar | null = null;
  let byTarget = new Map<string, SingleBar>();
  return {
    update(event, phaseWord) {
      bars ??= new MultiBar({
        format: `{name}{phase} ${words}{end}`,
        barCompleteChar: full,
        barIncompleteChar: empty,
        barsize,
        hideCursor: true,
        clearOnComplete: false,
        // It counts colours as characters.
        stream: screenOf({
          draw: (text) => terminal.draw(text),
          get columns() {
            return terminal.columns + style.good("-").length - 1;
          },
          rows: terminal.rows,
        }),
        autopadding: false,
      });
      const fields = fieldsOf(event, phaseWord, nameWidth);
      const known = byTarget.get(event.target);
      const bar = known ?? bars.create(event.totalBytes, 0, fields);
      byTarget.set(event.target, bar);
      bar.update(event.bytes, fields);
    },
    stop() {
      // What has changed is drawn again, over what the terminal has echoed of Ctrl-C.
      for (const bar of byTarget.values()) bar.update({ end: " " });
      bars?.stop();
      bars = null;
      byTarget = new Map();
    },
  };
}

function nameOf(target: string): string {
  return abbreviated(printable(target), longestName);
}

function fieldsOf(event: ProgressEvent<string>, phaseWord: string, nameWidth: number): Record<string, string> {
  const stalled = event.stalledMs === undefined ? null : `no answer for ${formatDuration(event.stalledMs)}`;
  const left = event.etaMs === null || event.bytes === event.totalBytes ? "" : `${formatDuration(event.etaMs)} left`;
  const rate = event.bytesPerSecond > 0 ? formatRate(event.bytesPerSecond) : "";
  return {
    end: "",
    name: nameWidth > 0 ? nameOf(event.target).padEnd(nameWidth) : "",
    phase: phaseWord.padEnd(9),
    percent: `${percentOf(event)}%`.padStart(4),
    pace: (stalled ?? `${rate.padStart(rateColumns)} ${left}`).padEnd(rateColumns + 1 + leftColumns),
  };
}
