/**
 * The upper-case table of the volume (NTFS documentation, "$UpCase (10)"): 65,536 code units that say what each becomes when names are compared.
 * Names are ordered and told apart by it alone, and every driver uses the volume's own table.
 */
import { uint16le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { upperCaseRuns } from "./upper-case-runs.js";

const unitCount = 0x10000;
const unitRecord = record("$UpCase entry", 2, { unit: uint16le(0) });

/** Bytes of $UpCase: 128 KiB. */
export const upCaseTableSize = unitCount * unitRecord.size;

function buildTable(): number[] {
  const table = Array.from({ length: unitCount }, (_, unit) => unit);
  for (const [first, count, step, add] of upperCaseRuns) {
    for (let index = 0; index < count; index += 1) {
      const unit = first + index * step;
      table[unit] = unit + add;
    }
  }
  return table;
}

const table = buildTable();

/** The content of $UpCase, little-endian. */
export function encodeUpCaseTable(): Uint8Array {
  const bytes = new Uint8Array(upCaseTableSize);
  const view = new DataView(bytes.buffer);
  for (const [index, unit] of table.entries()) unitRecord.fields.unit.write(view, index * unitRecord.size, unit);
  return bytes;
}

/**
 * `name` in upper case, as long as before. Two of these compare with `<` as NTFS orders file names
 * (COLLATION_FILE_NAME; NTFS documentation, "Collation"): by code unit, the shorter first where one begins with the other.
 */
export function upCase(name: string): string {
  const units: number[] = [];
  for (let index = 0; index < name.length; index += 1) units.push(table[name.charCodeAt(index)]!);
  return String.fromCharCode(...units);
}
