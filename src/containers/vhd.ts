/**
 * VHD: "Virtual Hard Disk Image Format Specification" of Microsoft, version 1.0 (2006). All numbers are big-endian. The file
 * ends with a footer of one sector; a dynamic disk begins with a copy of it, then its header, the table of blocks, and the
 * blocks, each behind a sector with a bit for each sector of it. Traps: readers take the size from the geometry unless the
 * creator is one that they know to keep it in the field ("win " is one), and the data of a block lies one sector behind the
 * place that the table names.
 */
import { ascii, bytes, reserved, uint16be, uint32be, uint64be, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { imageFileUnit, MiB, roundUp } from "../bytes/units.js";
import { LayoutBuilder } from "../extents/layout.js";
import { blocksFrom, placedInOrder, usedBlocks } from "./container.js";
import type { Container, Geometry, WrappedDisk } from "./container.js";

const sector = 512;
const vhdBlockSize = 2 * MiB;
/** "Hard Disk Footer Format": of a fixed disk, and of a dynamic one. */
export const vhdTypes = { fixed: 2, dynamic: 3 } as const;
export const vhdCookie = "conectix";
export const vhdHeaderCookie = "cxsparse";
/** No further header; in the table of blocks, a block that is not there. */
export const vhdNone = 0xffffffff;
/** The largest disk: 2040 GiB. */
export const largestVhd = 2040 * 2 ** 30;

/** "Hard Disk Footer Format". */
export const vhdFooterRecord = record("VHD footer", sector, {
  cookie: ascii(0, 8),
  features: uint32be(8),
  fileFormatVersion: uint32be(12),
  dataOffset: bytes(16, 8),
  /** Seconds since 2000-01-01. */
  timeStamp: uint32be(24),
  creatorApplication: ascii(28, 4),
  creatorVersion: uint32be(32),
  creatorHostOs: ascii(36, 4),
  originalSize: uint64be(40),
  currentSize: uint64be(48),
  cylinders: uint16be(56),
  heads: uint8(58),
  sectorsPerTrack: uint8(59),
  diskType: uint32be(60),
  checksum: uint32be(64),
  uniqueId: bytes(68, 16),
  savedState: uint8(84),
  reserved: reserved(85, 427),
});

/** "Dynamic Disk Header Format". */
export const vhdHeaderRecord = record("VHD dynamic disk header", 1024, {
  cookie: ascii(0, 8),
  dataOffset: bytes(8, 8),
  tableOffset: uint64be(16),
  headerVersion: uint32be(24),
  maxTableEntries: uint32be(28),
  blockSize: uint32be(32),
  checksum: uint32be(36),
  parentUniqueId: bytes(40, 16),
  parentTimeStamp: uint32be(56),
  reserved1: reserved(60, 4),
  parentUnicodeName: bytes(64, 512),
  parentLocatorEntries: bytes(576, 192),
  reserved2: reserved(768, 256),
});

/** "Checksum": the one's complement of the sum of all bytes, without the field itself. */
export function vhdChecksum(data: Uint8Array, checksumOffset: number): number {
  let sum = 0;
  for (const [index, byte] of data.entries()) if (index < checksumOffset || index >= checksumOffset + 4) sum += byte;
  return ~sum >>> 0;
}

function withChecksum(data: Uint8Array<ArrayBuffer>, field: { readonly offset: number }): Uint8Array<ArrayBuffer> {
  new DataView(data.buffer).setUint32(field.offset, vhdChecksum(data, field.offset));
  return data;
}

/** "Appendix: CHS Calculation". */
export function vhdGeometry(diskSize: number): Geometry {
  const total = Math.min(Math.floor(diskSize / sector), 65_535 * 16 * 255);
  if (total >= 65_535 * 16 * 63) return geometry(total, 16, 255);
  const tracks = Math.floor(total / 17);
  const heads = Math.max(4, Math.floor((tracks + 1023) / 1024));
  if (tracks < heads * 1024 && heads <= 16) return geometry(total, heads, 17);
  if (Math.floor(total / 31) < 16 * 1024) return geometry(total, 16, 31);
  return geometry(total, 16, 63);
}

function geometry(total: number, heads: number, sectors: number): Geometry {
  return { cylinders: Math.floor(Math.floor(total / sectors) / heads), heads, sectors };
}

function footerOf({ diskSize, identity }: WrappedDisk, type: keyof typeof vhdTypes): Uint8Array<ArrayBuffer> {
  const { cylinders, heads, sectors } = vhdGeometry(diskSize);
  const dataOffset = new Uint8Array(8).fill(0xff);
  if (type === "dynamic") new DataView(dataOffset.buffer).setBigUint64(0, BigInt(sector));
  const footer = vhdFooterRecord.encode({
    cookie: vhdCookie,
    // "Reserved": a bit that is always set.
    features: 2,
    fileFormatVersion: 0x00010000,
    dataOffset,
    creatorApplication: "win ",
    creatorVersion: 0x00060001,
    creatorHostOs: "Wi2k",
    originalSize: diskSize,
    currentSize: diskSize,
    cylinders,
    heads,
    sectorsPerTrack: sectors,
    diskType: vhdTypes[type],
    uniqueId: identity,
  });
  return withChecksum(footer, vhdFooterRecord.fields.checksum);
}

/** The disk as it is, with the footer behind it. */
export function fixedVhd(disk: WrappedDisk): Container {
  const { diskSize } = disk;
  const layout = new LayoutBuilder();
  layout.skipTo(diskSize);
  layout.bytes(diskSize, footerOf(disk, "fixed"));
  const map = placedInOrder(disk, diskSize, [0], { first: 0 });
  return { format: "vhd-fixed", map, fileSize: diskSize + sector, structures: layout.extents };
}

/** Blocks are placed so that their data begins with a page of the file, and their sector of bits ends one. */
export function dynamicVhd(disk: WrappedDisk): Container {
  const blocks = usedBlocks(disk, vhdBlockSize);
  const tableEntries = Math.ceil(disk.diskSize / vhdBlockSize);
  const tableOffset = sector + vhdHeaderRecord.size;
  const tableEnd = tableOffset + roundUp(tableEntries * 4, sector);
  const first = blocksFrom(tableEnd + sector, sector);
  const step = vhdBlockSize + imageFileUnit;
  const table = new Uint8Array(tableEnd - tableOffset).fill(0xff);
  const entries = new DataView(table.buffer);
  for (const [index, block] of blocks.entries()) entries.setUint32(block * 4, (first + index * step) / sector - 1);
  const header = vhdHeaderRecord.encode({
    cookie: vhdHeaderCookie,
    dataOffset: new Uint8Array(8).fill(0xff),
    tableOffset,
    headerVersion: 0x00010000,
    maxTableEntries: tableEntries,
    blockSize: vhdBlockSize,
  });
  const footer = footerOf(disk, "dynamic");
  const layout = new LayoutBuilder();
  layout.bytes(0, footer);
  layout.bytes(sector, withChecksum(header, vhdHeaderRecord.fields.checksum));
  layout.bytes(tableOffset, table);
  const allPresent = new Uint8Array(sector).fill(0xff);
  for (const index of blocks.keys()) {
    layout.skipTo(first + index * step - sector);
    layout.bytes(layout.position, allPresent);
  }
  const end = blocks.length === 0 ? blocksFrom(tableEnd, sector) : first + (blocks.length - 1) * step + vhdBlockSize;
  layout.skipTo(end);
  layout.bytes(end, footer);
  const map = placedInOrder(disk, vhdBlockSize, blocks, { first, step });
  return { format: "vhd", map, fileSize: end + sector, structures: layout.extents };
}
