/** Before the first byte: checks that the plan fits the targets, and cuts it into transfers. */
import { exactSize } from "../bytes/amounts.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import { requireTransferUnit } from "../drive/transfer-unit.js";
import { Win7UsbError } from "../errors.js";
import { sectorSize, type DiskPlan } from "../volumes/plan.js";
import { blocksOf, type Block } from "../extents/blocks.js";
import { assertLayout } from "../extents/extent.js";
import { blockSizeFor } from "../transfer/block-size.js";
import { writesInFlight } from "./target-run.js";

/**
 * How far a slow target may fall behind a fast one: 32 MiB for one target, 8 MiB or more for many. Targets that no longer
 * answer keep the slots of their transfers, and enough must remain for the others.
 */
const leastSlots = 8;

export type Prepared = {
  readonly blockSize: number;
  readonly slotCount: number;
  /** The unit at offset 0. */
  readonly bootBlock: Block;
  /** Everything else. */
  readonly blocks: readonly Block[];
};

/** `beside`: targets of other writes. Throws `too-small` for a target that cannot hold the plan, and Error for a plan or target that breaks its promises. */
export function prepare(plan: DiskPlan, targets: readonly DriveWriter[], beside = 0): Prepared {
  assertLayout(plan.extents, plan.diskSize);
  if (targets.length === 0) throw new Error("there is no target to write");
  for (const target of targets) checkTarget(plan, target);
  const unit = Math.max(sectorSize, ...targets.map((target) => target.alignment));
  const blockSize = blockSizeFor(targets.length + beside);
  const sameSize = targets.every((target) => target.size === plan.diskSize);
  const diskEnd = sameSize ? plan.diskSize : Math.min(...targets.map((target) => target.size));
  const [bootBlock, ...blocks] = blocksOf(plan.extents, { unit, blockSize, diskEnd });
  if (bootBlock === undefined || bootBlock.offset !== 0) {
    throw new Error("the plan does not cover the sector that makes a disk bootable");
  }
  return { blockSize, slotCount: Math.max(leastSlots, (targets.length + 1) * writesInFlight), bootBlock, blocks };
}

function checkTarget(plan: DiskPlan, target: DriveWriter): void {
  requireTransferUnit(target);
  if (target.size >= plan.diskSize) return;
  throw new Win7UsbError(
    "too-small",
    `${target.path} holds ${exactSize(target.size)}, expected ${exactSize(plan.diskSize)}`,
    {
      hint: "Use a larger drive.",
      data: { target: target.path, size: target.size, needed: plan.diskSize },
    },
  );
}
