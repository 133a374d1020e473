/** The checksum of a cabinet's blocks ([MS-CAB] 3.1): words are folded together, and what is left of the last one is turned around. */
import type { Decoded } from "../bytes/record.js";
import type { dataRecord } from "./records.js";

/** `[MS-CAB] 3.1` */
export function foldChecksum(data: Uint8Array, seed: number): number {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const whole = data.length - (data.length % 4);
  let sum = seed;
  for (let at = 0; at < whole; at += 4) sum ^= view.getUint32(at, true);
  let rest = 0;
  for (const byte of data.subarray(whole)) rest = (rest << 8) | byte;
  return (sum ^ rest) >>> 0;
}

/** Of a block's data and of the sizes in its head, with what is reserved behind them. */
export function blockChecksum(
  { cbData, cbUncomp }: Pick<Decoded<typeof dataRecord.fields>, "cbData" | "cbUncomp">,
  reserve: Uint8Array,
  data: Uint8Array,
): number {
  const sizes = new Uint8Array(4 + reserve.length);
  new DataView(sizes.buffer).setUint16(0, cbData, true);
  new DataView(sizes.buffer).setUint16(2, cbUncomp, true);
  sizes.set(reserve, 4);
  return foldChecksum(sizes, foldChecksum(data, 0));
}
