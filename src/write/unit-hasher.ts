/** SHA-256 of every unit in one pass over the disk, and the manifest that is made of them. */
import { createHash, type Hash } from "node:crypto";
import type { DiskPlan } from "../layout/plan.js";
import type { Block } from "./blocks.js";
import { firstEndingBehind, type Owned } from "./hash-units.js";
import { digestSize, encodeManifest, shapeOf } from "./manifest.js";

/** Takes the disk's bytes in ascending order; what belongs to no unit is passed over. */
export class UnitHasher {
  /** One after the other, as the units; zeros where a unit was not hashed. */
  readonly digests: Uint8Array;
  /** By unit: hashed to its end. */
  readonly finished: boolean[];
  readonly #units: readonly Owned[];
  #hash: Hash | undefined;
  /** The first unit that is not passed yet, and how far it is hashed. */
  #index = 0;
  #position = 0;

  constructor(units: readonly Owned[]) {
    this.#units = units;
    this.digests = new Uint8Array(units.length * digestSize);
    this.finished = Array.from({ length: units.length }, () => false);
  }

  update(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    for (; this.#index < this.#units.length; this.#index += 1) {
      const unit = this.#units[this.#index]!;
      if (unit.start >= end) return;
      const from = Math.max(unit.start, offset);
      const to = Math.min(unit.end, end);
      if (from === unit.start) this.#begin(unit);
      // A unit of which a part was not seen has no digest.
      if (from === this.#position) this.#hash?.update(bytes.subarray(from - offset, Math.max(from, to) - offset));
      else this.#hash = undefined;
      this.#position = to;
      if (to < unit.end) return;
      this.#end();
    }
  }

  #begin(unit: Owned): void {
    this.#hash = createHash("sha256");
    this.#position = unit.start;
  }

  #end(): void {
    const digest = this.#hash?.digest();
    this.#hash = undefined;
    if (digest === undefined) return;
    this.digests.set(digest, this.#index * digestSize);
    this.finished[this.#index] = true;
  }
}

export type ManifestWriter = {
  /** Call before a block is given away: puts the manifest into it where that has its place there. */
  place(block: Block, bytes: Uint8Array): void;
  /** Call once for every block, in ascending order; not needed for those that `place` has filled. */
  update(block: Block, bytes: Uint8Array): void;
};

/** Undefined where the plan has no place for a manifest. */
export function createManifestWriter(plan: DiskPlan): ManifestWriter | undefined {
  const extent = plan.extents.find(({ source }) => source.kind === "manifest");
  if (extent === undefined) return undefined;
  const areaStart = extent.offset;
  const areaEnd = areaStart + extent.length;
  const shape = shapeOf(plan, areaStart);
  const hasher = new UnitHasher(shape.units);
  let manifest: Uint8Array | undefined;
  const reaches = ({ offset, length }: Block): boolean => offset < areaEnd && offset + length > areaStart;
  return {
    place(block, bytes) {
      if (!reaches(block)) return;
      hasher.update(block.offset, bytes);
      manifest ??= encodeComplete();
      const from = Math.max(block.offset, areaStart);
      const part = manifest.subarray(from - areaStart, Math.max(from, block.offset + block.length) - areaStart);
      bytes.set(part, from - block.offset);
    },
    update(block, bytes) {
      if (!reaches(block)) hasher.update(block.offset, bytes);
    },
  };

  function encodeComplete(): Uint8Array {
    const missing = hasher.finished.indexOf(false);
    if (missing >= 0) throw new Error(`the unit at byte ${shape.units[missing]!.start} was not hashed`);
    return encodeManifest(shape, hasher.digests);
  }
}

/** The units that reach into `[start, end)`, as the indices `[first, end)`. */
export function unitsIn(units: readonly Owned[], start: number, end: number): { first: number; end: number } {
  const first = firstEndingBehind(units, start);
  let stop = first;
  while (stop < units.length && units[stop]!.start < end) stop += 1;
  return { first, end: stop };
}
