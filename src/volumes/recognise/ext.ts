/** ext2, ext3 and ext4 (Linux, Documentation/filesystems/ext4/super.rst): all stands in the superblock, 1 KiB from the start. */
import { bytes, uint16le, uint32le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { KiB } from "../../bytes/units.js";
import type { ReadBytes } from "../../source/byte-source.js";
import { utf8Label, type VolumeContent } from "./content.js";

const superblock = record("ext4 superblock", KiB, {
  inodesCount: uint32le(0x00),
  blocksCountLow: uint32le(0x04),
  reservedBlocksCountLow: uint32le(0x08),
  freeBlocksCountLow: uint32le(0x0c),
  freeInodesCount: uint32le(0x10),
  firstDataBlock: uint32le(0x14),
  logBlockSize: uint32le(0x18),
  groupsTimesAndMounts: bytes(0x1c, 28),
  magic: uint16le(0x38),
  stateAndOwner: bytes(0x3a, 34),
  compatible: uint32le(0x5c),
  incompatible: uint32le(0x60),
  readOnlyCompatible: uint32le(0x64),
  uuid: bytes(0x68, 16),
  volumeName: bytes(0x78, 16),
  lastMountedAndJournal: bytes(0x88, 200),
  blocksCountHigh: uint32le(0x150),
  reservedBlocksCountHigh: uint32le(0x154),
  freeBlocksCountHigh: uint32le(0x158),
  rest: bytes(0x15c, 676),
});
const fields = superblock.select(
  "blocksCountLow",
  "freeBlocksCountLow",
  "logBlockSize",
  "magic",
  "compatible",
  "incompatible",
  "volumeName",
  "blocksCountHigh",
  "freeBlocksCountHigh",
);

const magic = 0xef53;
const hasJournal = 0x4;
/** Extents, 64 bits, flexible block groups: none of the older two has them. */
const ext4Only = 0x40 | 0x80 | 0x200;
const has64Bits = 0x80;
/** 64 KiB. */
const largestLogBlockSize = 6;

export async function recogniseExt(read: ReadBytes): Promise<VolumeContent | null> {
  const block = fields.decode(await read(KiB, KiB));
  if (block.magic !== magic) return null;
  const older = (block.compatible & hasJournal) === 0 ? "ext2" : "ext3";
  const fileSystem = (block.incompatible & ext4Only) === 0 ? older : "ext4";
  const high = (block.incompatible & has64Bits) === 0 ? 0 : 2 ** 32;
  const blocks = block.blocksCountLow + block.blocksCountHigh * high;
  const free = block.freeBlocksCountLow + block.freeBlocksCountHigh * high;
  const isSane = block.logBlockSize <= largestLogBlockSize && free <= blocks;
  const used = isSane ? (blocks - free) * KiB * 2 ** block.logBlockSize : null;
  return { fileSystem, label: utf8Label(block.volumeName), used };
}
