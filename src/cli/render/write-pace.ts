/** How long a write and its reading back took, each by itself: what is told at the end. */
import type { WriteEvent, WritePhase } from "../../progress/events.js";
import { formatSize } from "../../bytes/amounts.js";
import { formatDuration, formatRate } from "../format.js";

/** Milliseconds below which tenths of a second are told. */
const tenthsBelow = 9950;

export type WritePace = {
  onEvent(event: WriteEvent): void;
  /** `8.00 MiB sent in 1 s (8.0 MiB/s), 64.0 MiB read back in 1 s (64 MiB/s)`. */
  words(path: string, bytesWritten: number): string;
};

/** `now` in milliseconds. */
export function writePace(now: () => number): WritePace {
  const begun = new Map<WritePhase, number>();
  const read = new Map<string, number>();
  let ended: number | undefined;
  const between = (from: WritePhase, to: WritePhase): number =>
    Math.max(0, (begun.get(to) ?? begun.get("finish") ?? ended ?? 0) - (begun.get(from) ?? 0));
  return {
    onEvent(event) {
      if (event.event === "phase") begun.set(event.phase, now());
      else if (event.event === "done") ended = now();
      else if (event.event === "progress" && event.phase === "verify") read.set(event.target, event.bytes);
    },
    words(path, bytesWritten) {
      const back = read.get(path) ?? 0;
      return [
        // What was sent is on the medium when it is flushed.
        ...(bytesWritten === 0 ? [] : [paceWords(bytesWritten, "sent", between("write", "verify"))]),
        ...(back === 0 ? [] : [paceWords(back, "read back", between("verify", "finish"))]),
      ].join(", ");
    },
  };
}

function paceWords(bytes: number, verb: string, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? ` (${formatRate(bytes / (elapsedMs / 1000))})` : "";
  // A rate whose time is told as 0 s contradicts it.
  const time = elapsedMs < tenthsBelow ? `${(elapsedMs / 1000).toFixed(1)} s` : formatDuration(elapsedMs);
  return `${formatSize(bytes)} ${verb} in ${time}${rate}`;
}
