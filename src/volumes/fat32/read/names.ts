/** The names of directory entries: long ones from their parts, short ones in the case that Windows NT's flags say. */
import { directoryEntrySize } from "../records/directory-entry.js";
import { lastLongEntry, longNameEntry, shortNameChecksum, unitOffsets } from "../records/long-name.js";

const lowerCaseBase = 0x08;
const lowerCaseExtension = 0x10;

/** The parts of a long name, which come last part first. */
export class LongName {
  #text = "";
  #next = 0;
  #checksum = -1;

  forget(): void {
    this.#checksum = -1;
  }

  add(bytes: Uint8Array, at: number): void {
    const { order, checksum } = longNameEntry.decode(bytes, at);
    if ((order & lastLongEntry) !== 0) {
      this.#text = "";
      this.#next = order & ~lastLongEntry;
      this.#checksum = checksum;
    }
    if ((order & ~lastLongEntry) !== this.#next || checksum !== this.#checksum) return this.forget();
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, directoryEntrySize);
    const units = unitOffsets.map((offset) => view.getUint16(offset, true));
    const end = units.indexOf(0);
    this.#text = String.fromCharCode(...(end < 0 ? units : units.slice(0, end))) + this.#text;
    this.#next -= 1;
  }

  /** The name, where it belongs to the short name that follows. */
  take(short: string): string | undefined {
    const belongs = this.#checksum === shortNameChecksum(short) && this.#next === 0;
    this.forget();
    return belongs ? this.#text : undefined;
  }
}

/** A short name in the case that its flags say (fatgen103 leaves DIR_NTRes to Windows NT). */
export function shortName(name: string, caseFlags: number): string {
  const lower = (text: string, flag: number): string => ((caseFlags & flag) === 0 ? text : text.toLowerCase());
  const base = lower(name.slice(0, 8).trimEnd(), lowerCaseBase);
  const extension = lower(name.slice(8).trimEnd(), lowerCaseExtension);
  return extension === "" ? base : `${base}.${extension}`;
}
