import type { DriveWriter } from "../drive/drive-writer.js";
import type { Win7UsbError } from "../errors.js";
import type { DiskPlan } from "../layout/plan.js";
import type { TargetDone, WriteEvent } from "./events.js";

export type WritePlanOptions = {
  readonly plan: DiskPlan;
  /** Opened; from here on they belong to `writePlan`, which commits or aborts each of them. At least one. */
  readonly targets: readonly DriveWriter[];
  /** Read everything back and compare. */
  readonly verify: boolean;
  /** Aborting stops cleanly with `interrupted`; the targets are then not bootable. */
  readonly signal?: AbortSignal;
  readonly onEvent: (event: WriteEvent) => void;
  /** Milliseconds that never go back, such as `performance.now`. */
  readonly now: () => number;
};

export type WriteResult = {
  readonly done: readonly TargetDone[];
  /** Targets that failed while at least one other was finished; empty where all went well. */
  readonly failed: readonly { readonly path: string; readonly error: Win7UsbError }[];
};

/** Rejects with a Win7UsbError when no target was finished, when the image cannot be read, and when interrupted. */
export type WritePlan = (options: WritePlanOptions) => Promise<WriteResult>;
