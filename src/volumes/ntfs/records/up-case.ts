/**
 * The upper-case table of the volume (NTFS documentation, "$UpCase (10)"): 65,536 code units that say what each becomes when names are compared.
 * Names are ordered and told apart by it alone, and every driver uses the volume's own table: by code unit, the shorter
 * first where one begins with the other (COLLATION_FILE_NAME; NTFS documentation, "Collation").
 */
import { uint16le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { upperCaseUnits } from "../../../bytes/up-case.js";

const unitRecord = record("$UpCase entry", 2, { unit: uint16le(0) });

/** Bytes of $UpCase: 128 KiB. */
export const upCaseTableSize = upperCaseUnits.length * unitRecord.size;

/** The content of $UpCase, little-endian. */
export function encodeUpCaseTable(): Uint8Array {
  const bytes = new Uint8Array(upCaseTableSize);
  const view = new DataView(bytes.buffer);
  for (const [index, unit] of upperCaseUnits.entries())
    unitRecord.fields.unit.write(view, index * unitRecord.size, unit);
  return bytes;
}
