/** A directory's index before it is placed: its keys in order, and whether they stay in the record or form a tree. */
import { bitmapSize } from "../records/bitmap.js";
import { fileNameSize } from "../records/file-name.js";
import { residentSize, oneRunSize, roomBesideNames } from "./record-sizes.js";
import type { NtfsName } from "./file-names.js";
import { fileNameIndex, indexEntryHeader, indexEntrySize, indexRootSize, vcnSize } from "../records/index-records.js";
import type { IndexTree } from "./index-tree.js";
import { buildIndexTree } from "./index-tree.js";

/** A name of a file, and which of the file's names it is. */
export type KeyedName = { readonly record: number; readonly position: number; readonly name: NtfsName };

export type IndexForm = {
  /** In collation order. */
  readonly keys: readonly KeyedName[];
  /** Null where the root in the record holds all entries. */
  readonly tree: IndexTree | null;
  /** Bytes of the INDEX_ROOT's value. */
  readonly rootSize: number;
  /** Bytes of the bitmap of buffers: 0 without a tree. */
  readonly bitmapSize: number;
  readonly bitmapResident: boolean;
  /** The directory's own names do not fit its record beside the index. */
  readonly namesElsewhere: boolean;
};

/** A larger bitmap gets a cluster, as $MFT's has: 64 bytes are 512 buffers, some 15,000 files. */
const largestResidentBitmap = 64;

export function keysOf(record: number, names: readonly NtfsName[]): KeyedName[] {
  return names.map((name, position) => ({ record, position, name }));
}

/** The index of `names` in a directory whose own names take `ownNamesSize` bytes of its record. */
export function directoryIndex(names: readonly KeyedName[], ownNamesSize: number): IndexForm {
  const keys = names.toSorted((a, b) => (a.name.upper < b.name.upper ? -1 : 1));
  const sizes = keys.map(({ name }) => indexEntrySize(fileNameSize(name.text)));
  const room = roomBesideNames(ownNamesSize);
  const smallRoot = indexRootSize(sum(sizes), false);
  if (residentSize(smallRoot, nameLength) <= room) {
    return { keys, tree: null, rootSize: smallRoot, bitmapSize: 0, bitmapResident: true, namesElsewhere: false };
  }
  const emptyRoot = indexRootSize(0, true);
  const endEntry = emptyRoot - indexRootSize(0, false) + indexEntryHeader.size;
  const roomFor = (nodeCount: number): number =>
    room - oneRunSize(nameLength) - bitmapAttributeSize(nodeCount) - residentSize(emptyRoot, nameLength) + endEntry;
  const tree = buildIndexTree(sizes, roomFor);
  const { nodes, root } = tree;
  return {
    keys,
    tree,
    rootSize: indexRootSize(sum(root.entries.map((entry) => sizes[entry]! + vcnSize)), true),
    bitmapSize: bitmapSize(nodes.length),
    bitmapResident: bitmapSize(nodes.length) <= largestResidentBitmap,
    namesElsewhere: roomFor(nodes.length) < endEntry,
  };
}

const nameLength = fileNameIndex.length;

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

function bitmapAttributeSize(nodeCount: number): number {
  const size = bitmapSize(nodeCount);
  return size <= largestResidentBitmap ? residentSize(size, nameLength) : oneRunSize(nameLength);
}
