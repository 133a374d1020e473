/** Small discs with structures that image makers do not write, for a kernel to mount. */
import { joinBytes } from "../../src/bytes/join.js";
import { fileFlags } from "../../src/iso9660-reader/iso9660/records.js";
import { metadataPartitionMap } from "../../src/iso9660-reader/udf/volume-records.js";
import { composeIso, isoDirectory, sectorSize, type IsoComposition } from "../iso9660-reader/iso-composer.js";
import type { Blocks, Composition } from "../iso9660-reader/udf-composer.js";
import {
  blockSize,
  compose,
  entryAt,
  fileSetAt,
  identifiers,
  longDescriptors,
  partitionStart,
  plainMap,
  shortDescriptors,
  text,
  type2Map,
} from "../iso9660-reader/udf-composer.js";
import { mountable } from "./udf-mountable.js";

const isDirectory = 0x02;
const isParent = 0x08;

/** Blocks of the metadata partition lie in the partition at these runs, in this order. */
const metadataRuns = [
  { position: 20, length: 3 * blockSize },
  { position: 40, length: 2 * blockSize },
  { position: 30, length: 4 * blockSize },
];

function physicalBlock(block: number): number {
  let left = block;
  for (const { position, length } of metadataRuns) {
    if (left < length / blockSize) return position + left;
    left -= length / blockSize;
  }
  throw new RangeError(`the metadata partition has no block ${block}`);
}

const metadataMap = type2Map(
  "*UDF Metadata Partition",
  metadataPartitionMap.encode({
    metadataFileLocation: 3,
    metadataMirrorFileLocation: 4,
    metadataBitmapFileLocation: 0xffffffff,
    allocationUnitSize: 1,
    alignmentUnitSize: 1,
  }),
);

/** A volume whose ICBs and directories are `metadata`, by block of the metadata partition, and contents `data`. */
function withMetadata(metadata: Blocks, data: Blocks): Composition {
  const size = metadataRuns.reduce((sum, { length }) => sum + length, 0);
  const file = { extended: true, allocationType: 0, size, allocation: shortDescriptors(...metadataRuns), linkCount: 1 };
  const blocks: Record<number, Uint8Array> = {
    3: entryAt(3, { ...file, fileType: 250 }),
    4: entryAt(4, { ...file, fileType: 251 }),
    ...data,
  };
  for (const [block, bytes] of Object.entries(metadata)) blocks[physicalBlock(Number(block))] = bytes;
  return {
    blocks,
    maps: [plainMap, metadataMap],
    fileSet: { reference: 1, block: 0 },
    blockCount: partitionStart + 120,
  };
}

const parent = { name: "", icb: 1, reference: 1, characteristics: isParent | isDirectory };
const content = text("content that takes more than one block ".repeat(20));
const first = content.subarray(0, blockSize);
const rest = content.subarray(blockSize);

/** Files embedded, in one extent, in several and with a hole; directories embedded, in blocks, and deep. */
const metadataVolume: Composition = withMetadata(
  {
    0: fileSetAt(0, 1, 1),
    // Its entries lie in a block of the metadata partition that is not next to it.
    1: entryAt(1, {
      fileType: 4,
      extended: true,
      allocationType: 0,
      size: identifiers(rootEntries(), 5).length,
      allocation: shortDescriptors({ length: identifiers(rootEntries(), 5).length, position: 5 }),
      linkCount: 3,
    }),
    2: entryAt(2, { extended: true, allocation: text("embedded"), linkCount: 1 }),
    3: entryAt(3, {
      extended: true,
      allocationType: 1,
      size: content.length,
      allocation: longDescriptors({ length: blockSize, position: 60 }, { length: rest.length, position: 80 }),
      linkCount: 1,
    }),
    4: entryAt(4, {
      allocationType: 1,
      size: 2 * blockSize + 7,
      // The middle was allocated and never recorded: zeros.
      allocation: longDescriptors(
        { length: blockSize, position: 60 },
        { length: blockSize, position: 70, type: 1 },
        { length: 7, position: 80 },
      ),
      linkCount: 1,
    }),
    5: identifiers(rootEntries(), 5),
    6: linked(6, [parent, { name: "deeper", icb: 7, reference: 1, characteristics: isDirectory }]),
    7: linked(7, [
      { ...parent, icb: 6 },
      { name: "größe 雪.bin", icb: 3, reference: 1 },
    ]),
    8: linked(8, [parent]),
  },
  { 60: first, 80: rest },
);

function rootEntries() {
  return [
    parent,
    { name: "embedded.txt", icb: 2, reference: 1 },
    { name: "extents.bin", icb: 3, reference: 1 },
    { name: "hole.bin", icb: 4, reference: 1 },
    { name: "folder", icb: 6, reference: 1, characteristics: isDirectory },
    { name: "empty folder", icb: 8, reference: 1, characteristics: isDirectory },
  ];
}

