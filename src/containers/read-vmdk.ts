/** Reads VMDK: one sparse file that grows. Compressed ones and those of several files are told by name. */
import type { ByteSource } from "../source/byte-source.js";
import { count as counted } from "../bytes/amounts.js";
import { nowhere } from "./container.js";
import type { ReadContainer } from "./container.js";
import { damagedDisk, mapOf, readStructure, requireSize, unreadKind, viewOf } from "./read-table.js";
import { vmdkHeaderRecord, vmdkMagic } from "./vmdk.js";
import { isPowerOfTwo } from "../bytes/units.js";

const sector = 512;
const compressedGrains = 0x10000;
const largestVersion = 3;
/** gdOffset of a file whose directory is at its end, as streams have it. */
const directoryAtEnd = 0xffffffffffffffffn;
/** A file of text that names the files with the disk's bytes. */
const descriptorBegin = "# Disk DescriptorFile";

export async function readVmdk(file: ByteSource, name: string): Promise<ReadContainer | undefined> {
  if (file.size < sector) return undefined;
  const bytes = await file.read(0, sector);
  const of = { file, name, format: "VMDK" };
  if (String.fromCharCode(...bytes.subarray(0, descriptorBegin.length)) === descriptorBegin) {
    throw unreadKind(of, "whose bytes are in other files, which it names");
  }
  if (vmdkHeaderRecord.select("magic").decode(bytes).magic !== vmdkMagic) return undefined;
  const { version, flags } = vmdkHeaderRecord.select("version", "flags").decode(bytes);
  if (version === 0 || version > largestVersion) throw unreadKind(of, `of version ${version}`);
  const isAtEnd = viewOf(bytes).getBigUint64(vmdkHeaderRecord.fields.gdOffset.offset, true) === directoryAtEnd;
  if (isAtEnd || (flags & compressedGrains) !== 0) throw unreadKind(of, "whose grains are compressed");
  const { capacity, grainSize, numGtesPerGt, gdOffset } = vmdkHeaderRecord
    .select("capacity", "grainSize", "numGtesPerGt", "gdOffset")
    .decode(bytes);
  if (!isPowerOfTwo(grainSize) || grainSize > 2 ** 15 || !isPowerOfTwo(numGtesPerGt) || numGtesPerGt > 2 ** 16) {
    throw damagedDisk(of, `its grains have ${counted(grainSize, "sector")}, ${numGtesPerGt} to a table`);
  }
  const [diskSize, blockSize] = [capacity * sector, grainSize * sector];
  requireSize(of, diskSize, blockSize);
  const tableCount = Math.ceil(diskSize / blockSize / numGtesPerGt);
  const directory = viewOf(await readStructure(of, gdOffset * sector, tableCount * 4, "grain directory"));
  const tables: (DataView | undefined)[] = [];
  for (let each = 0; each < tableCount; each += 1) {
    const at = directory.getUint32(each * 4, true);
    const table = at === 0 ? undefined : await readStructure(of, at * sector, numGtesPerGt * 4, "grain table");
    tables.push(table === undefined ? undefined : viewOf(table));
  }
  const map = mapOf(of, { diskSize, blockSize }, (block) => {
    const grain = tables[Math.floor(block / numGtesPerGt)]?.getUint32((block % numGtesPerGt) * 4, true) ?? 0;
    // 1 is a grain of zeros.
    return grain <= 1 ? nowhere : grain * sector;
  });
  return { format: "vmdk", map };
}
