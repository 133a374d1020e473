/** Disc images that are as large as each limit allows, made to cost as much as they can. */
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { joinBytes } from "../../../src/bytes/join.js";
import { GiB, roundUp } from "../../../src/bytes/units.js";
import { fileFlags } from "../../../src/iso9660-reader/iso9660/records.js";
import {
  maximumContinuations,
  maximumDepth,
  maximumDirectorySize,
  maximumEntries,
  maximumExtents,
  maximumPathCharacters,
  maximumPathLength,
  maximumVirtualTableSize,
} from "../../../src/iso9660-reader/limits.js";
import { shortAllocationDescriptor } from "../../../src/iso9660-reader/udf/fields.js";
import { allocationExtentDescriptor } from "../../../src/iso9660-reader/udf/file-records.js";
import { virtualTableHeader } from "../../../src/iso9660-reader/udf/volume-records.js";
import { composeIso, isoRecord, sectorSize } from "../../iso9660-reader/iso-composer.js";
import type { Composition } from "../../iso9660-reader/udf-composer.js";
import {
  allocationExtentAt,
  blockSize,
  compose,
  directoryAt,
  entryAt,
  fileSetAt,
  identifiers,
  longDescriptors,
  partitionStart,
  plainMap,
  shortDescriptors,
  type2Map,
  withRoot,
} from "../../iso9660-reader/udf-composer.js";

import { wimOfParts } from "./limit-wims.js";

const isDirectory = 0x02;
/** Blocks that compositions give to large content, from this block of the partition on. */
const contentBlock = 400;

type Range = { readonly block: number; readonly bytes: Uint8Array };

/** Writes a composition and content of any length behind its blocks. */
function writeVolume(
  path: string,
  composition: Composition,
  content: readonly Range[],
  partitionBlocks?: number,
): void {
  const used = Math.max(
    contentBlock,
    ...content.map(({ block, bytes }) => block + Math.ceil(bytes.length / blockSize)),
  );
  const head = compose({
    ...composition,
    blockCount: partitionStart + contentBlock,
    partitionBlocks: partitionBlocks ?? used + 1,
  });
  const file = openSync(path, "w");
  writeSync(file, head, 0, head.length, 0);
  for (const { block, bytes } of content) writeSync(file, bytes, 0, bytes.length, (partitionStart + block) * blockSize);
  ftruncateSync(file, (partitionStart + used + 1) * blockSize);
  closeSync(file);
}

const numbered = (index: number, length: number): string => index.toString(36).padStart(length, "0");

/** A directory whose content lies at `block`. */
const largeDirectory = (location: number, block: number, size: number): Uint8Array =>
  entryAt(location, {
    fileType: 4,
    allocationType: 0,
    size,
    allocation: shortDescriptors({ length: size, position: block }),
  });

/** As many names of `length` characters as all limits allow below a path of `prefix` characters; all are one file. */
function entriesThatFit(length: number, prefix: number): number {
  const entrySize = roundUp(38 + 1 + length, 4);
  const levels = 300;
  return Math.min(
    maximumEntries - levels,
    Math.floor(maximumDirectorySize / entrySize),
    Math.floor((maximumPathCharacters - maximumDepth * maximumPathLength) / (prefix + 1 + length)),
  );
}

/** One file under as many names as limits allow, `depth` directories down; each of those has a name of `width` characters. */
function manyNames(path: string, length: number, depth = 1, width = 4): void {
  const count = entriesThatFit(length, depth * (width + 1));
  const bytes = identifiers(
    Array.from({ length: count }, (_, index) => ({ name: numbered(index, length), icb: 10 })),
    contentBlock,
  );
  const blocks: Record<number, Uint8Array> = { 0: fileSetAt(0, 1), 10: entryAt(10, { allocation: Uint8Array.of(1) }) };
  for (let level = 0; level < depth; level += 1) {
    const icb = level === 0 ? 1 : 20 + level;
    blocks[icb] = directoryAt(icb, [{ name: "d".repeat(width), icb: 21 + level, characteristics: isDirectory }]);
  }
  blocks[20 + depth] = largeDirectory(20 + depth, contentBlock, bytes.length);
  writeVolume(path, { blocks }, [{ block: contentBlock, bytes }]);
}

/** Descriptors of as many extents as one file may have, chained from block to block; and how many there are. */
function chained(count: number, extentAt: (index: number) => Uint8Array): { chain: Uint8Array; count: number } {
  const perBlock = Math.floor((blockSize - allocationExtentDescriptor.size) / shortAllocationDescriptor.size) - 1;
  const links = Math.floor(count / perBlock);
  const chain = new Uint8Array(links * blockSize);
  for (let link = 0; link < links; link += 1) {
    const isLast = link + 1 === links;
    const onward = shortDescriptors({ length: blockSize, position: contentBlock + link + 1, type: 3 });
    const own = Array.from({ length: perBlock }, (_, index) => extentAt(link * perBlock + index));
    const descriptors = joinBytes(isLast ? own : [...own, onward]);
    chain.set(allocationExtentAt(contentBlock + link, descriptors), link * blockSize);
  }
  return { chain, count: links * perBlock };
}

