/**
 * How fast a stick was where: a slow place is a weak cell that is read or written again and again, and its average says nothing
 * of it. And how fast its twins are: those of the same model and size, which are sold as the same.
 */

import { medianOf } from "../bytes/median.js";
import type { JournalLine } from "./journal-line.js";
import { measuredPace, type Pace } from "../progress/write-times.js";

/** Parts of what is written to a stick, from its first byte to its last, each with a rate of its own. */
export const ratePlaces = 32;

/** The rates of one pass over a stick, from how far it was when. */
export class RatesByPlace {
  readonly #total: number;
  readonly #elapsed = new Float64Array(ratePlaces);
  readonly #beganAt: number;
  #bytes = 0;
  #at: number;

  /** `at` in milliseconds: when the pass began. */
  constructor(totalBytes: number, at: number) {
    this.#total = totalBytes;
    this.#beganAt = at;
    this.#at = at;
  }

  /** At that moment `bytes` of all were done. The time since the last call is that of the parts between. */
  reached(bytes: number, at: number): void {
    const from = this.#bytes;
    const to = Math.min(bytes, this.#total);
    if (to <= from) return;
    const perByte = Math.max(0, at - this.#at) / (to - from);
    const length = this.#total / ratePlaces;
    const last = Math.min(ratePlaces - 1, Math.floor((to - 1) / length));
    for (let place = Math.floor(from / length); place <= last; place += 1) {
      const part = Math.min(to, (place + 1) * length) - Math.max(from, place * length);
      this.#elapsed[place]! += Math.max(0, part) * perByte;
    }
    this.#bytes = to;
    this.#at = at;
  }

  /** As far as it came; null where that is nowhere. */
  pace(): Pace | null {
    return measuredPace(this.#bytes, Math.max(0, this.#at - this.#beganAt));
  }

  /** Bytes a second of each part from the first byte to the last one that was reached whole; 0 where it took no time that can be told. */
  rates(): number[] {
    const length = this.#total / ratePlaces;
    const whole = length === 0 ? 0 : Math.floor(this.#bytes / length + roundingError);
    return Array.from(this.#elapsed.subarray(0, whole), (ms) => (ms > 0 ? Math.round((length * 1000) / ms) : 0));
  }
}

/** Of a part: a product that is whole may come out a little below. */
const roundingError = 1e-9;

/** A pass over a stick that ended well. */
export type TwinRate = {
  readonly model: string | null;
  readonly size: number;
  readonly write: number | null;
  readonly readBack: number | null;
};
/** What a line of the journal tells of it. */
export function twinRateOf({ drive: { model, size }, write, readBack }: JournalLine): TwinRate {
  return { model, size, write: write?.bytesPerSecond ?? null, readBack: readBack?.bytesPerSecond ?? null };
}

export type RateKind = "write" | "readBack";

/** Twins of which at least so many must be known: one slow stick says nothing of another. */
const fewestTwins = 3;
/** A stick is slow below this part of what its twins do. */
const slowBelow = 0.5;

/** The median of what its twins did, in bytes a second; null where too few are known. */
export function rateOfTwins(
  known: readonly TwinRate[],
  { model, size }: Pick<TwinRate, "model" | "size">,
  kind: RateKind,
): number | null {
  // A drive without a model is nobody's twin.
  if (model === null) return null;
  const rates = known.filter((each) => each.model === model && each.size === size).flatMap((each) => each[kind] ?? []);
  return rates.length < fewestTwins ? null : medianOf(rates);
}

/** Whether a rate is far below what its twins do. */
export function isSlow(rate: number | null, twins: number | null): boolean {
  return rate !== null && twins !== null && rate > 0 && rate < twins * slowBelow;
}
