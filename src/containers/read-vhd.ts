/** Reads VHD: fixed and dynamic disks. The bits of sectors say nothing without a parent: what is not used is zeros. */
import type { ByteSource } from "../source/byte-source.js";
import { count as counted } from "../bytes/amounts.js";
import type { Field } from "../bytes/record.js";
import { nowhere } from "./container.js";
import type { ReadContainer } from "./container.js";
import type { ContainerFile } from "./read-table.js";
import { damagedDisk, mapOf, readStructure, requireSize, unreadKind, viewOf } from "./read-table.js";
import { vhdChecksum, vhdCookie, vhdFooterRecord, vhdHeaderCookie, vhdHeaderRecord, vhdNone, vhdTypes } from "./vhd.js";
import { isPowerOfTwo, KiB, roundUp } from "../bytes/units.js";

const sector = vhdFooterRecord.size;
const largestBlock = 256 * 2 ** 20;

export async function readVhd(file: ByteSource, name: string): Promise<ReadContainer | undefined> {
  if (file.size < sector) return undefined;
  const bytes = await file.read(file.size - sector, sector);
  const of = { file, name, format: "VHD" };
  if (vhdFooterRecord.fields.cookie.read(viewOf(bytes), 0) !== vhdCookie) return undefined;
  requireChecksum(of, bytes, vhdFooterRecord.fields.checksum, "footer");
  const footer = vhdFooterRecord.decode(bytes);
  const diskSize = footer.currentSize;
  if (footer.diskType === vhdTypes.fixed) {
    requireSize(of, diskSize, diskSize);
    const map = mapOf(of, { diskSize, blockSize: diskSize }, () => 0);
    return { format: "vhd-fixed", map };
  }
  if (footer.diskType !== vhdTypes.dynamic)
    throw unreadKind(of, `of type ${footer.diskType}, expected 2 (fixed) or 3 (dynamic)`);
  return { format: "vhd", map: await readDynamic(of, diskSize, Number(viewOf(footer.dataOffset).getBigUint64(0))) };
}

async function readDynamic(of: ContainerFile, diskSize: number, headerOffset: number) {
  const bytes = await readStructure(of, headerOffset, vhdHeaderRecord.size, "header");
  if (vhdHeaderRecord.fields.cookie.read(viewOf(bytes), 0) !== vhdHeaderCookie)
    throw damagedDisk(of, "it has no header");
  requireChecksum(of, bytes, vhdHeaderRecord.fields.checksum, "header");
  const { blockSize, tableOffset, maxTableEntries } = vhdHeaderRecord.decode(bytes);
  if (!isPowerOfTwo(blockSize) || blockSize < 4 * KiB || blockSize > largestBlock) {
    throw damagedDisk(of, `its blocks have ${blockSize} bytes`);
  }
  requireSize(of, diskSize, blockSize);
  const count = Math.ceil(diskSize / blockSize);
  if (maxTableEntries < count) throw damagedDisk(of, `its table has ${maxTableEntries} of ${counted(count, "entry")}`);
  const table = viewOf(await readStructure(of, tableOffset, count * 4, "table of blocks"));
  const bitmap = roundUp(Math.ceil(blockSize / sector / 8), sector);
  return mapOf(of, { diskSize, blockSize }, (block) => {
    const entry = table.getUint32(block * 4);
    return entry === vhdNone ? nowhere : entry * sector + bitmap;
  });
}

function requireChecksum(of: ContainerFile, bytes: Uint8Array, checksum: Field<number>, what: string): void {
  if (vhdChecksum(bytes, checksum.offset) === checksum.read(viewOf(bytes), 0)) return;
  throw damagedDisk(of, `the checksum of its ${what} differs`);
}
