/** Reads VDI, version 1.1: dynamic and fixed disks. */
import type { ByteSource } from "../source/byte-source.js";
import { count as counted } from "../bytes/amounts.js";
import { nowhere } from "./container.js";
import type { ReadContainer } from "./container.js";
import { damagedDisk, mapOf, readStructure, requireSize, unreadKind, viewOf } from "./read-table.js";
import { vdiHeaderRecord, vdiNoBlock, vdiSignature, vdiTypes, vdiVersion } from "./vdi.js";
import { isPowerOfTwo, KiB } from "../bytes/units.js";

export async function readVdi(file: ByteSource, name: string): Promise<ReadContainer | undefined> {
  if (file.size < vdiHeaderRecord.size) return undefined;
  const bytes = await file.read(0, vdiHeaderRecord.size);
  const of = { file, name, format: "VDI" };
  if (vdiHeaderRecord.select("signature").decode(bytes).signature !== vdiSignature) return undefined;
  const { version, type } = vdiHeaderRecord.select("version", "type").decode(bytes);
  if (version !== vdiVersion) throw unreadKind(of, `of version ${version >>> 16}.${version & 0xffff}, expected 1.1`);
  if (type !== vdiTypes.normal && type !== vdiTypes.fixed)
    throw unreadKind(of, `of type ${type}, which needs another disk`);
  const { diskSize, blockSize, blockExtraSize, blockCount, blocksOffset, dataOffset } = vdiHeaderRecord
    .select("diskSize", "blockSize", "blockExtraSize", "blockCount", "blocksOffset", "dataOffset")
    .decode(bytes);
  if (!isPowerOfTwo(blockSize) || blockSize < 4 * KiB || blockExtraSize % 512 !== 0) {
    throw damagedDisk(of, `its blocks have ${blockSize} and ${blockExtraSize} bytes`);
  }
  requireSize(of, diskSize, blockSize);
  const count = Math.ceil(diskSize / blockSize);
  if (blockCount < count) throw damagedDisk(of, `its table has ${blockCount} of ${counted(count, "entry")}`);
  const table = await readStructure(of, blocksOffset, count * 4, "table of blocks");
  const blockNumbers = viewOf(table);
  const map = mapOf(of, { diskSize, blockSize }, (block) => {
    const entry = blockNumbers.getUint32(block * 4, true);
    return entry >= vdiNoBlock ? nowhere : dataOffset + entry * (blockSize + blockExtraSize) + blockExtraSize;
  });
  return { format: "vdi", map };
}
