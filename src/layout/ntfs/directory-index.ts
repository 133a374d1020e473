/** A directory's index before it is placed: its keys in order, and whether they stay in the record or form a tree. */
import { residentSize, oneRunSize, roomBesideNames, fileNameSize } from "./record-sizes.js";
import type { StoredName } from "./file-names.js";
import { largeRootSize } from "./index-encoding.js";
import { fileNameIndex, indexRootSize } from "./index-records.js";
import type { IndexTree } from "./index-tree.js";
import { buildIndexTree, entrySize } from "./index-tree.js";

/** A name of a file, and which of the file's names it is. */
export type KeyedName = { readonly record: number; readonly position: number; readonly name: StoredName };

export type IndexForm = {
  /** In collation order. */
  readonly keys: readonly KeyedName[];
  /** The allocation buffers; null where the root in the record holds all entries. */
  readonly tree: IndexTree | null;
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
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const room = roomBesideNames(ownNamesSize);
  if (residentSize(indexRootSize(total, false), fileNameIndex.length) <= room) {
    return { keys, tree: null, bitmapSize: 0, bitmapResident: true, namesElsewhere: false };
  }
  const tree = buildIndexTree(sizes);
  const bitmapSize = Math.ceil(tree.length / (bitmapGranule * bitsPerByte)) * bitmapGranule;
  const bitmapResident = bitmapSize <= largestResidentBitmap;
  const nameLength = fileNameIndex.length;
  const needed =
    residentSize(largeRootSize, nameLength) +
    oneRunSize(nameLength) +
    (bitmapResident ? residentSize(bitmapSize, nameLength) : oneRunSize(nameLength));
  return { keys, tree, bitmapSize, bitmapResident, namesElsewhere: needed > room };
}
