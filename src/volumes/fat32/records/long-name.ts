/**
 * Long names: a name that is not a plain 8.3 one is kept in entries of its own before the short entry, 13 UTF-16 units
 * each, last part first, tied to the short name by a checksum (FAT32 specification, "FAT Long Directory Entries").
 */
import { list, uint16le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { directoryEntrySize, entryAttributes } from "./directory-entry.js";

/** FAT32 specification, "FAT Long Directory Entry Structure". */
export const longNameEntry = record("long name entry", directoryEntrySize, {
  order: uint8(0),
  name1: list(uint16le, 1, 5),
  attributes: uint8(11),
  type: uint8(12),
  checksum: uint8(13),
  name2: list(uint16le, 14, 6),
  firstCluster: uint16le(26),
  name3: list(uint16le, 28, 2),
});

/** UTF-16 units in LDIR_Name1, LDIR_Name2 and LDIR_Name3. */
const unitsPerEntry = 13;

/** LAST_LONG_ENTRY in LDIR_Ord: the entry with the end of the name, which comes first in the directory. */
const lastLongEntry = 0x40;

/** ATTR_LONG_NAME: what DOS took for a label and left alone. */
export const longNameAttributes =
  entryAttributes.readOnly | entryAttributes.hidden | entryAttributes.system | entryAttributes.volumeLabel;

/** Follow a name that does not fill its last entry: one terminator, then padding. */
const terminator = 0x0000;
const padding = 0xffff;

/** The entries that `name` takes before its short entry. */
export function longEntryCount(name: string): number {
  return Math.ceil(name.length / unitsPerEntry);
}

/** The sum over the 11 bytes of a short name, each step rotating right by one (FAT32 specification, "ChkSum"). */
export function shortNameChecksum(shortName: string): number {
  let sum = 0;
  for (let index = 0; index < shortName.length; index += 1) {
    sum = (((sum & 1) << 7) + (sum >>> 1) + shortName.charCodeAt(index)) & 0xff;
  }
  return sum;
}

/** Writes the long entries of `name` at `offset`; returns the offset behind them, where the short entry goes. */
export function writeLongName(target: Uint8Array, offset: number, name: string, shortName: string): number {
  const checksum = shortNameChecksum(shortName);
  const count = longEntryCount(name);
  let at = offset;
  for (let order = count; order >= 1; order -= 1) {
    const flag = order === count ? lastLongEntry : 0;
    const units = unitsFrom(name, (order - 1) * unitsPerEntry);
    longNameEntry.patch(target, at, {
      order: order | flag,
      name1: units.slice(0, 5),
      attributes: longNameAttributes,
      checksum,
      name2: units.slice(5, 11),
      name3: units.slice(11),
    });
    at += longNameEntry.size;
  }
  return at;
}

/** What one entry holds of `name`. */
function unitsFrom(name: string, start: number): number[] {
  const units: number[] = [];
  for (let index = start; index < start + unitsPerEntry; index += 1) {
    units.push(index < name.length ? name.charCodeAt(index) : index === name.length ? terminator : padding);
  }
  return units;
}

/** Puts a long name together from its entries, in the order in which a directory has them. */
export class LongNameReader {
  #text = "";
  /** LDIR_Ord of the entry that must follow. */
  #next = 0;
  #checksum = -1;

  /** Drops what was read: what follows does not belong to it. */
  reset(): void {
    this.#checksum = -1;
  }

  /** Takes the entry at `at` of `directory`. */
  add(directory: Uint8Array, at: number): void {
    const { order, checksum, name1, name2, name3 } = longNameEntry.decode(directory, at);
    if ((order & lastLongEntry) !== 0) {
      this.#text = "";
      this.#next = order & ~lastLongEntry;
      this.#checksum = checksum;
    }
    if ((order & ~lastLongEntry) !== this.#next || checksum !== this.#checksum) return this.reset();
    const units = [...name1, ...name2, ...name3];
    const end = units.indexOf(terminator);
    this.#text = String.fromCharCode(...(end < 0 ? units : units.slice(0, end))) + this.#text;
    this.#next -= 1;
  }

  /** The name, where its entries were complete and its checksum is that of `shortName`, whose entry follows them. */
  take(shortName: string): string | undefined {
    const complete = this.#checksum === shortNameChecksum(shortName) && this.#next === 0;
    this.reset();
    return complete ? this.#text : undefined;
  }
}
