/** The bytes of a changed stick on their way: proved first, and only then is the stick other than it was. */
import type { DriveWriter } from "../../drive/drive-writer.js";
import type { Extent } from "../../extents/extent.js";
import { windowOf } from "../../extents/layout.js";
import type { DiskPlan } from "../../volumes/plan.js";
import { sectorSize } from "../../volumes/plan.js";
import type { WritePlanOptions, WriteResult } from "../../write/write-plan.js";
import { writePlan } from "../../write/write-plan.js";
import type { OpenedStick } from "../open-stick.js";
import { provingJudge } from "../open-stick.js";
import type { WriteRun } from "../write-image.js";
import { proveStick, type Becoming, type ProveRun } from "./prove-stick.js";

/** Events, signal and clock, and whether what was written is read back; default: it is. */
export type ChangeRun = WriteRun & { readonly verify?: boolean | undefined };

/**
 * Changes the stick in `writer`, which is committed or aborted in any case: its sectors are written between a first one that does not
 * boot and the one that does. Rejects with `stick-damaged` before the first byte, and as `writePlan` does.
 */
export function writeChanges(
  stick: OpenedStick,
  becoming: Becoming,
  writer: DriveWriter,
  run: ChangeRun,
): Promise<WriteResult> {
  return writing(stick, writer, run, async (proving) => {
    const { plan, changed } = becoming;
    const { manifestArea, sha256 } = (await proveStick(stick, writer, becoming, proving))!;
    const extents = partsOf(plan, [...changed, manifestArea]);
    return { plan: { ...plan, extents }, contentSha256: sha256, onlyChanged: true };
  });
}

/** Writes all of `plan`, whose ranges are the stick's, into another file. */
export function writeAnew(
  stick: OpenedStick,
  plan: DiskPlan,
  writer: DriveWriter,
  run: ChangeRun,
): Promise<WriteResult> {
  return writing(stick, writer, run, async (proving) => {
    await proveStick(stick, stick.reader, null, proving);
    return { plan };
  });
}

type ToWrite = Pick<WritePlanOptions, "plan" | "contentSha256" | "onlyChanged">;

/** `before`: what is done while nothing is written yet. */
async function writing(
  stick: OpenedStick,
  writer: DriveWriter,
  { signal, onEvent = () => undefined, now = () => performance.now(), verify = true }: ChangeRun,
  before: (proving: ProveRun) => Promise<ToWrite>,
): Promise<WriteResult> {
  let toWrite: ToWrite;
  try {
    onEvent({ event: "phase", phase: "check" });
    toWrite = await before({ signal, onEvent, now });
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return writePlan({
    ...toWrite,
    targets: [writer],
    verify,
    onEvent,
    now,
    // All of it was read: no system keeps a name for who has the file open.
    judge: provingJudge(() => stick.close()),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The sector that boots, and behind it what is to be changed. */
function partsOf({ extents, diskSize }: DiskPlan, changed: readonly Extent[]): Extent[] {
  const boots = windowOf(extents, { offset: 0, length: sectorSize });
  const behind = windowOf(
    changed.toSorted((one, other) => one.offset - other.offset),
    { offset: sectorSize, length: diskSize - sectorSize },
  );
  return [...boots, ...behind.map((extent) => ({ ...extent, offset: extent.offset + sectorSize }))];
}
