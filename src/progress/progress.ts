/** Progress as a reducer: rate and remaining time from (time, bytes) samples. The clock is whoever gives the samples. */

/** Milliseconds after which a sample's weight has fallen to 1/e: long enough to be calm, short enough to be true. */
const smoothingMs = 3000;
/** Below this no rate is told: the first blocks say more of caches than of the drive. */
const leastMs = 500;

export type Progress = {
  readonly totalBytes: number;
  readonly bytes: number;
  readonly startedAt: number;
  readonly sampledAt: number;
  /** Exponentially weighted sum of rates, and of the weights it stands for. */
  readonly weightedRate: number;
  readonly weight: number;
  /** 0 until it can be told. */
  readonly bytesPerSecond: number;
  /** Null until it can be told. */
  readonly etaMs: number | null;
};

type Sample = { readonly now: number; readonly bytes: number };

export function startProgress(totalBytes: number, now: number): Progress {
  return {
    totalBytes,
    bytes: 0,
    startedAt: now,
    sampledAt: now,
    weightedRate: 0,
    weight: 0,
    bytesPerSecond: 0,
    etaMs: null,
  };
}

/** The progress after one more sample; `bytes` counts from the start. A sample of the same instant waits for the next. */
export function progressed(progress: Progress, sample: Sample): Progress {
  const elapsed = sample.now - progress.sampledAt;
  if (elapsed <= 0) return progress;
  const rate = ((sample.bytes - progress.bytes) * 1000) / elapsed;
  const decay = Math.exp(-elapsed / smoothingMs);
  const weightedRate = progress.weightedRate * decay + rate * (1 - decay);
  const weight = progress.weight * decay + (1 - decay);
  const known = sample.now - progress.startedAt >= leastMs;
  const bytesPerSecond = known ? weightedRate / weight : 0;
  const remaining = Math.max(0, progress.totalBytes - sample.bytes);
  return {
    ...progress,
    bytes: sample.bytes,
    sampledAt: sample.now,
    weightedRate,
    weight,
    bytesPerSecond,
    etaMs: etaOf(remaining, bytesPerSecond),
  };
}

/** The progress at the end of a pause, which says nothing of the pace before or after it: the rate is told anew. */
export function resumed({ totalBytes }: Progress, { now, bytes }: Sample): Progress {
  return { ...startProgress(totalBytes, now), bytes };
}

function etaOf(remaining: number, bytesPerSecond: number): number | null {
  if (remaining === 0) return 0;
  return bytesPerSecond > 0 ? Math.round((remaining * 1000) / bytesPerSecond) : null;
}