/** A file whose descriptors are `chain`. */
function chainedFile(path: string, size: number, chain: Uint8Array): void {
  const allocation = shortDescriptors({ length: blockSize, position: contentBlock, type: 3 });
  const file = entryAt(10, { allocationType: 0, size, allocation });
  writeVolume(path, withRoot([{ name: "f", icb: 10 }], { 10: file }), [{ block: contentBlock, bytes: chain }]);
}

/** Blocks of descriptors count as extents, too, and have a limit of their own. */
const mostExtents = Math.min(maximumExtents - maximumContinuations, 59 * maximumContinuations);

/** None of the extents continues the one before. */
function tinyExtents(path: string): void {
  const { chain, count } = chained(mostExtents, (index) => shortDescriptors({ length: 1, position: (index * 7) % 64 }));
  chainedFile(path, count, chain);
}

/** A file of zeros that were never recorded, as long as descriptors allow: hundreds of TiB. */
function hugeFile(path: string): void {
  const length = GiB - blockSize;
  const extent = shortDescriptors({ length, position: 0, type: 2 });
  const { chain, count } = chained(mostExtents, () => extent);
  chainedFile(path, count * length, chain);
}

/** Every block of a file of gigabytes lies elsewhere, by a virtual table of the largest size. */
function scatteredFile(path: string): void {
  const entries = new Uint32Array((maximumVirtualTableSize - virtualTableHeader.size) / 4);
  for (let index = 0; index < entries.length; index += 1) entries[index] = (index * 7) % 1_000_000;
  entries.set([30, 31, 35]);
  const table = new Uint8Array(maximumVirtualTableSize);
  table.set(virtualTableHeader.encode({ lengthOfHeader: virtualTableHeader.size }));
  table.set(new Uint8Array(entries.buffer), virtualTableHeader.size);
  const tableBlocks = table.length / blockSize;
  const last = contentBlock + tableBlocks;
  const large = GiB - blockSize;
  const allocation = longDescriptors({ length: large, position: 40, reference: 1 });
  const map = type2Map("*UDF Virtual Partition", new Uint8Array(64));
  const icb = entryAt(last, {
    fileType: 248,
    allocationType: 0,
    size: table.length,
    allocation: shortDescriptors({ length: table.length, position: contentBlock }),
  });
  const blocks = {
    30: fileSetAt(0, 1, 1),
    31: directoryAt(1, [{ name: "f", icb: 2, reference: 1 }]),
    35: entryAt(2, { allocationType: 1, size: large, allocation }),
  };
  const content = [
    { block: contentBlock, bytes: table },
    { block: last, bytes: icb },
  ];
  writeVolume(path, { blocks, maps: [plainMap, map], fileSet: { reference: 1, block: 0 } }, content, 2_000_000);
}

/** ISO 9660: a root directory of as many records as are allowed. `flags` says of which kind they are. */
function manyRecords(path: string, flags: number): void {
  const size = 0;
  const count = maximumEntries - 16;
  const recordSize = isoRecord({ name: numbered(0, 4) }).length;
  const perSector = Math.floor(sectorSize / recordSize);
  const bytes = new Uint8Array(Math.ceil(count / perSector) * sectorSize);
  for (let index = 0; index < count; index += 1) {
    const at = Math.floor(index / perSector) * sectorSize + (index % perSector) * recordSize;
    bytes.set(isoRecord({ name: numbered(index, 4), flags, size, sector: 0 }), at);
  }
  const head = composeIso({ root: [{ name: "many", sector: 40, size: bytes.length, flags: fileFlags.directory }] });
  const file = openSync(path, "w");
  writeSync(file, head, 0, head.length, 0);
  writeSync(file, bytes, 0, bytes.length, 40 * sectorSize);
  closeSync(file);
}

const mostParts = 60_000;

/** `sources/install.swm` says that it is part 1 of as many as there are names, all of them the same bytes. */
function splitSet(path: string): void {
  const wim = wimOfParts(mostParts);
  const content = Array.from({ length: mostParts }, (_, index) => ({
    name: `install${index === 0 ? "" : index + 1}.swm`,
    icb: 10,
  }));
  const bytes = identifiers(content, contentBlock);
  const allocation = shortDescriptors({ length: wim.length, position: 30 });
  const blocks = {
    0: fileSetAt(0, 1),
    1: directoryAt(1, [{ name: "sources", icb: 20, characteristics: isDirectory }]),
    10: entryAt(10, { allocationType: 0, size: wim.length, allocation }),
    20: largeDirectory(20, contentBlock, bytes.length),
    30: wim,
  };
  writeVolume(path, { blocks }, [{ block: contentBlock, bytes }]);
}

export const limitImages: Readonly<Record<string, (path: string) => void>> = {
  "a UDF volume of the most names": (path) => manyNames(path, 4),
  "a UDF volume of the most names, long ones": (path) => manyNames(path, 200),
  "a UDF volume of the most names, far down": (path) => manyNames(path, 4, maximumDepth - 2, 1),
  "a UDF volume of the longest paths": (path) => manyNames(path, 8, 4, 250),
  "an ISO 9660 volume of the most files": (path) => manyRecords(path, 0),
  "an ISO 9660 volume of the most directories": (path) => manyRecords(path, fileFlags.directory),
  "files of the most extents": tinyExtents,
  "a file of hundreds of TiB": hugeFile,
  "a file whose every block lies elsewhere": scatteredFile,
  "a split set of as many parts as it says": splitSet,
};
