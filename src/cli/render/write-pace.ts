/** How long a write and its reading back took, each by itself: what is told at the end. */
import { formatSize } from "../../bytes/amounts.js";
import { writeTimes, type Pace, type WriteTimes } from "../../progress/write-times.js";
import { formatDuration, formatRate } from "../format.js";

/** Milliseconds below which tenths of a second are told. */
const tenthsBelow = 9950;

export type WritePace = WriteTimes & {
  /** `8.00 MiB sent in 1 s (8.0 MiB/s), 64.0 MiB read back in 1 s (64 MiB/s)`. */
  words(path: string, bytesWritten: number): string;
};

/** `now` in milliseconds. */
export function writePace(now: () => number): WritePace {
  const times = writeTimes(now);
  return {
    ...times,
    words(path, bytesWritten) {
      const { write, readBack } = times.of(path, bytesWritten);
      return [
        ...(write === null ? [] : [paceWords(write, "sent")]),
        ...(readBack === null ? [] : [paceWords(readBack, "read back")]),
      ].join(", ");
    },
  };
}

function paceWords({ bytes, elapsedMs, bytesPerSecond }: Pace, verb: string): string {
  const rate = bytesPerSecond > 0 ? ` (${formatRate(bytesPerSecond)})` : "";
  // A rate whose time is told as 0 s contradicts it.
  const time = elapsedMs < tenthsBelow ? `${(elapsedMs / 1000).toFixed(1)} s` : formatDuration(elapsedMs);
  return `${formatSize(bytes)} ${verb} in ${time}${rate}`;
}
