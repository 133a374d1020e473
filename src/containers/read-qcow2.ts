/** Reads qcow2, versions 2 and 3: plain clusters. What needs another file, a key or a decompressor is told by name. */
import type { ByteSource } from "../source/byte-source.js";
import { count as counted } from "../bytes/amounts.js";
import { nowhere } from "./container.js";
import type { ReadContainer } from "./container.js";
import { qcow2Compressed, qcow2HeaderRecord, qcow2Magic, qcow2OffsetMask, qcow2Zeros } from "./qcow2.js";
import type { ContainerFile } from "./read-table.js";
import { damagedDisk, mapOf, readStructure, requireSize, unreadKind, viewOf } from "./read-table.js";

/** Of version 2, which ends before the features. */
const shortHeader = 72;

export async function readQcow2(file: ByteSource, name: string): Promise<ReadContainer | undefined> {
  if (file.size < qcow2HeaderRecord.size) return undefined;
  const bytes = await file.read(0, qcow2HeaderRecord.size);
  if (qcow2HeaderRecord.select("magic").decode(bytes).magic !== qcow2Magic) return undefined;
  const of = { file, name, format: "qcow2" };
  const { version } = qcow2HeaderRecord.select("version").decode(bytes);
  if (version !== 2 && version !== 3) throw unreadKind(of, `of version ${version}`);
  if (version === 2) bytes.fill(0, shortHeader);
  const header = qcow2HeaderRecord.decode(bytes);
  if (header.backingFileOffset !== 0) throw unreadKind(of, "that needs another one, its backing file");
  if (header.cryptMethod !== 0) throw unreadKind(of, "that is encrypted");
  if (header.incompatibleFeatures.some((byte) => byte !== 0)) {
    throw unreadKind(of, "with features that are not read, or one that was not closed");
  }
  if (header.clusterBits < 9 || header.clusterBits > 21)
    throw damagedDisk(of, `its clusters have 2^${header.clusterBits} bytes`);
  const [diskSize, blockSize] = [header.size, 2 ** header.clusterBits];
  requireSize(of, diskSize, blockSize);
  const placeOf = await readTables(of, header, blockSize);
  return { format: "qcow2", map: mapOf(of, { diskSize, blockSize }, placeOf) };
}

type Header = ReturnType<typeof qcow2HeaderRecord.decode>;

async function readTables(of: ContainerFile, { size, l1Size, l1TableOffset }: Header, clusterSize: number) {
  const perTable = clusterSize / 8;
  const count = Math.ceil(size / clusterSize / perTable);
  if (l1Size < count) throw damagedDisk(of, `its L1 table has ${counted(l1Size, "entry")}, expected ${count}`);
  const l1 = viewOf(await readStructure(of, l1TableOffset, count * 8, "L1 table"));
  const tables: (DataView | undefined)[] = [];
  for (let each = 0; each < count; each += 1) {
    const at = offsetIn(l1, each);
    tables.push(at === 0 ? undefined : viewOf(await readStructure(of, at, clusterSize, "L2 table")));
  }
  return (block: number): number => {
    const table = tables[Math.floor(block / perTable)];
    if (table === undefined) return nowhere;
    const entry = table.getBigUint64((block % perTable) * 8);
    if ((entry & qcow2Compressed) !== 0n) throw unreadKind(of, "whose clusters are compressed");
    const at = offsetIn(table, block % perTable);
    return at === 0 || (entry & qcow2Zeros) !== 0n ? nowhere : at;
  };
}

const offsetIn = (table: DataView, index: number): number => Number(table.getBigUint64(index * 8) & qcow2OffsetMask);
