/** The end of a write: how it ended for each target, and the event that says so. */
import type { Win7UsbError } from "../errors.js";
import type { ImageFindings, TargetDone, TargetFailed, WriteEvent } from "../progress/events.js";
import type { DiskPlan } from "../volumes/plan.js";
import type { TargetRun } from "./target-run.js";

/** How a write ended for each target. */
export type WriteResult = {
  readonly done: readonly TargetDone[];
  /** Targets that failed while at least one other was finished; empty where all went well. */
  readonly failed: readonly { readonly path: string; readonly error: Win7UsbError }[];
};

type Concluded = {
  readonly plan: DiskPlan;
  readonly runs: readonly TargetRun[];
  readonly onEvent: (event: WriteEvent) => void;
};

/** Tells the last event. `sha256`: of the content, as it was read back; null where nothing was. */
export function concludeWrite(
  { plan, runs, onEvent }: Concluded,
  sha256: string | null,
  image: ImageFindings | undefined,
): WriteResult {
  const done: TargetDone[] = [];
  const failed: { path: string; error: Win7UsbError }[] = [];
  const results: (TargetDone | TargetFailed)[] = [];
  for (const { writer, failure, bytesWritten, bytesDiffering, verified } of runs) {
    const { path } = writer;
    if (failure === undefined) {
      done.push({
        path,
        sha256,
        sha256Bytes: plan.contentEnd,
        bytesWritten,
        ...(bytesDiffering === undefined ? {} : { bytesDiffering }),
        verified,
      });
      results.push(done.at(-1)!);
    } else {
      const { code, message, hint } = failure;
      failed.push({ path, error: failure });
      results.push({ path, error: hint === undefined ? { code, message } : { code, message, hint } });
    }
  }
  onEvent({ event: "done", targets: results, ...(image === undefined ? {} : { image }) });
  return { done, failed };
}
