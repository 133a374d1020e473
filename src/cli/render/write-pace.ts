/** How long a write and its reading back took, each by itself: what is told at the end. */
import type { WriteEvent, WritePhase } from "../../progress/events.js";
import { formatSize } from "../../bytes/amounts.js";
import { formatDuration, formatRate } from "../format.js";

/** Milliseconds below which tenths of a second are told. */
const tenthsBelow = 9950;

/** `elapsedMs` includes, of a write, what is flushed. */
export type Pace = { readonly bytes: number; readonly elapsedMs: number; readonly bytesPerSecond: number };

export type WritePace = {
  onEvent(event: WriteEvent): void;
  /** The same for scripts: null where nothing was sent, or read back. */
  of(path: string, bytesWritten: number): Record<"write" | "readBack", Pace | null>;
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
  // What was sent is on the medium when it is flushed.
  const of: WritePace["of"] = (path, bytesWritten) => ({
    write: paceOf(bytesWritten, between("write", "verify")),
    readBack: paceOf(read.get(path) ?? 0, between("verify", "finish")),
  });
  return {
    onEvent(event) {
      if (event.event === "phase") begun.set(event.phase, now());
      else if (event.event === "done") ended = now();
      else if (event.event === "progress" && event.phase === "verify") read.set(event.target, event.bytes);
    },
    of,
    words(path, bytesWritten) {
      const { write, readBack } = of(path, bytesWritten);
      return [
        ...(write === null ? [] : [paceWords(write, "sent")]),
        ...(readBack === null ? [] : [paceWords(readBack, "read back")]),
      ].join(", ");
    },
  };
}

function paceOf(bytes: number, elapsedMs: number): Pace | null {
  if (bytes === 0) return null;
  const bytesPerSecond = elapsedMs > 0 ? Math.round(bytes / (elapsedMs / 1000)) : 0;
  return { bytes, elapsedMs: Math.round(elapsedMs), bytesPerSecond };
}

function paceWords({ bytes, elapsedMs, bytesPerSecond }: Pace, verb: string): string {
  const rate = bytesPerSecond > 0 ? ` (${formatRate(bytesPerSecond)})` : "";
  // A rate whose time is told as 0 s contradicts it.
  const time = elapsedMs < tenthsBelow ? `${(elapsedMs / 1000).toFixed(1)} s` : formatDuration(elapsedMs);
  return `${formatSize(bytes)} ${verb} in ${time}${rate}`;
}
