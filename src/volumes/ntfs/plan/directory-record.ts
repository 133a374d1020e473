/**
 * The record of a directory: its names, the root of its index, and where the index is large the runs of the buffers and
 * their bitmap. Where a long name and a large index do not fit one record, the names move to an extension record, and an
 * attribute list says where each attribute is.
 */
import { attributeTypes } from "../records/attributes.js";
import { attributeListSize, writeAttributeList, type ListedAttribute } from "../records/attribute-list.js";
import { leadingOnes } from "../records/bitmap.js";
import type { IndexForm } from "./directory-index.js";
import type { PlacedAttribute } from "./file-record.js";
import { FileRecordWriter } from "./file-record.js";
import type { FileFacts, NameValues } from "./file-records.js";
import { addFileNames, addStandardInformation, flagsOf } from "./file-records.js";
import type { NtfsName } from "./file-names.js";
import type { KeyOf } from "./index-encoding.js";
import { writeIndexRoot } from "./index-encoding.js";
import { fileNameIndex } from "../records/index-records.js";
import { referenceTo } from "../records/volume-format.js";
import type { ClusterRange } from "./volume-layout.js";
import { runsOf, sizeOf } from "./volume-layout.js";

type DirectoryRecord = {
  readonly record: number;
  readonly extensionRecord: number | null;
  readonly names: readonly NtfsName[];
  readonly facts: FileFacts;
  readonly index: IndexForm;
  readonly blocks: ClusterRange;
  readonly bitmap: ClusterRange;
};

/** A root that is still empty: it is filled when all names are written, for its entries copy them. */
export type PendingRoot = { readonly offset: number; readonly index: IndexForm };

/** Writes the record, and its extension record; the index's root is left to `fillRoot`. */
export function writeDirectoryRecord(mft: Uint8Array, directory: DirectoryRecord, values: NameValues): PendingRoot {
  const { record, extensionRecord, names, facts } = directory;
  const writer = new FileRecordWriter(mft, { record, flags: flagsOf("directory"), linkCount: names.length });
  addStandardInformation(writer, mft, facts);
  if (extensionRecord === null) {
    values.set(record, addFileNames(writer, mft, names, facts));
    const { pending } = addIndex(writer, directory);
    writer.finish();
    return pending;
  }
  const listAt = writer.addResident(attributeTypes.attributeList, "", attributeListSize(listedNames(names)));
  const { pending, placed } = addIndex(writer, directory);
  writer.finish();
  writeExtension(mft, directory, extensionRecord, values);
  writeAttributeList(mft, listAt, [
    listed({ typeCode: attributeTypes.standardInformation, name: "", instance: 0 }, record),
    ...names.map((_, instance) => listed({ typeCode: attributeTypes.fileName, name: "", instance }, extensionRecord)),
    ...placed.map((attribute) => listed(attribute, record)),
  ]);
  return pending;
}

function writeExtension(mft: Uint8Array, directory: DirectoryRecord, record: number, values: NameValues): void {
  const extension = new FileRecordWriter(mft, { record, flags: flagsOf("file"), base: referenceTo(directory.record) });
  values.set(directory.record, addFileNames(extension, mft, directory.names, directory.facts));
  extension.finish();
}

/** The names of the attributes that a list names: STANDARD_INFORMATION, the file names, the three of the index. */
function listedNames(names: readonly NtfsName[]): string[] {
  return ["", ...names.map(() => ""), fileNameIndex, fileNameIndex, fileNameIndex];
}

function listed(attribute: PlacedAttribute, record: number): ListedAttribute {
  return { ...attribute, lowestVcn: 0, segment: referenceTo(record) };
}

type AddedIndex = { readonly pending: PendingRoot; readonly placed: readonly PlacedAttribute[] };

function addIndex(writer: FileRecordWriter, { index, blocks, bitmap }: DirectoryRecord): AddedIndex {
  const { tree } = index;
  const instance = writer.nextInstance;
  const offset = writer.addResident(attributeTypes.indexRoot, fileNameIndex, index.rootSize);
  const root = { typeCode: attributeTypes.indexRoot, name: fileNameIndex, instance };
  const pending = { offset, index };
  if (tree === null) return { pending, placed: [root] };
  const allocation = writer.addNonresident(attributeTypes.indexAllocation, fileNameIndex, {
    runs: runsOf(blocks),
    size: sizeOf(blocks),
  });
  const used = index.bitmapResident
    ? writer.addValue(attributeTypes.bitmap, fileNameIndex, leadingOnes(index.bitmapSize, tree.nodes.length))
    : writer.addNonresident(attributeTypes.bitmap, fileNameIndex, { runs: runsOf(bitmap), size: index.bitmapSize });
  return { pending, placed: [root, allocation, used] };
}

/** Fills a root that `writeDirectoryRecord` left open. */
export function fillRoot(mft: Uint8Array, { offset, index }: PendingRoot, keyOf: KeyOf): void {
  const node = index.tree?.root ?? { entries: index.keys.map((_, entry) => entry), children: null };
  writeIndexRoot(mft, offset, node, keyOf);
}
