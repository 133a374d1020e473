/** Progress of one target in one phase, told as events: often enough for a bar, seldom enough for a log. */
import type { ProgressEvent, WritePhase } from "./events.js";
import { progressed, startProgress, type Progress } from "./progress.js";

/** Milliseconds between two events of one target. */
const eventIntervalMs = 100;

export type Meter = {
  /** So many more bytes are done. */
  advance(bytes: number): void;
  /** The phase is over: tells where it ended, unless that was told. */
  end(): void;
};

export type MeterOptions<Phase extends string = WritePhase> = {
  readonly phase: Phase;
  readonly target: string;
  readonly totalBytes: number;
  readonly now: () => number;
  readonly onEvent: (event: ProgressEvent<Phase>) => void;
};

export function createMeter<Phase extends string>(options: MeterOptions<Phase>): Meter {
  const { phase, target, totalBytes, now, onEvent } = options;
  let progress: Progress = startProgress(totalBytes, now());
  let bytes = 0;
  let told = -1;
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (at: number): void => {
    progress = progressed(progress, { now: at, bytes });
    const { bytesPerSecond } = progress;
    onEvent({
      event: "progress",
      phase,
      target,
      bytes,
      totalBytes,
      bytesPerSecond: Math.round(bytesPerSecond),
      etaMs: bytes === totalBytes ? 0 : progress.etaMs,
    });
    told = bytes;
    toldAt = at;
  };
  return {
    advance(count) {
      bytes += count;
      const at = now();
      if (at - toldAt >= eventIntervalMs) tell(at);
    },
    end() {
      if (told !== bytes) tell(now());
    },
  };
}
