/** How long a write and its reading back took, each by itself, from the events of the write. */
import type { WriteEvent, WritePhase } from "./events.js";

/** `elapsedMs` includes, of a write, what is flushed. */
export type Pace = { readonly bytes: number; readonly elapsedMs: number; readonly bytesPerSecond: number };

export type WriteTimes = {
  onEvent(event: WriteEvent): void;
  /** Null where nothing was sent, or read back. */
  of(path: string, bytesWritten: number): Record<"write" | "readBack", Pace | null>;
};

/** `now` in milliseconds. */
export function writeTimes(now: () => number): WriteTimes {
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
    // What was sent is on the medium when it is flushed.
    of: (path, bytesWritten) => ({
      write: measuredPace(bytesWritten, between("write", "verify")),
      readBack: measuredPace(read.get(path) ?? 0, between("verify", "finish")),
    }),
  };
}

/** Null where there are no bytes. */
export function measuredPace(bytes: number, elapsedMs: number): Pace | null {
  if (bytes === 0) return null;
  const bytesPerSecond = elapsedMs > 0 ? Math.round(bytes / (elapsedMs / 1000)) : 0;
  return { bytes, elapsedMs: Math.round(elapsedMs), bytesPerSecond };
}
