/**
 * VMDK, one sparse file ("monolithicSparse"): VMware's "Virtual Disk Format 5.0", "Hosted Sparse Extents". Numbers are
 * little-endian, places are sectors of 512 bytes. Grains of 64 KiB are found by a directory of tables; there are two copies of
 * both. The text behind the header describes the disk to programs, and has the file's own name in it.
 */
import { ascii, reserved, uint16le, uint32le, uint64le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { KiB, roundUp } from "../bytes/units.js";
import { LayoutBuilder } from "../extents/layout.js";
import { ataGeometry, blocksFrom, placedInOrder, usedBlocks } from "./container.js";
import type { Container, WrappedDisk } from "./container.js";

const sector = 512;
export const vmdkMagic = "KDMV";
const grainSize = 64 * KiB;
/** "numGTEsPerGT". */
const entriesPerTable = 512;
const tableSize = entriesPerTable * 4;
const descriptorSize = 20 * sector;
/** "Hosted Sparse Extent Header". */
export const vmdkHeaderRecord = record("VMDK sparse extent header", sector, {
  magic: ascii(0, 4),
  version: uint32le(4),
  flags: uint32le(8),
  capacity: uint64le(12),
  grainSize: uint64le(20),
  descriptorOffset: uint64le(28),
  descriptorSize: uint64le(36),
  numGtesPerGt: uint32le(44),
  rgdOffset: uint64le(48),
  gdOffset: uint64le(56),
  overHead: uint64le(64),
  uncleanShutdown: uint8(72),
  singleEndLineChar: uint8(73),
  nonEndLineChar: uint8(74),
  doubleEndLineChar1: uint8(75),
  doubleEndLineChar2: uint8(76),
  compressAlgorithm: uint16le(77),
  pad: reserved(79, 433),
});
/** The line ends are whole; there is a second directory. */
const flags = 3;

/** What stands between quotation marks is taken as it is by every reader: a name that would end it is not told. */
const nameInText = (name: string): string => (/^[ !#-~]{1,200}$/.test(name) ? name : "disk.vmdk");

function descriptor({ diskSize, identity, fileName }: WrappedDisk): Uint8Array {
  const { cylinders, heads, sectors } = ataGeometry(diskSize);
  // Not that of "no parent".
  const contentId = (new DataView(identity.buffer, identity.byteOffset).getUint32(0) & 0x7fffffff).toString(16);
  const lines = [
    "# Disk DescriptorFile",
    "version=1",
    `CID=${contentId.padStart(8, "0")}`,
    "parentCID=ffffffff",
    'createType="monolithicSparse"',
    "",
    "# Extent description",
    `RW ${diskSize / sector} SPARSE "${nameInText(fileName)}"`,
    "",
    "# The Disk Data Base",
    "#DDB",
    "",
    'ddb.virtualHWVersion = "4"',
    `ddb.geometry.cylinders = "${cylinders}"`,
    `ddb.geometry.heads = "${heads}"`,
    `ddb.geometry.sectors = "${sectors}"`,
    'ddb.adapterType = "ide"',
    "",
  ];
  return Uint8Array.from(lines.join("\n"), (character) => character.charCodeAt(0));
}

/** A directory of tables that begins at `offset`, and the tables behind it. */
function directory(tables: Uint8Array, offset: number, size: number): Uint8Array {
  const all = new Uint8Array(size + tables.length);
  const view = new DataView(all.buffer);
  for (let each = 0; each * tableSize < tables.length; each += 1) {
    view.setUint32(each * 4, (offset + size + each * tableSize) / sector, true);
  }
  all.set(tables, size);
  return all;
}

export function vmdk(disk: WrappedDisk): Container {
  const { diskSize } = disk;
  const blocks = usedBlocks(disk, grainSize);
  const tableCount = Math.ceil(diskSize / grainSize / entriesPerTable);
  const directorySize = roundUp(tableCount * 4, sector);
  const rgdOffset = sector + descriptorSize;
  const gdOffset = rgdOffset + directorySize + tableCount * tableSize;
  const first = blocksFrom(gdOffset + directorySize + tableCount * tableSize, grainSize);
  const tables = new Uint8Array(tableCount * tableSize);
  const entries = new DataView(tables.buffer);
  for (const [index, block] of blocks.entries())
    entries.setUint32(block * 4, (first + index * grainSize) / sector, true);
  const header = vmdkHeaderRecord.encode({
    magic: vmdkMagic,
    version: 1,
    flags,
    capacity: diskSize / sector,
    grainSize: grainSize / sector,
    descriptorOffset: 1,
    descriptorSize: descriptorSize / sector,
    numGtesPerGt: entriesPerTable,
    rgdOffset: rgdOffset / sector,
    gdOffset: gdOffset / sector,
    overHead: first / sector,
    singleEndLineChar: 0x0a,
    nonEndLineChar: 0x20,
    doubleEndLineChar1: 0x0d,
    doubleEndLineChar2: 0x0a,
  });
  const layout = new LayoutBuilder();
  layout.bytes(0, header);
  layout.bytes(sector, descriptor(disk));
  layout.bytes(rgdOffset, directory(tables, rgdOffset, directorySize));
  layout.bytes(gdOffset, directory(tables, gdOffset, directorySize));
  layout.zerosTo(first);
  const map = placedInOrder(disk, grainSize, blocks, { first });
  return { format: "vmdk", map, fileSize: first + blocks.length * grainSize, structures: layout.extents };
}
