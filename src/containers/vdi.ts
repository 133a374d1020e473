/**
 * VDI, version 1.1: VirtualBox' src/VBox/Storage/VDICore.h. All numbers are little-endian; the table has one entry for each
 * MiB of the disk: the number of its block, counted from where the data begins.
 */
import { bytes, reserved, uint32le, uint64le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { MiB, roundUp } from "../bytes/units.js";
import { LayoutBuilder } from "../extents/layout.js";
import { ataGeometry, placedInOrder, usedBlocks } from "./container.js";
import type { Container, WrappedDisk } from "./container.js";
import { guidOf } from "./guid.js";

const sector = 512;
const blockSize = MiB;
export const vdiSignature = 0xbeda107f;
export const vdiVersion = 0x00010001;
/** VDI_IMAGE_TYPE_NORMAL: blocks as they are used; VDI_IMAGE_TYPE_FIXED: all of them. */
export const vdiTypes = { normal: 1, fixed: 2 } as const;
/** VDI_IMAGE_BLOCK_ZERO and VDI_IMAGE_BLOCK_FREE: from here on, an entry names no block. */
export const vdiNoBlock = 0xfffffffe;
const free = 0xffffffff;
/** Of VDIHEADER1PLUS, which ends with the geometry that the BIOS is told. */
const headerSize = 400;

/** VDIPREHEADER and VDIHEADER1PLUS. */
export const vdiHeaderRecord = record("VDI header", 72 + headerSize, {
  fileInfo: bytes(0, 64),
  signature: uint32le(64),
  version: uint32le(68),
  headerSize: uint32le(72),
  type: uint32le(76),
  flags: uint32le(80),
  comment: reserved(84, 256),
  blocksOffset: uint32le(340),
  dataOffset: uint32le(344),
  cylinders: uint32le(348),
  heads: uint32le(352),
  sectors: uint32le(356),
  sectorSize: uint32le(360),
  dummy: reserved(364, 4),
  diskSize: uint64le(368),
  blockSize: uint32le(376),
  blockExtraSize: uint32le(380),
  blockCount: uint32le(384),
  blocksAllocated: uint32le(388),
  createUuid: bytes(392, 16),
  modifyUuid: bytes(408, 16),
  linkageUuid: bytes(424, 16),
  parentModifyUuid: bytes(440, 16),
  /** LCHSGeometry: zeros where it is to be found out. */
  logicalGeometry: reserved(456, 16),
});

export function vdi(disk: WrappedDisk): Container {
  const { diskSize, identity } = disk;
  const blocks = usedBlocks(disk, blockSize);
  const blockCount = Math.ceil(diskSize / blockSize);
  const first = roundUp(sector + blockCount * 4, MiB);
  const table = new Uint8Array(blockCount * 4).fill(free & 0xff);
  const entries = new DataView(table.buffer);
  for (const [index, block] of blocks.entries()) entries.setUint32(block * 4, index, true);
  const header = vdiHeaderRecord.encode({
    fileInfo: Uint8Array.from("<<< Oracle VM VirtualBox Disk Image >>>\n", (character) => character.charCodeAt(0)),
    signature: vdiSignature,
    version: vdiVersion,
    headerSize,
    type: vdiTypes.normal,
    blocksOffset: sector,
    dataOffset: first,
    ...ataGeometry(diskSize),
    sectorSize: sector,
    diskSize,
    blockSize,
    blockCount,
    blocksAllocated: blocks.length,
    createUuid: guidOf(identity, 4),
    modifyUuid: guidOf(identity, 5),
  });
  const layout = new LayoutBuilder();
  layout.bytes(0, header);
  layout.zerosTo(sector);
  layout.bytes(sector, table);
  layout.zerosTo(first);
  const map = placedInOrder(disk, blockSize, blocks, { first });
  return { format: "vdi", map, fileSize: first + blocks.length * blockSize, structures: layout.extents };
}
