/** Progress of one target in one phase, told as events: often enough for a bar, seldom enough for a log. */
import type { ProgressEvent, WritePhase } from "./events.js";
import { usualPatience } from "./patience.js";
import { progressed, resumed, startProgress, type Progress } from "./progress.js";

/** Milliseconds between two events of one target. */
const eventIntervalMs = 100;
/** Milliseconds without an advance after which the last rate is not true any more, whatever holds the target up. */
const standsStillAfterMs = usualPatience.transfer.tellAfterMs;

export type Meter = {
  /** So many more bytes are done; `moved` of them went to the medium or came from it, all where it is not given. */
  advance(bytes: number, moved?: number): void;
  /** To be called now and then: `stalledMs` for how long the target has not answered, null while it does. */
  look(stalledMs: number | null): void;
  /** The phase is over: tells where it ended, unless that was told. */
  end(): void;
};

type MeterOptions<Phase extends string = WritePhase> = {
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
  let moved = 0;
  let told = -1;
  let toldAt = Number.NEGATIVE_INFINITY;
  let advancedAt = now();
  let lastGapMs = 0;
  let stands = false;
  const tell = (at: number): void => {
    progress = progressed(progress, { now: at, bytes, moved });
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
    advance(count, sent = count) {
      const at = now();
      lastGapMs = at - advancedAt;
      advancedAt = at;
      bytes += count;
      moved += sent;
      if (stands) progress = resumed(progress, { now: at, bytes, moved });
      stands = false;
      if (at - toldAt >= eventIntervalMs) tell(at);
    },
    look(stalledMs) {
      if (bytes === totalBytes) return;
      // A slow drive that takes long for each block goes on all the same.
      if (stalledMs === null && now() - advancedAt < Math.max(standsStillAfterMs, 2 * lastGapMs)) return;
      stands = true;
      const pace = {
        bytesPerSecond: 0,
        etaMs: null,
        ...(stalledMs === null ? {} : { stalledMs: Math.round(stalledMs) }),
      };
      onEvent({ event: "progress", phase, target, bytes, totalBytes, ...pace });
    },
    end() {
      if (told !== bytes) tell(now());
    },
  };
}
