/**
 * VHDX: [MS-VHDX] of Microsoft. All numbers are little-endian. Two headers and two region tables, each with a CRC-32C; the
 * regions are the metadata and the table of blocks (BAT). Traps: after each `chunkRatio` entries of the table stands one for a
 * bitmap of sectors, which a disk without a parent does not have; and all that lies in the file is a multiple of 1 MiB.
 */
import { ascii, bytes, reserved, uint16le, uint32le, uint64le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { KiB, MiB, roundUp } from "../bytes/units.js";
import { writeUtf16 } from "../bytes/utf16.js";
import { LayoutBuilder } from "../extents/layout.js";
import { placedInOrder, usedBlocks } from "./container.js";
import type { Container, WrappedDisk } from "./container.js";
import { crc32c } from "./crc32c.js";
import { guidBytes, guidOf } from "./guid.js";

const blockSize = 2 * MiB;
const sectorSize = 512;
/** 2.2: places that never change. */
export const vhdxPlaces = { headers: [64 * KiB, 128 * KiB], regionTables: [192 * KiB, 256 * KiB] } as const;
const logOffset = MiB;
const metadataOffset = 2 * MiB;
const tableOffset = 3 * MiB;
/** 2.6.1.1: the metadata table; the items lie behind it. */
export const metadataTableSize = 64 * KiB;
/** 2.5.1.1: PAYLOAD_BLOCK_FULLY_PRESENT. */
export const vhdxPresent = 6;
export const vhdxFileSignature = "vhdxfile";

/** 2.2.1. */
export const vhdxFileTypeRecord = record("VHDX file type identifier", 520, {
  signature: ascii(0, 8),
  creator: bytes(8, 512),
});

/** 2.2.2: what is not zero of its 4 KiB. */
export const vhdxHeaderRecord = record("VHDX header", 4 * KiB, {
  signature: ascii(0, 4),
  checksum: uint32le(4),
  sequenceNumber: uint64le(8),
  fileWriteGuid: bytes(16, 16),
  dataWriteGuid: bytes(32, 16),
  logGuid: bytes(48, 16),
  logVersion: uint16le(64),
  version: uint16le(66),
  logLength: uint32le(68),
  logOffset: uint64le(72),
  reserved: reserved(80, 4016),
});

/** 2.2.3.1. */
export const vhdxRegionTableRecord = record("VHDX region table header", 16, {
  signature: ascii(0, 4),
  checksum: uint32le(4),
  entryCount: uint32le(8),
  reserved: reserved(12, 4),
});

/** 2.2.3.2. */
export const vhdxRegionRecord = record("VHDX region table entry", 32, {
  guid: bytes(0, 16),
  fileOffset: uint64le(16),
  length: uint32le(24),
  required: uint32le(28),
});
export const regionTableSize = 64 * KiB;
export const vhdxRegions = {
  blocks: guidBytes("2DC27766-F623-4200-9D64-115E9BFD4A08"),
  metadata: guidBytes("8B7CA206-4790-4B9A-B8FE-575F050F886E"),
} as const;

/** 2.6.1.1. */
export const vhdxMetadataTableRecord = record("VHDX metadata table header", 32, {
  signature: ascii(0, 8),
  reserved1: reserved(8, 2),
  entryCount: uint16le(10),
  reserved2: reserved(12, 20),
});

/** 2.6.1.2: `offset` from the begin of the region. */
export const vhdxMetadataRecord = record("VHDX metadata table entry", 32, {
  itemId: bytes(0, 16),
  offset: uint32le(16),
  length: uint32le(20),
  flags: uint32le(24),
  reserved: reserved(28, 4),
});

/** 2.6.2: the items that every reader must know. */
export const vhdxItems = {
  fileParameters: guidBytes("CAA16737-FA36-4D43-B3B6-33F0AA44E76B"),
  virtualDiskSize: guidBytes("2FA54224-CD1B-4876-B211-5DBED83BF4B8"),
  virtualDiskId: guidBytes("BECA12AB-B2E6-4523-93EF-C309E000C746"),
  logicalSectorSize: guidBytes("8141BF1D-A96F-4709-BA47-F233A8FAAB5F"),
  physicalSectorSize: guidBytes("CDA348C7-445D-4471-9CC9-E9885251C556"),
} as const;
/** 2.6.1.2: IsVirtualDisk and IsRequired. */
const [isVirtualDisk, isRequired] = [2, 4];

/** 2.5: how many blocks come before each entry for a bitmap. */
export function chunkRatio(block: number, sector: number): number {
  return (2 ** 23 * sector) / block;
}

function withCrc(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  new DataView(data.buffer).setUint32(4, crc32c(data), true);
  return data;
}

function fileType(): Uint8Array {
  const creator = new Uint8Array(512);
  writeUtf16(creator, 0, "win7usb");
  return vhdxFileTypeRecord.encode({ signature: vhdxFileSignature, creator });
}

/** The one with the higher sequence number is current; the other is as good. */
function header(identity: Uint8Array, sequenceNumber: number): Uint8Array {
  return withCrc(
    vhdxHeaderRecord.encode({
      signature: "head",
      sequenceNumber,
      fileWriteGuid: guidOf(identity, 1),
      dataWriteGuid: guidOf(identity, 2),
      version: 1,
      logLength: MiB,
      logOffset,
    }),
  );
}

function regionTable(tableLength: number): Uint8Array {
  const table = new Uint8Array(regionTableSize);
  vhdxRegionTableRecord.patch(table, 0, { signature: "regi", entryCount: 2 });
  const regions = [
    { guid: vhdxRegions.blocks, fileOffset: tableOffset, length: tableLength },
    { guid: vhdxRegions.metadata, fileOffset: metadataOffset, length: MiB },
  ];
  for (const [index, region] of regions.entries()) {
    vhdxRegionRecord.patch(table, vhdxRegionTableRecord.size + index * vhdxRegionRecord.size, {
      ...region,
      required: 1,
    });
  }
  return withCrc(table);
}

/** Numbers of 32 bits behind one another. */
function words(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return new Uint8Array(view.buffer);
}

function metadata({ diskSize, identity }: WrappedDisk): Uint8Array {
  const items: [id: Uint8Array, value: Uint8Array, flags: number][] = [
    [vhdxItems.fileParameters, words(blockSize, 0), isRequired],
    [vhdxItems.virtualDiskSize, words(diskSize % 2 ** 32, Math.floor(diskSize / 2 ** 32)), isVirtualDisk | isRequired],
    [vhdxItems.logicalSectorSize, words(sectorSize), isVirtualDisk | isRequired],
    [vhdxItems.physicalSectorSize, words(sectorSize), isVirtualDisk | isRequired],
    [vhdxItems.virtualDiskId, guidOf(identity, 3), isVirtualDisk | isRequired],
  ];
  const region = new Uint8Array(metadataTableSize + 4 * KiB);
  vhdxMetadataTableRecord.patch(region, 0, { signature: "metadata", entryCount: items.length });
  let offset = metadataTableSize;
  for (const [index, [itemId, value, flags]] of items.entries()) {
    const at = vhdxMetadataTableRecord.size + index * vhdxMetadataRecord.size;
    vhdxMetadataRecord.patch(region, at, { itemId, offset, length: value.length, flags });
    region.set(value, offset);
    offset += value.length;
  }
  return region;
}

export function vhdx(disk: WrappedDisk): Container {
  const blocks = usedBlocks(disk, blockSize);
  const ratio = chunkRatio(blockSize, sectorSize);
  const entryOf = (block: number): number => block + Math.floor(block / ratio);
  const entries = entryOf(Math.ceil(disk.diskSize / blockSize) - 1) + 1;
  const tableLength = roundUp(entries * 8, MiB);
  const first = tableOffset + tableLength;
  const table = new Uint8Array(entries * 8);
  const view = new DataView(table.buffer);
  for (const [index, block] of blocks.entries()) {
    view.setBigUint64(entryOf(block) * 8, BigInt(first + index * blockSize + vhdxPresent), true);
  }
  const layout = new LayoutBuilder();
  const put = (offset: number, data: Uint8Array): void => {
    layout.skipTo(offset);
    layout.bytes(offset, data);
  };
  put(0, fileType());
  for (const [index, offset] of vhdxPlaces.headers.entries()) put(offset, header(disk.identity, index));
  for (const offset of vhdxPlaces.regionTables) put(offset, regionTable(tableLength));
  put(metadataOffset, metadata(disk));
  put(tableOffset, table);
  const map = placedInOrder(disk, blockSize, blocks, { first });
  return { format: "vhdx", map, fileSize: first + blocks.length * blockSize, structures: layout.extents };
}
