/**
 * The first sector of a target while it is written: its partition table and boot code are gone, and a mark says whose write
 * has begun. The sector of the finished disk takes its place, in one transfer, when all else was read back: so the mark is
 * there from the first byte that is written to the last, whatever ends the write, and no moment has both or neither. All
 * else in the sector is zeros: without the signature 55 AA firmware starts nothing from it and systems see no partition.
 * A sector with anything else in it is no mark: tools that partition a drive may keep what lies in the boot code's place.
 */
import { ascii, reserved, uint16le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { isAllZeros } from "../bytes/zeros.js";
import { sectorSize } from "../volumes/plan.js";
import { packageVersion } from "../version.js";

const magic = "W7UBegun";

/** Behind the places where file systems and partition tables have names that others look for. */
export const unfinishedMark = record("mark of an unfinished write", sectorSize, {
  before: reserved(0, 256),
  magic: ascii(256, 8),
  /** Later ones may say more behind the program; that writing was begun and not ended holds for all of them. */
  format: uint16le(264),
  /** win7usb's version. */
  program: ascii(266, 16),
  behind: reserved(282, 230),
});
const format = 1;

/** The sector, to be written before all else. */
export function encodeUnfinishedMark(): Uint8Array {
  return unfinishedMark.encode({ magic, format, program: shortVersion(packageVersion) });
}

/** `sector` is the target's first; the version of the win7usb that began to write, or undefined where none has. */
export function readUnfinishedMark(sector: Uint8Array): string | undefined {
  const decoded = unfinishedMark.decode(sector);
  const { offset, width } = unfinishedMark.fields.program;
  const rest = [sector.subarray(0, unfinishedMark.fields.magic.offset), sector.subarray(offset + width, sectorSize)];
  const isBare = decoded.format > format ? sector[sectorSize - 1] !== 0xaa : rest.every(isAllZeros);
  if (decoded.magic !== magic || !isBare || !/^[ -~]+$/.test(decoded.program)) return undefined;
  return decoded.program.trimEnd();
}

function shortVersion(version: string): string {
  return version.slice(0, unfinishedMark.fields.program.width);
}