function linked(location: number, entries: Parameters<typeof identifiers>[0]): Uint8Array {
  return entryAt(location, { fileType: 4, extended: true, allocation: identifiers(entries, location), linkCount: 2 });
}

/** A directory that has not even an entry for its parent. */
function withoutByte(allocationType: number): Composition {
  const root = [
    { name: "", icb: 1, characteristics: isParent | isDirectory },
    { name: "nothing in it", icb: 10, characteristics: isDirectory },
    { name: "beside", icb: 11 },
  ];
  return {
    blocks: {
      0: fileSetAt(0, 1),
      1: entryAt(1, { fileType: 4, allocation: identifiers(root, 1), linkCount: 2 }),
      10: entryAt(10, { fileType: 4, allocationType, size: 0, linkCount: 1 }),
      11: entryAt(11, { allocation: text("beside"), linkCount: 1 }),
    },
  };
}

const bothEndian = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, value, true);
  new DataView(bytes.buffer).setUint32(4, value, false);
  return bytes;
};
const entry = (signature: string, ...data: Uint8Array[]): Uint8Array => {
  const body = joinBytes(data);
  return joinBytes([text(signature), Uint8Array.of(4 + body.length, 1), body]);
};
const sp = entry("SP", Uint8Array.of(0xbe, 0xef, 0));
const mode = (type: number): Uint8Array => entry("PX", bothEndian(type), bothEndian(1), bothEndian(0), bothEndian(0));
const named = (name: string): Uint8Array => entry("NM", Uint8Array.of(0), text(name));
const directoryMode = 0o040755;
const fileMode = 0o100644;

/**
 * Directories of which their parent says that they have no byte, one of them with a file in it, and Rock Ridge's word on what
 * a record is.
 */
function isoDisc(rockRidge: boolean): IsoComposition {
  const use = (type: number, name: string) => (rockRidge ? { systemUse: joinBytes([mode(type), named(name)]) } : {});
  const selfUse = rockRidge ? mode(directoryMode) : undefined;
  const holding = (sector: number, name: string): Uint8Array =>
    isoDirectory(sector, [{ name: `${name.toUpperCase()}.;1`, sector: 31, size: 6, ...use(fileMode, name) }], selfUse);
  const isFolder = { flags: fileFlags.directory };
  const records = [
    { name: "BESIDE.;1", sector: 31, size: 6, ...use(fileMode, "beside") },
    { name: "EMPTY.;1", sector: 31, size: 0, ...use(fileMode, "empty") },
    { name: "INSIDE", sector: 36, size: 0, ...isFolder, ...use(directoryMode, "inside") },
    { name: "NOTHING", sector: 35, size: 0, ...isFolder, ...use(directoryMode, "nothing") },
    { name: "PLAIN", sector: 33, size: sectorSize, ...isFolder, ...use(directoryMode, "plain") },
  ];
  const contradictions = [
    { name: "DIRFILE", sector: 37, size: 0, ...isFolder, ...use(fileMode, "flag says directory") },
    { name: "FILEDIR.;1", sector: 34, size: sectorSize, ...use(directoryMode, "mode says directory") },
    { name: "NODIR.;1", sector: 32, size: 0, ...use(directoryMode, "mode says directory, empty") },
  ];
  return {
    root: rockRidge ? [...records, ...contradictions] : records,
    ...(rockRidge ? { rootUse: joinBytes([sp, mode(directoryMode)]) } : {}),
    sectors: {
      31: text("beside"),
      33: holding(33, "in"),
      34: holding(34, "in2"),
      35: isoDirectory(35, [], selfUse),
      36: holding(36, "in3"),
      37: holding(37, "in4"),
    },
  };
}

/** By name: what is mounted as UDF begins with it. */
export const discs: Readonly<Record<string, () => Uint8Array>> = {
  "UDF 2.50 with a metadata partition": () => compose(mountable(metadataVolume, 0x0250, "METADATA 250")),
  "UDF 2.60 with a metadata partition": () => compose(mountable(metadataVolume, 0x0260, "METADATA 260")),
  "UDF with an embedded directory of no byte": () => compose(mountable(withoutByte(3), 0x0201, "NO BYTE")),
  "UDF with a directory of no extent": () => compose(mountable(withoutByte(0), 0x0201, "NO EXTENT")),
  "ISO 9660 with a directory of no byte": () => composeIso(isoDisc(false)),
  "Rock Ridge with a directory of no byte": () => composeIso(isoDisc(true)),
};
