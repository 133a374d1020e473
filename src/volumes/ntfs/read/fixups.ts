/** Update sequence arrays read back; src/volumes/ntfs/records/fixups.ts says what they are. */
import { firstUpdateSequenceNumber, updateSequenceCount } from "../records/fixups.js";
import { sectorSize } from "../../plan.js";
import { check } from "../../volume-fault.js";

const numberSize = 2;

/** Of the header of a record or index buffer. */
export type FixupFields = { readonly updateSequenceArrayOffset: number; readonly updateSequenceArrayCount: number };

/**
 * Puts the bytes at the ends of the sectors of `record` back where they were. Throws VolumeFault where a sector is not of
 * the same write as the others. `written`: a driver has written it since the volume was made, because each counts the
 * number up that a new volume has; or, as Linux' ntfs3 does, made it anew in a form with the array elsewhere than at
 * `plannedOffset`.
 */
export function undoFixups(record: Uint8Array, fields: FixupFields, plannedOffset: number): { written: boolean } {
  const { updateSequenceArrayOffset: arrayOffset, updateSequenceArrayCount: arrayCount } = fields;
  check(arrayCount === updateSequenceCount(record.length), `an update sequence array of ${arrayCount} entries`);
  const arrayEnd = arrayOffset + arrayCount * numberSize;
  check(arrayOffset % numberSize === 0 && arrayEnd <= sectorSize - numberSize, `fixups at ${arrayOffset}`);
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const number = view.getUint16(arrayOffset, true);
  for (let sector = 1; sector < arrayCount; sector += 1) {
    const end = sector * sectorSize - numberSize;
    check(view.getUint16(end, true) === number, "its sectors are not of one write");
    view.setUint16(end, view.getUint16(arrayOffset + sector * numberSize, true), true);
  }
  return { written: number !== firstUpdateSequenceNumber || arrayOffset !== plannedOffset };
}
