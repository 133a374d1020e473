/** The step that writes: opens every target, then hands plan and writers to `writePlan`. */
import { openTargets } from "../drive/index.js";
import type { WriteEvent } from "../progress/events.js";
import { plannedDataBytes } from "../write/prepare.js";
import type { WriteResult } from "../write/write-plan.js";
import { writePlan } from "../write/write-plan.js";
import type { PreparedWrite } from "./prepare-write.js";

export type WriteSettings = {
  readonly verify: boolean;
  readonly force: boolean;
  /** Read drives first and write only what differs. Default: false. */
  readonly onlyChanged?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent: (event: WriteEvent) => void;
  /** Milliseconds that never go back. */
  readonly now: () => number;
};

/** Writes what was prepared. Throws when no target could be finished; see `writePlan`. */
export async function writeImage(prepared: PreparedWrite, settings: WriteSettings): Promise<WriteResult> {
  const writers = await openTargets(prepared.targets, {
    size: prepared.plan.diskSize,
    force: settings.force,
    imagePath: prepared.imagePath,
    needed: plannedDataBytes(prepared.plan),
  });
  return writePlan({
    plan: prepared.plan,
    targets: writers,
    verify: settings.verify,
    onEvent: settings.onEvent,
    now: settings.now,
    onlyChanged: settings.onlyChanged === true,
    ...(settings.signal === undefined ? {} : { signal: settings.signal }),
  });
}
