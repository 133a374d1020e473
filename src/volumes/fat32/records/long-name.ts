/**
 * Long names: a name that is not a plain 8.3 one is kept in entries of its own before the short entry, 13 UTF-16 units
 * each, last part first, tied to the short name by a checksum (FAT32 specification, "FAT Long Directory Entries").
 */
import { bytes, uint16le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { directoryEntrySize, entryAttributes } from "./directory-entry.js";

/** FAT32 specification, "FAT Long Directory Entry Structure". */
export const longNameEntry = record("long name entry", directoryEntrySize, {
  order: uint8(0),
  name1: bytes(1, 10),
  attributes: uint8(11),
  type: uint8(12),
  checksum: uint8(13),
  name2: bytes(14, 12),
  firstCluster: uint16le(26),
  name3: bytes(28, 4),
});

/** Where the UTF-16 units of LDIR_Name1, LDIR_Name2 and LDIR_Name3 lie in the entry. */
const { name1, name2, name3 } = longNameEntry.fields;
const unitOffsets = [name1, name2, name3].flatMap(({ offset, width }) =>
  Array.from({ length: width / 2 }, (_, index) => offset + 2 * index),
);

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
  return Math.ceil(name.length / unitOffsets.length);
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
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const checksum = shortNameChecksum(shortName);
  const count = longEntryCount(name);
  let at = offset;
  for (let order = count; order >= 1; order -= 1) {
    const flag = order === count ? lastLongEntry : 0;
    longNameEntry.patch(target, at, { order: order | flag, attributes: longNameAttributes, checksum });
    const start = (order - 1) * unitOffsets.length;
    for (const [index, unitOffset] of unitOffsets.entries()) {
      view.setUint16(at + unitOffset, unitAt(name, start + index), true);
    }
    at += longNameEntry.size;
  }
  return at;
}

function unitAt(name: string, index: number): number {
  if (index < name.length) return name.charCodeAt(index);
  return index === name.length ? terminator : padding;
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
    const { order, checksum } = longNameEntry.decode(directory, at);
    if ((order & lastLongEntry) !== 0) {
      this.#text = "";
      this.#next = order & ~lastLongEntry;
      this.#checksum = checksum;
    }
    if ((order & ~lastLongEntry) !== this.#next || checksum !== this.#checksum) return this.reset();
    const view = new DataView(directory.buffer, directory.byteOffset + at, longNameEntry.size);
    const units = unitOffsets.map((offset) => view.getUint16(offset, true));
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
