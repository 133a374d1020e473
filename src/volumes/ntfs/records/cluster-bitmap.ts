/**
 * $Bitmap: one bit a cluster. Everything in use lies at the front of the volume, so that the bitmap is a few bytes of
 * ones, then zeros that no memory holds (64 MiB for 2 TiB), then the bits beyond the volume's end, which are ones.
 */
import { roundUp } from "../../../bytes/units.js";
import { clusterSize } from "./volume-format.js";

const bitsPerByte = 8;
/** Bitmaps are a whole number of 64-bit words. */
const granule = 8;

/** Bytes of the bitmap of `bitCount` bits. */
export const bitmapSize = (bitCount: number): number => roundUp(Math.ceil(bitCount / bitsPerByte), granule);

export const clusterBitmapClusters = (clusterCount: number): number =>
  Math.ceil(bitmapSize(clusterCount) / clusterSize);

/** A bitmap of `size` bytes whose first `ones` bits are set. */
export function leadingOnes(size: number, ones: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const whole = Math.floor(ones / bitsPerByte);
  bytes.fill(0xff, 0, whole);
  if (ones % bitsPerByte > 0) bytes[whole] = (1 << (ones % bitsPerByte)) - 1;
  return bytes;
}

/** A piece of the bitmap at `offset` of it; between the pieces it is zero. */
export type BitmapPiece = { readonly offset: number; readonly bytes: Uint8Array };

/** The bitmap of a volume of `clusterCount` clusters of which the first `usedClusters` are in use. */
export function encodeClusterBitmap(clusterCount: number, usedClusters: number): BitmapPiece[] {
  const size = bitmapSize(clusterCount);
  const tailOffset = Math.floor(clusterCount / bitsPerByte);
  const usedBytes = Math.ceil(usedClusters / bitsPerByte);
  const tail = new Uint8Array(size - tailOffset).fill(0xff);
  if (clusterCount % bitsPerByte > 0) tail[0] = 0xff & (0xff << (clusterCount % bitsPerByte));
  const head = leadingOnes(usedBytes, usedClusters);
  // Where the volume is full to its last byte, the two share that byte.
  if (usedBytes > tailOffset && tail.length > 0) {
    tail[0] = tail[0]! | head[tailOffset]!;
    return pieces(head.subarray(0, tailOffset), tailOffset, tail);
  }
  return pieces(head, tailOffset, tail);
}

function pieces(head: Uint8Array, tailOffset: number, tail: Uint8Array): BitmapPiece[] {
  return [
    { offset: 0, bytes: head },
    { offset: tailOffset, bytes: tail },
  ].filter(({ bytes }) => bytes.length > 0);
}
