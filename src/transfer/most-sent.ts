/** What a write sends to its targets at most, and where a drive is asked for its capacity: known before the first byte. */
import { MiB, roundDown, roundUp } from "../bytes/units.js";
import { blocksOf } from "../extents/blocks.js";
import { wipedAtEnd } from "../volumes/disk-end.js";
import { sectorSize, type DiskPlan } from "../volumes/plan.js";

/** Where the first marker lies, and the first power of two that is added to it. Nobody fakes drives smaller than that. */
const base = MiB;
const smallestStep = 64 * MiB;

/** Bytes: smaller drives are not asked. */
export const leastProbedSize = 4 * smallestStep;

/** Where markers are put to ask whether a drive is as large as it says: ascending, the last one is its last unit. */
export function markerPlaces({ size, alignment }: Sized): number[] {
  const last = roundDown(size - 1, alignment);
  const places = [base];
  for (let step = smallestStep; base + step < last; step *= 2) places.push(base + step);
  return [...places, last];
}

type Sized = { readonly size: number; readonly alignment: number };
/** What of a target decides how much is sent to it. */
export type MeasuredTarget = Sized & { readonly kind: "image-file" | "drive" | "stream"; readonly sequential?: true };

/** Any multiple of every unit: the sum of the blocks is the same. */
const blockSize = 4 * MiB;

/** Bytes, of the target that is sent the most where no transfer is tried again; at least one target. */
export function mostSent(plan: DiskPlan, targets: readonly MeasuredTarget[], onlyChanged: boolean): number {
  if (targets.some(({ kind }) => kind === "stream")) return plan.diskSize;
  const unit = Math.max(sectorSize, ...targets.map(({ alignment }) => alignment));
  const diskEnd = Math.min(...targets.map(({ size }) => size));
  const blocks = blocksOf(plan.extents, { unit, blockSize, diskEnd });
  // The unit that boots is blanked first, unless it is given at its place.
  const blanked = targets.every(({ sequential }) => sequential === true) ? 0 : (blocks[0]?.length ?? 0);
  const planned = blocks.reduce((sum, { length }) => sum + length, 0) + blanked;
  return planned + Math.max(...targets.map((target) => wiped(plan, target) + probed(target, onlyChanged)));
}

function wiped({ diskSize }: DiskPlan, { size, alignment }: Sized): number {
  return size - Math.min(size, roundUp(Math.max(diskSize, size - wipedAtEnd), alignment));
}

/** Markers are written, and what was there is put back. */
function probed(target: MeasuredTarget, onlyChanged: boolean): number {
  if (target.kind !== "drive" || onlyChanged || target.size < leastProbedSize) return 0;
  return 2 * markerPlaces(target).length * target.alignment;
}
