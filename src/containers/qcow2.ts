/**
 * qcow2, version 3: QEMU's docs/interop/qcow2.rst. All numbers are big-endian; the file consists of clusters, each of which
 * has a reference count, the tables' own clusters too. A cluster of the disk is found by two tables: L1 names clusters with L2
 * entries, those name the data.
 */
import { bytes, reserved, uint32be, uint64be } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { LayoutBuilder } from "../extents/layout.js";
import { mostBlocks, placedInOrder, usedBlocks } from "./container.js";
import type { Container, WrappedDisk } from "./container.js";

export const qcow2Magic = 0x514649fb;
/** "Header". */
export const qcow2HeaderRecord = record("qcow2 header", 112, {
  magic: uint32be(0),
  version: uint32be(4),
  backingFileOffset: uint64be(8),
  backingFileSize: uint32be(16),
  clusterBits: uint32be(20),
  size: uint64be(24),
  cryptMethod: uint32be(32),
  l1Size: uint32be(36),
  l1TableOffset: uint64be(40),
  refcountTableOffset: uint64be(48),
  refcountTableClusters: uint32be(56),
  snapshotCount: uint32be(60),
  snapshotsOffset: uint64be(64),
  incompatibleFeatures: bytes(72, 8),
  compatibleFeatures: bytes(80, 8),
  autoclearFeatures: bytes(88, 8),
  refcountOrder: uint32be(96),
  headerLength: uint32be(100),
  compressionType: reserved(104, 8),
});
/** "L1 table entry" and "Standard Cluster Descriptor": bits 9 to 55 are the offset. */
export const qcow2OffsetMask = 0x00fffffffffffe00n;
/** "L1 table entry": the reference count is exactly one. */
const copied = 1n << 63n;
/** "L2 table entry": compressed; all zeros. */
export const qcow2Compressed = 1n << 62n;
export const qcow2Zeros = 1n;

/** 64 KiB, as QEMU has it, while the tables stay of a usual size. */
function clusterBitsFor(diskSize: number): number {
  let bits = 16;
  while (diskSize / 2 ** bits > mostBlocks && bits < 21) bits += 1;
  return bits;
}

/** Clusters of each kind, in the order in which they lie in the file behind the header's. */
type Clusters = {
  readonly refcountTable: number;
  readonly refcountBlocks: number;
  readonly l1: number;
  readonly l2: number;
  readonly data: number;
};

/** The reference counts count themselves, too: their number is settled when it does not grow any more. */
function withRefcounts(counted: Omit<Clusters, "refcountTable" | "refcountBlocks">, size: number): Clusters {
  for (let refcountBlocks = 1; ;) {
    const clusters = { ...counted, refcountTable: Math.ceil((refcountBlocks * 8) / size), refcountBlocks };
    const needed = Math.ceil((totalOf(clusters) * 2) / size);
    if (needed <= refcountBlocks) return clusters;
    refcountBlocks = needed;
  }
}

const totalOf = ({ refcountTable, refcountBlocks, l1, l2, data }: Clusters): number =>
  1 + refcountTable + refcountBlocks + l1 + l2 + data;

/** A table of 64-bit entries that fills `clusters` clusters. */
class Table {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(clusters: number, clusterSize: number) {
    this.bytes = new Uint8Array(clusters * clusterSize);
    this.#view = new DataView(this.bytes.buffer);
  }

  set(index: number, offset: number, flags = copied): void {
    this.#view.setBigUint64(index * 8, BigInt(offset) | flags);
  }
}

export function qcow2(disk: WrappedDisk): Container {
  const clusterBits = clusterBitsFor(disk.diskSize);
  const size = 2 ** clusterBits;
  const perTable = size / 8;
  const blocks = usedBlocks(disk, size);
  const l1Size = Math.ceil(disk.diskSize / size / perTable);
  // A table of which nothing is used is not there.
  const tables = [...new Set(blocks.map((block) => Math.floor(block / perTable)))];
  const l1Clusters = Math.ceil((l1Size * 8) / size);
  const clusters = withRefcounts({ l1: l1Clusters, l2: tables.length, data: blocks.length }, size);
  const refcountsAt = 1 + clusters.refcountTable;
  const l1At = refcountsAt + clusters.refcountBlocks;
  const l2At = l1At + clusters.l1;
  const dataAt = l2At + clusters.l2;

  const refcountTable = new Table(clusters.refcountTable, size);
  for (let each = 0; each < clusters.refcountBlocks; each += 1)
    refcountTable.set(each, (refcountsAt + each) * size, 0n);
  const refcounts = new Uint8Array(clusters.refcountBlocks * size);
  for (let cluster = 0; cluster < totalOf(clusters); cluster += 1) refcounts[cluster * 2 + 1] = 1;
  const l1 = new Table(clusters.l1, size);
  for (const [index, table] of tables.entries()) l1.set(table, (l2At + index) * size);
  const l2 = new Table(clusters.l2, size);
  const indexOf = new Map(tables.map((table, index) => [table, index]));
  for (const [index, block] of blocks.entries()) {
    l2.set(indexOf.get(Math.floor(block / perTable))! * perTable + (block % perTable), (dataAt + index) * size);
  }

  const header = qcow2HeaderRecord.encode({
    magic: qcow2Magic,
    version: 3,
    clusterBits,
    size: disk.diskSize,
    l1Size,
    l1TableOffset: l1At * size,
    refcountTableOffset: size,
    refcountTableClusters: clusters.refcountTable,
    // 16 bits.
    refcountOrder: 4,
    headerLength: qcow2HeaderRecord.size,
  });
  const layout = new LayoutBuilder();
  layout.bytes(0, header);
  layout.zerosTo(size);
  for (const table of [refcountTable.bytes, refcounts, l1.bytes, l2.bytes]) layout.bytes(layout.position, table);
  const map = placedInOrder(disk, size, blocks, { first: dataAt * size });
  return { format: "qcow2", map, fileSize: totalOf(clusters) * size, structures: layout.extents };
}
