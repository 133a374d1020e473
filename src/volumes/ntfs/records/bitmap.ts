/**
 * Bitmaps, one bit a cluster ($Bitmap), a record ($MFT) or an index buffer, lowest bit first (NTFS documentation,
 * "$BITMAP (0xB0)"). $Bitmap has ones at the front, where everything in use lies, then zeros that no memory holds (64 MiB
 * for 2 TiB), then the bits beyond the volume's end, which are ones.
 */
import { roundUp } from "../../../bytes/units.js";

export const bitsPerByte = 8;
/** Bitmaps are a whole number of 64-bit words. */
const wordSize = 8;

/** Bytes of the bitmap of `bitCount` bits. */
export const bitmapSize = (bitCount: number): number => roundUp(Math.ceil(bitCount / bitsPerByte), wordSize);

/** Sets the bits `[from, to)`. */
export function setBits(bits: Uint8Array, from: number, to: number): void {
  let at = from;
  for (; at < to && at % bitsPerByte !== 0; at += 1) setBit(bits, at);
  const whole = Math.max(at, to - (to % bitsPerByte));
  bits.fill(0xff, at / bitsPerByte, whole / bitsPerByte);
  for (at = whole; at < to; at += 1) setBit(bits, at);
}

function setBit(bits: Uint8Array, number: number): void {
  bits[Math.floor(number / bitsPerByte)]! |= 1 << (number % bitsPerByte);
}

export function isBitSet(bits: Uint8Array, number: number): boolean {
  return ((bits[Math.floor(number / bitsPerByte)]! >>> (number % bitsPerByte)) & 1) === 1;
}

/** A bitmap of `size` bytes whose first `ones` bits are set. */
export function leadingOnes(size: number, ones: number): Uint8Array {
  const bits = new Uint8Array(size);
  setBits(bits, 0, ones);
  return bits;
}

/** A piece of the bitmap at `offset` of it; between the pieces it is zero. */
type BitmapPiece = { readonly offset: number; readonly bytes: Uint8Array };

/** The bitmap of a volume of `clusterCount` clusters of which the first `usedClusters` are in use. */
export function encodeClusterBitmap(clusterCount: number, usedClusters: number): BitmapPiece[] {
  const tailOffset = Math.floor(clusterCount / bitsPerByte);
  const tail = new Uint8Array(bitmapSize(clusterCount) - tailOffset);
  setBits(tail, clusterCount % bitsPerByte, tail.length * bitsPerByte);
  let head = leadingOnes(Math.ceil(usedClusters / bitsPerByte), usedClusters);
  // Where the volume is full to its last byte, the two share that byte.
  if (head.length > tailOffset && tail.length > 0) {
    tail[0]! |= head[tailOffset]!;
    head = head.subarray(0, tailOffset);
  }
  return [
    { offset: 0, bytes: head },
    { offset: tailOffset, bytes: tail },
  ].filter(({ bytes }) => bytes.length > 0);
}
