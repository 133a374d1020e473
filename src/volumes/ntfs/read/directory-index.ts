/**
 * The index of a directory (NTFS documentation, "Directory" and "B*Trees"), followed as a driver follows it: from the root in the record down to the leaves, in order. A
 * name that no search would find is not there: buffers that are broken, reached twice or not at all, and names out of
 * order are faults, and what lies below a broken buffer is left out.
 */
import { attributeTypes } from "../records/attributes.js";
import { isBitSet, bitsPerByte } from "../records/bitmap.js";
import { decodeFileName, type FileNameKey } from "../records/file-name.js";
import { undoFixups } from "../records/fixups.js";
import {
  collationRules,
  decodeIndexEntries,
  fileNameIndex,
  indexBuffer,
  indexBufferSignature,
  indexFixupsOffset,
  indexHeader,
  indexRoot,
} from "../records/index-records.js";
import { upCase } from "../../../bytes/up-case.js";
import { indexBlockSize } from "../records/volume-format.js";
import { attributeOf, type NtfsFile } from "./files.js";
import { readStream, type NtfsStream } from "./mft.js";
import { partsOf } from "./runs.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { assertVolume, VolumeFault, VolumeLimit } from "../../volume-fault.js";

/** Levels: with buffers of 4 KiB a dozen hold more than a disk can. */
const deepest = 16;
/** Two names a file, of as many files as are read. */
const mostNames = 400_000;

/** A name in a directory and the file that it leads to. */
export type IndexedName = FileNameKey & { readonly record: number; readonly sequence: number };

type IndexFault = { readonly offset: number; readonly length: number; readonly reason: string };

type DirectoryIndex = {
  readonly names: IndexedName[];
  /** By byte of the disk: a driver has written it since the volume was made. */
  readonly buffers: Map<number, boolean>;
  readonly faults: IndexFault[];
};

type Reading = DirectoryIndex & {
  readonly read: ReadBytes;
  readonly allocation: NtfsStream | undefined;
  readonly visited: Set<number>;
  /** Where the directory's record lies on the disk: where faults of no buffer are told. */
  readonly home: { readonly offset: number; readonly length: number };
  last: string;
};

/** Throws VolumeFault where there is no index to follow. */
export async function readDirectoryIndex(
  read: ReadBytes,
  directory: NtfsFile,
  home: { readonly offset: number; readonly length: number },
): Promise<DirectoryIndex> {
  const root = attributeOf(directory, attributeTypes.indexRoot, fileNameIndex)?.value ?? null;
  assertVolume(root !== null && root.length >= indexRoot.size + indexHeader.size, "it has no index");
  const { indexedAttributeType, collationRule, bytesPerIndexBuffer } = indexRoot.decode(root);
  const usual =
    indexedAttributeType === attributeTypes.fileName &&
    collationRule === collationRules.fileName &&
    bytesPerIndexBuffer === indexBlockSize;
  assertVolume(usual, `its index has buffers of ${bytesPerIndexBuffer} bytes by rule ${collationRule}`);
  const allocation = attributeOf(directory, attributeTypes.indexAllocation, fileNameIndex);
  const lists = { names: [], buffers: new Map<number, boolean>(), faults: [] };
  const reading: Reading = { ...lists, read, allocation, visited: new Set(), home, last: "" };
  await attempt(reading, home, () => readNode(reading, { bytes: root, headerAt: indexRoot.size, place: home }, 0));
  await attempt(reading, home, () => checkBitmap(reading, directory));
  const { names, buffers, faults } = reading;
  return { names, buffers, faults };
}

async function attempt(reading: Reading, place: Reading["home"], step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    // RangeError: a 64-bit number beyond 2^53.
    const fault = error instanceof VolumeFault || error instanceof RangeError;
    if (!fault || error instanceof VolumeLimit) throw error;
    reading.faults.push({ ...place, reason: error.message });
  }
}

type Node = { readonly bytes: Uint8Array; readonly headerAt: number; readonly place: Reading["home"] };

async function readNode(reading: Reading, { bytes, headerAt, place }: Node, depth: number): Promise<void> {
  if (depth >= deepest) throw new VolumeLimit(`an index of more than ${deepest} levels`);
  for (const { reference, key, child } of decodeIndexEntries(bytes, headerAt)) {
    if (child !== null) await readBuffer(reading, child, depth + 1);
    if (key === null) return;
    const name = { ...decodeFileName(key), ...reference };
    const upper = upCase(name.text);
    if (upper < reading.last) {
      reading.faults.push({ ...place, reason: `the name ${JSON.stringify(name.text)} is out of order` });
    }
    reading.last = upper;
    if (reading.names.length >= mostNames) throw new VolumeLimit(`a directory has more than ${mostNames} names`);
    reading.names.push(name);
  }
}

async function readBuffer(reading: Reading, vcn: number, depth: number): Promise<void> {
  const { read, allocation, visited, buffers } = reading;
  const from = vcn * indexBlockSize;
  const inside = allocation !== undefined && from + indexBlockSize <= allocation.size;
  assertVolume(inside, `the index buffer ${vcn} is not there`);
  assertVolume(!visited.has(vcn), `the index buffer ${vcn} is reached twice`);
  visited.add(vcn);
  const [part] = partsOf(allocation.spans, from, from + 1);
  assertVolume(part !== undefined && part.disk !== null, `the index buffer ${vcn} lies in a hole`);
  const place = { offset: part.disk, length: indexBlockSize };
  const bytes = await readStream(read, allocation, from, indexBlockSize);
  await attempt(reading, place, async () => {
    const header = indexBuffer.decode(bytes);
    assertVolume(
      header.signature === indexBufferSignature && header.thisBlock === vcn,
      "it does not begin with INDX and its number",
    );
    const { written } = undoFixups(bytes, header, indexFixupsOffset);
    buffers.set(place.offset, written);
    await readNode(reading, { bytes, headerAt: indexBuffer.size, place }, depth);
  });
}

/** The bitmap of buffers has those that the tree has. */
async function checkBitmap({ read, allocation, visited, faults }: Reading, directory: NtfsFile): Promise<void> {
  if (allocation === undefined) return;
  const bitmap = attributeOf(directory, attributeTypes.bitmap, fileNameIndex);
  assertVolume(bitmap !== undefined, "its index has no bitmap");
  if (bitmap.size > mostNames) throw new VolumeLimit(`a directory has a bitmap of ${bitmap.size} bytes`);
  // Below a broken buffer the tree goes on unseen.
  const whole = faults.length === 0;
  const bits = await readStream(read, bitmap, 0, bitmap.size);
  for (let vcn = 0; vcn < bitmap.size * bitsPerByte; vcn += 1) {
    const marked = isBitSet(bits, vcn);
    if (marked !== visited.has(vcn) && (whole || !marked)) {
      throw new VolumeFault(`the index buffer ${vcn} is ${marked ? "not reached" : "marked as free"}`);
    }
  }
}
