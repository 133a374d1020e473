/** Bitmaps of clusters, one bit each, the lowest bit of a byte first. */

const bitsOfByte = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

/** How many of the first `count` bits are set. */
export function countSetBits(bitmap: Uint8Array, count: number): number {
  const whole = Math.floor(count / 8);
  let set = 0;
  for (let at = 0; at < whole; at += 1) set += bitsOfByte[bitmap[at]!]!;
  const rest = count % 8;
  return rest === 0 ? set : set + bitsOfByte[bitmap[whole]! & ((1 << rest) - 1)]!;
}
