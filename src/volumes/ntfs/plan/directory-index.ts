/** A directory's index before it is placed: its keys in order, and whether they stay in the record or form a tree. */
import { residentSize, oneRunSize, roomBesideNames, fileNameSize } from "./record-sizes.js";
import type { StoredName } from "./file-names.js";
import { fileNameIndex, indexEntryHeader, indexRootSize, vcnSize } from "../records/index-records.js";
import type { IndexTree } from "./index-tree.js";
import { buildIndexTree, entrySize } from "./index-tree.js";

/** A name of a file, and which of the file's names it is. */
export type KeyedName = { readonly record: number; readonly position: number; readonly name: StoredName };

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
const bitmapGranule = 8;
const bitsPerByte = 8;

export function keysOf(record: number, names: readonly StoredName[]): KeyedName[] {
  return names.map((name, position) => ({ record, position, name }));
}

/** The index of `names` in a directory whose own names take `ownNamesSize` bytes of its record. */
export function directoryIndex(names: readonly KeyedName[], ownNamesSize: number): IndexForm {
  const keys = names.toSorted((a, b) => (a.name.upper < b.name.upper ? -1 : 1));
  const sizes = keys.map(({ name }) => entrySize(fileNameSize(name.text)));
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
    bitmapSize: bitmapSizeOf(nodes.length),
    bitmapResident: bitmapSizeOf(nodes.length) <= largestResidentBitmap,
    namesElsewhere: roomFor(nodes.length) < endEntry,
  };
}

const nameLength = fileNameIndex.length;

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

const bitmapSizeOf = (nodeCount: number): number =>
  Math.ceil(nodeCount / (bitmapGranule * bitsPerByte)) * bitmapGranule;

function bitmapAttributeSize(nodeCount: number): number {
  const size = bitmapSizeOf(nodeCount);
  return size <= largestResidentBitmap ? residentSize(size, nameLength) : oneRunSize(nameLength);
}
