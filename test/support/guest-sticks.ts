/** Used sticks, as image files on this machine, and what a write that was stopped has to leave of them. */
import { openSync, closeSync, readSync, writeFileSync } from "node:fs";
import { MiB } from "../../src/bytes/units.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { isUnfinished } from "./unfinished.js";

/** Bytes. */
export const usedStickSize = 128 * MiB;

/** A partition behind its first MiB, to its end, and no byte of what is written. */
export function makeUsedStick(file: string, size = usedStickSize): string {
  const bytes = Buffer.alloc(size, 0x5a);
  // The partition table of an MBR: four entries of 16 bytes, then the signature.
  const table = bytes.subarray(446, sectorSize).fill(0);
  table.writeUInt8(0x0c, 4);
  table.writeUInt32LE(MiB / sectorSize, 8);
  table.writeUInt32LE((size - MiB) / sectorSize, 12);
  table.writeUInt16LE(0xaa55, 64);
  writeFileSync(file, bytes);
  return file;
}

/** Whether a write of it was begun and not ended, and no firmware takes it for a disk that boots. */
export function isBlank(file: string): boolean {
  const sector = Buffer.alloc(sectorSize, 0xff);
  const opened = openSync(file, "r");
  try {
    readSync(opened, sector, 0, sectorSize, 0);
  } finally {
    closeSync(opened);
  }
  return isUnfinished(sector);
}

let count = 0;

/** Another one for each stick: one that a test which failed leaves behind is in nobody's way. */
export function nextSerial(): string {
  count += 1;
  return `STICK${count}`;
}
