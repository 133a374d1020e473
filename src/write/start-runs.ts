/** The targets of a write, each wrapped in its layers: watched, retried, and written only where it differs. */
import type { DriveWriter } from "../drive/drive-writer.js";
import type { Win7UsbError } from "../errors.js";
import type { DiskPlan } from "../volumes/plan.js";
import type { WarningEvent, WritePhase } from "../progress/events.js";
import { createChangedWriter, type ChangedWriter } from "../transfer/changed-writer.js";
import { streamPatience, usualPatience, type Patience } from "../progress/patience.js";
import { blockSizeFor } from "../transfer/block-size.js";
import type { Meter } from "../progress/progress-meter.js";
import { withRetries } from "../transfer/retry.js";
import { TargetRun, writesInFlight } from "./target-run.js";
import { watchedWriter } from "../transfer/watched-writer.js";

/** The current phase of a write, for its targets and the watch over them. */
export type CurrentPhase = {
  phase: WritePhase;
  /** Of the current phase, by the target's path. */
  readonly meters: Map<string, Meter>;
};

/** What targets need to know of a write. */
type RunOptions = {
  readonly plan: DiskPlan;
  readonly targets: readonly DriveWriter[];
  readonly onlyChanged?: boolean;
  readonly patience?: Patience;
  readonly beside?: number;
  readonly signal?: AbortSignal;
  readonly onEvent: (event: WarningEvent) => void;
  readonly now: () => number;
};

/** Every run must be closed. */
export function startRuns(options: RunOptions, current: CurrentPhase): TargetRun[] {
  return options.targets.map((target) => {
    const meter = (): Meter | undefined => current.meters.get(target.path);
    const watched = watchedWriter(target, {
      patience: options.patience ?? (target.kind === "stream" ? streamPatience : usualPatience),
      now: options.now,
      phase: () => current.phase,
      signal: options.signal,
      onWarning: options.onEvent,
      onLook: (silentMs) => {
        if (run.failure === undefined) meter()?.look(silentMs);
      },
    });
    const onRetry = ({ message }: Win7UsbError): void =>
      options.onEvent({
        event: "warning",
        code: "retried",
        message: `${message}; trying again`,
        target: target.path,
      });
    // A part of what was given may have been taken.
    const writer = target.sequential === true ? watched : withRetries(watched, onRetry);
    const changed = changedWriterFor(writer, options);
    const run = new TargetRun(writer, options.plan.extents, (bytes, sent) => meter()?.advance(bytes, sent), changed);
    return run;
  });
}

/** Undefined for a new file, which holds nothing that could be kept. */
function changedWriterFor(writer: DriveWriter, options: RunOptions): ChangedWriter | undefined {
  if (options.onlyChanged !== true || writer.skipsZeros || writer.sequential === true) return undefined;
  return createChangedWriter(writer, blockSizeFor(options.targets.length + (options.beside ?? 0)), writesInFlight);
}
