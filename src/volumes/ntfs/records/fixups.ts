/**
 * Update sequence arrays. In a record that spans several sectors, NTFS puts one number at the end of every sector and
 * keeps the bytes that stood there in the record's head; a reader that finds sectors with different numbers knows that
 * the record was torn by a power cut.
 */
import { sectorSize } from "../../plan.js";

const numberSize = 2;

/** Entries of the array of a record of `size` bytes: the number itself and one for each sector. */
export const updateSequenceCount = (size: number): number => size / sectorSize + 1;

/** The number of freshly made records. Any but 0 will do; drivers count it up at each write. */
export const firstUpdateSequenceNumber = 1;

/** Protects the record `[offset, offset + size)` of `bytes`, whose array lies `arrayOffset` bytes into it. */
export function applyFixups(bytes: Uint8Array, offset: number, size: number, arrayOffset: number): void {
  let entry = offset + arrayOffset;
  bytes[entry] = firstUpdateSequenceNumber & 0xff;
  bytes[entry + 1] = firstUpdateSequenceNumber >>> 8;
  for (let end = offset + sectorSize; end <= offset + size; end += sectorSize) {
    entry += numberSize;
    const at = end - numberSize;
    bytes[entry] = bytes[at]!;
    bytes[entry + 1] = bytes[at + 1]!;
    bytes[at] = firstUpdateSequenceNumber & 0xff;
    bytes[at + 1] = firstUpdateSequenceNumber >>> 8;
  }
}

/** A piece of a record's content and where it comes to lie once the record is protected; both relative to the record. */
export type ProtectedPiece = { readonly from: number; readonly to: number; readonly at: number };

/** Where the bytes `[from, to)` of a record lie after `applyFixups`, in the content's order. */
export function protectedPieces(from: number, to: number, arrayOffset: number): ProtectedPiece[] {
  const pieces: ProtectedPiece[] = [];
  let position = from;
  while (position < to) {
    const sector = Math.floor(position / sectorSize);
    const moved = (sector + 1) * sectorSize - numberSize;
    if (position < moved) {
      const end = Math.min(moved, to);
      pieces.push({ from: position, to: end, at: position });
      position = end;
    } else {
      const end = Math.min(moved + numberSize, to);
      const entry = arrayOffset + numberSize * (sector + 1);
      pieces.push({ from: position, to: end, at: entry + position - moved });
      position = end;
    }
  }
  return pieces;
}
