/**
 * Long names: a name that is not a plain 8.3 one is kept in entries of its own before the short entry, 13 UTF-16 units
 * each, last part first, tied to the short name by a checksum (fatgen103, "FAT Long Directory Entries").
 */
import { uint16le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { directoryEntrySize } from "./directory-entry.js";

/** UTF-16 units, without a terminator. */
export const longestName = 255;

const unitsPerEntry = 13;

/** The flag of the entry with the name's end, which comes first in the directory. */
export const lastLongEntry = 0x40;

/** Read-only, hidden, system and volume label at once: what DOS took for a label and left alone. */
export const longNameAttributes = 0x0f;

/** The parts of the name (5, 6 and 2 units) are written unit by unit, at the offsets of `unitOffsets`. */
export const longNameEntry = record("long name entry", directoryEntrySize, {
  order: uint8(0),
  attributes: uint8(11),
  type: uint8(12),
  checksum: uint8(13),
  firstCluster: uint16le(26),
});

export const unitOffsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;

/** The entries that `name` takes before its short entry. */
export function longEntryCount(name: string): number {
  return Math.ceil(name.length / unitsPerEntry);
}

/** The sum over the 11 bytes of a short name, each step rotating right by one (fatgen103, "ChkSum"). */
export function shortNameChecksum(shortName: string): number {
  let sum = 0;
  for (let index = 0; index < shortName.length; index += 1) {
    sum = (((sum & 1) << 7) + (sum >>> 1) + shortName.charCodeAt(index)) & 0xff;
  }
  return sum;
}

/** Writes the long entries of `name` at `offset`; returns the offset behind them, where the short entry goes. */
export function writeLongName(target: Uint8Array, offset: number, name: string, shortName: string): number {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const checksum = shortNameChecksum(shortName);
  const count = longEntryCount(name);
  let at = offset;
  for (let order = count; order >= 1; order -= 1) {
    const flag = order === count ? lastLongEntry : 0;
    longNameEntry.patch(target, at, { order: order | flag, attributes: longNameAttributes, checksum });
    const start = (order - 1) * unitsPerEntry;
    for (const [index, unitOffset] of unitOffsets.entries()) {
      view.setUint16(at + unitOffset, unitAt(name, start + index), true);
    }
    at += longNameEntry.size;
  }
  return at;
}

/** A zero ends a name that does not fill its last entry; FFFF pads what is left. */
function unitAt(name: string, index: number): number {
  if (index < name.length) return name.charCodeAt(index);
  return index === name.length ? 0 : 0xffff;
}
