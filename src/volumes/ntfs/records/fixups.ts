/**
 * Update sequence arrays (NTFS documentation, "Fixup"). In a record that spans several sectors, NTFS puts one number at
 * the end of every sector and keeps the bytes that stood there in the record's head; a reader that finds sectors with
 * different numbers knows that the record was torn by a power cut.
 */
import { count } from "../../../bytes/amounts.js";
import { uint16le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { sectorSize } from "../../plan.js";
import { assertVolume } from "../../volume-fault.js";

/** What stands at the end of every sector, and before the bytes that stood there. */
const updateSequenceNumber = record("update sequence number", 2, { value: uint16le(0) });
const { value: sequenceNumber } = updateSequenceNumber.fields;
const numberSize = updateSequenceNumber.size;

/** Entries of the array of a record of `size` bytes: the number itself and one for each sector. */
export const updateSequenceCount = (size: number): number => size / sectorSize + 1;

/** Bytes of that array. */
export const updateSequenceArraySize = (size: number): number => numberSize * updateSequenceCount(size);

/** The number of freshly made records. Any but 0 will do; drivers count it up at each write. */
const firstUpdateSequenceNumber = 1;

/** Protects the record `[offset, offset + size)` of `bytes`, whose array lies `arrayOffset` bytes into it. */
export function applyFixups(bytes: Uint8Array, offset: number, size: number, arrayOffset: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let entry = offset + arrayOffset;
  sequenceNumber.write(view, entry, firstUpdateSequenceNumber);
  for (let end = offset + sectorSize; end <= offset + size; end += sectorSize) {
    entry += numberSize;
    const at = end - numberSize;
    bytes[entry] = bytes[at]!;
    bytes[entry + 1] = bytes[at + 1]!;
    sequenceNumber.write(view, at, firstUpdateSequenceNumber);
  }
}

/** MULTI_SECTOR_HEADER, which begins every protected record, behind its signature. */
type UpdateSequenceArray = {
  readonly updateSequenceArrayOffset: number;
  readonly updateSequenceArrayCount: number;
};

/**
 * Puts the bytes at the ends of the sectors of `protectedRecord` back where they were. Throws VolumeFault where a sector is not of
 * the same write as the others. `written`: a driver has written it since the volume was made, because each counts the
 * number up that a new volume has; or, as Linux' ntfs3 does, made it anew in a form with the array elsewhere than at
 * `plannedOffset`.
 */
export function undoFixups(protectedRecord: Uint8Array, array: UpdateSequenceArray, plannedOffset: number) {
  const { updateSequenceArrayOffset: arrayOffset, updateSequenceArrayCount: arrayCount } = array;
  assertVolume(
    arrayCount === updateSequenceCount(protectedRecord.length),
    `an update sequence array of ${count(arrayCount, "entry")}`,
  );
  const arrayEnd = arrayOffset + arrayCount * numberSize;
  assertVolume(arrayOffset % numberSize === 0 && arrayEnd <= sectorSize - numberSize, `fixups at ${arrayOffset}`);
  const view = new DataView(protectedRecord.buffer, protectedRecord.byteOffset, protectedRecord.byteLength);
  const number = sequenceNumber.read(view, arrayOffset);
  for (let sector = 1; sector < arrayCount; sector += 1) {
    const end = sector * sectorSize - numberSize;
    assertVolume(sequenceNumber.read(view, end) === number, "its sectors are not of one write");
    sequenceNumber.write(view, end, sequenceNumber.read(view, arrayOffset + sector * numberSize));
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
