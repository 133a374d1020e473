/** The records of the tree's files and directories, their names and their indexes' roots. */
import type { FileAttributes } from "../../../tree/index.js";
import type { FileRecordWriter, PlacedAttribute } from "./file-record.js";
import type { StoredName } from "./file-names.js";
import {
  attributeListEntry,
  attributeTypes,
  fileAttributeBits,
  fileName,
  recordFlags,
  standardInformation,
  writeUtf16,
} from "../records/attributes.js";
import type { FileTimestamps } from "./timestamps.js";
import { fileNameSize } from "./record-sizes.js";
import { align8, referenceTo } from "../records/volume-format.js";

/** What FILE_NAME and STANDARD_INFORMATION say of a file. */
export type FileFacts = {
  readonly times: FileTimestamps;
  /** Bits of [MS-FSCC] 2.6. */
  readonly attributes: number;
  readonly securityId: number;
  /** The record of the directory that holds it. */
  readonly parent: number;
  /** Bytes of its data, and of the clusters or the part of the record that it takes. Directories have 0. */
  readonly size: number;
  readonly allocatedSize: number;
  /** `fileNameIndex` or `viewIndex` of `fileAttributeBits`, or 0. */
  readonly indexBit: number;
};

/** Where the values of FILE_NAME lie in $MFT, so that indexes copy them: by record, one offset a name. */
export type NameValues = Map<number, number[]>;

export function attributeBits({ readOnly, hidden, system, archive }: FileAttributes): number {
  return (
    (readOnly ? fileAttributeBits.readOnly : 0) |
    (hidden ? fileAttributeBits.hidden : 0) |
    (system ? fileAttributeBits.system : 0) |
    (archive ? fileAttributeBits.archive : 0)
  );
}

export function addStandardInformation(writer: FileRecordWriter, mft: Uint8Array, facts: FileFacts): void {
  const at = writer.addResident(attributeTypes.standardInformation, "", standardInformation.size);
  standardInformation.patch(mft, at, {
    creationTime: facts.times.created,
    lastModificationTime: facts.times.modified,
    lastChangeTime: facts.times.recordChanged,
    lastAccessTime: facts.times.accessed,
    // A view index is marked here as well, a directory is not: that bit is kept in file names alone.
    fileAttributes: facts.attributes | (facts.indexBit & fileAttributeBits.viewIndex),
    securityId: facts.securityId,
  });
}

/** Adds a FILE_NAME for each of `names`; returns the offsets of their values. */
export function addFileNames(
  writer: FileRecordWriter,
  mft: Uint8Array,
  names: readonly StoredName[],
  facts: FileFacts,
): number[] {
  return names.map(({ text, nameSpace }) => {
    const at = writer.addResident(attributeTypes.fileName, "", fileNameSize(text), true);
    fileName.patch(mft, at, {
      parentDirectory: referenceTo(facts.parent),
      creationTime: facts.times.created,
      lastModificationTime: facts.times.modified,
      lastChangeTime: facts.times.recordChanged,
      lastAccessTime: facts.times.accessed,
      allocatedLength: facts.allocatedSize,
      fileSize: facts.size,
      fileAttributes: facts.attributes | facts.indexBit,
      fileNameLength: text.length,
      flags: nameSpace,
    });
    writeUtf16(mft, at + fileName.size, text);
    return at;
  });
}

/** The size of an attribute list of attributes with these names. */
export function attributeListSize(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + listEntrySize(name), 0);
}

const listEntrySize = (name: string): number => align8(attributeListEntry.size + 2 * name.length);

export type ListedAttribute = PlacedAttribute & { readonly record: number };

/** Writes the entries of an attribute list, which are in the order of type, at `offset`. */
export function writeAttributeList(target: Uint8Array, offset: number, listed: readonly ListedAttribute[]): void {
  let at = offset;
  for (const { typeCode, name, instance, record } of listed) {
    const recordLength = listEntrySize(name);
    attributeListEntry.patch(target, at, {
      typeCode,
      recordLength,
      nameLength: name.length,
      nameOffset: attributeListEntry.size,
      segmentReference: referenceTo(record),
      instance,
    });
    writeUtf16(target, at + attributeListEntry.size, name);
    at += recordLength;
  }
}

/** A record that is in use, and of what kind. */
export const flagsOf = (kind: "file" | "directory"): number =>
  recordFlags.inUse | (kind === "directory" ? recordFlags.directory : 0);
