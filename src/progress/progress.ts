/**
 * Progress as a reducer over samples of time and bytes; the clock is whoever gives the samples. What is done and what was
 * moved differ: zeros that a sparse file does not need, and blocks that a drive holds already, are done and were never
 * sent. The rate is of what was moved, the remaining time follows from what is done.
 */

/** Milliseconds after which a sample's weight has fallen to 1/e: long enough to be calm, short enough to be true. */
const smoothingMs = 3000;
/** Below this no rate is told: the first blocks say more of caches than of the drive. */
const leastMs = 500;

export type Progress = {
  readonly totalBytes: number;
  readonly bytes: number;
  readonly startedAt: number;
  readonly sampledAt: number;
  /** Bytes that went to the medium or came from it. */
  readonly moved: number;
  /** Exponentially weighted sums of the rates of `bytes` and of `moved`, and of the weights they stand for. */
  readonly weightedDone: number;
  readonly weightedMoved: number;
  readonly weight: number;
  /** Of `moved`; 0 until it can be told. */
  readonly bytesPerSecond: number;
  /** Null until it can be told. */
  readonly etaMs: number | null;
};

/** `bytes` and `moved` count from the start; `moved` is `bytes` where it is not given. */
type Sample = { readonly now: number; readonly bytes: number; readonly moved?: number };

export function startProgress(totalBytes: number, now: number): Progress {
  return {
    totalBytes,
    bytes: 0,
    moved: 0,
    startedAt: now,
    sampledAt: now,
    weightedDone: 0,
    weightedMoved: 0,
    weight: 0,
    bytesPerSecond: 0,
    etaMs: null,
  };
}

/** The progress after one more sample. A sample of the same instant waits for the next. */
export function progressed(progress: Progress, sample: Sample): Progress {
  const elapsed = sample.now - progress.sampledAt;
  if (elapsed <= 0) return progress;
  const { bytes, moved = bytes } = sample;
  const decay = Math.exp(-elapsed / smoothingMs);
  const weighted = (before: number, more: number): number => before * decay + ((more * 1000) / elapsed) * (1 - decay);
  const weightedDone = weighted(progress.weightedDone, bytes - progress.bytes);
  const weightedMoved = weighted(progress.weightedMoved, moved - progress.moved);
  const weight = progress.weight * decay + (1 - decay);
  const known = sample.now - progress.startedAt >= leastMs;
  const remaining = Math.max(0, progress.totalBytes - bytes);
  return {
    ...progress,
    bytes,
    moved,
    sampledAt: sample.now,
    weightedDone,
    weightedMoved,
    weight,
    bytesPerSecond: known ? weightedMoved / weight : 0,
    etaMs: etaOf(remaining, known ? weightedDone / weight : 0),
  };
}

/** The progress at the end of a pause, which says nothing of the pace before or after it: the rate is told anew. */
export function resumed({ totalBytes }: Progress, { now, bytes, moved = bytes }: Sample): Progress {
  return { ...startProgress(totalBytes, now), bytes, moved };
}

function etaOf(remaining: number, bytesPerSecond: number): number | null {
  if (remaining === 0) return 0;
  return bytesPerSecond > 0 ? Math.round((remaining * 1000) / bytesPerSecond) : null;
}
