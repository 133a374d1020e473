/** SHA-256 of every unit in one pass over the disk. */
import { createHash, type Hash } from "node:crypto";
import type { OwnedSpan } from "./hash-units.js";

/** Bytes of a SHA-256. */
export const digestSize = 32;

/** Takes the disk's bytes in ascending order; what belongs to no unit is passed over. */
export class UnitHasher {
  /** One after the other, as the units; zeros where a unit was not hashed. */
  readonly digests: Uint8Array;
  /** By unit: hashed to its end. */
  readonly finished: boolean[];
  readonly #units: readonly OwnedSpan[];
  #hash: Hash | undefined;
  /** The first unit that is not passed yet, and how far it is hashed. */
  #index = 0;
  #position = 0;

  constructor(units: readonly OwnedSpan[]) {
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

  /** Of all units; throws where one was not hashed to its end. */
  digest(): Uint8Array {
    const missing = this.finished.indexOf(false);
    if (missing >= 0) throw new Error(`the unit at byte ${this.#units[missing]!.start} was not hashed`);
    return this.digests;
  }

  #begin(unit: OwnedSpan): void {
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
