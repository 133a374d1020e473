/** Progress in words: percent, rate and time left. */
import type { ProgressEvent } from "../../progress/events.js";
import { formatDuration, formatRate } from "../format.js";

/** Whole percent; 100 only when nothing is left. */
export function percentOf(event: ProgressEvent<string>): number {
  return event.totalBytes === 0 ? 100 : Math.floor((event.bytes / event.totalBytes) * 100);
}

/** Where no line can be drawn anew there is one for each so many percent. */
const lineEvery = 10;

/** How many of these lines are due: tenths that are done. */
export function tenthsOf(event: ProgressEvent<string>): number {
  return Math.floor(percentOf(event) / lineEvery);
}

/** `, 38 MiB/s, 0:47 left`, as far as it is known. */
export function paceOf(event: ProgressEvent<string>): string {
  const rate = event.bytesPerSecond > 0 ? `, ${formatRate(event.bytesPerSecond)}` : "";
  return event.etaMs === null || event.bytes === event.totalBytes
    ? rate
    : `${rate}, ${formatDuration(event.etaMs)} left`;
}
