/** Numbers that look random and are the same for the same seed, on every machine: what makes a case repeatable. */

export type Random = {
  /** A whole number in `[0, end)`. */
  below(end: number): number;
  /** True in one of `times` calls. */
  oneIn(times: number): boolean;
  pick<T>(items: readonly T[]): T;
};

/** Mixes two numbers into one of 32 bits (the finishing step of MurmurHash3, public domain). */
function mixed(a: number, b: number): number {
  let value = Math.imul(a ^ Math.imul(b + 1, 0x9e37_79b1), 0x85eb_ca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The numbers of case `index` of a run: no case depends on those before it. */
export function randomFor(seed: number, index: number): Random {
  // Marsaglia's xorshift over 32 bits, which must not begin with 0.
  let state = mixed(seed >>> 0, index) || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (end: number): number => Math.floor((next() / 2 ** 32) * end);
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (items) => items[below(items.length)]!,
  };
}
