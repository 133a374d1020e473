/**
 * Update sequence arrays (NTFS documentation, "Fixup"). In a record that spans several sectors, NTFS puts one number at
 * the end of every sector and keeps the bytes that stood there in the record's head; a reader that finds sectors with
 * different numbers knows that the record was torn by a power cut.
 */
import { sectorSize } from "../../plan.js";
import { assertVolume } from "../../volume-fault.js";

const numberSize = 2;

/** Entries of the array of a record of `size` bytes: the number itself and one for each sector. */
export const updateSequenceCount = (size: number): number => size / sectorSize + 1;

/** Bytes of that array. */
export const updateSequenceArraySize = (size: number): number => numberSize * updateSequenceCount(size);

/** The number of freshly made records. Any but 0 will do; drivers count it up at each write. */
const firstUpdateSequenceNumber = 1;

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

/** MULTI_SECTOR_HEADER, which begins every protected record, behind its signature. */
type UpdateSequenceArray = {
  readonly updateSequenceArrayOffset: number;
  readonly updateSequenceArrayCount: number;
};

/**
 * Puts the bytes at the ends of the sectors of `record` back where they were. Throws VolumeFault where a sector is not of
 * the same write as the others. `written`: a driver has written it since the volume was made, because each counts the
 * number up that a new volume has; or, as Linux' ntfs3 does, made it anew in a form with the array elsewhere than at
 * `plannedOffset`.
 */
export function undoFixups(record: Uint8Array, array: UpdateSequenceArray, plannedOffset: number) {
  const { updateSequenceArrayOffset: arrayOffset, updateSequenceArrayCount: arrayCount } = array;
  assertVolume(arrayCount === updateSequenceCount(record.length), `an update sequence array of ${arrayCount} entries`);
  const arrayEnd = arrayOffset + arrayCount * numberSize;
  assertVolume(arrayOffset % numberSize === 0 && arrayEnd <= sectorSize - numberSize, `fixups at ${arrayOffset}`);
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const number = view.getUint16(arrayOffset, true);
  for (let sector = 1; sector < arrayCount; sector += 1) {
    const end = sector * sectorSize - numberSize;
    assertVolume(view.getUint16(end, true) === number, "its sectors are not of one write");
    view.setUint16(end, view.getUint16(arrayOffset + sector * numberSize, true), true);
  }
  return { written: number !== firstUpdateSequenceNumber || arrayOffset !== plannedOffset };
}

/** A piece of a record's content and where it comes to lie once the record is protected; both relative to the record. */
type ProtectedPiece = { readonly from: number; readonly to: number; readonly at: number };

/** Where the bytes `[from, to)` of a record lie after `applyFixups`, in the content's order. */
export function protectedPieces(from: number, to: number, arrayOffset: number): ProtectedPiece[] {
  const pieces: ProtectedPiece[] = [];
  for (let position = from; position < to;) {
    const sector = Math.floor(position / sectorSize);
    const moved = (sector + 1) * sectorSize - numberSize;
    const isMoved = position >= moved;
    const end = Math.min(isMoved ? moved + numberSize : moved, to);
    const entry = arrayOffset + numberSize * (sector + 1);
    pieces.push({ from: position, to: end, at: isMoved ? entry + position - moved : position });
    position = end;
  }
  return pieces;
}
