/** The records of the tree's files and directories, their names and their indexes' roots. */
import type { FileAttributes } from "../../../tree/index.js";
import type { FileRecordWriter } from "./file-record.js";
import type { NtfsName } from "./file-names.js";
import { attributeTypes, recordFlags } from "../records/attributes.js";
import { fileAttributeBits, fileNameSize, writeFileName } from "../records/file-name.js";
import { standardInformation, writeStandardInformation, type FileTimestamps } from "../records/standard-information.js";
import { referenceTo } from "../records/volume-format.js";

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
  // A view index is marked here as well, a directory is not: that bit is kept in file names alone.
  const attributes = facts.attributes | (facts.indexBit & fileAttributeBits.viewIndex);
  writeStandardInformation(mft, at, { times: facts.times, attributes, securityId: facts.securityId });
}

/** Adds a FILE_NAME for each of `names`; returns the offsets of their values. */
export function addFileNames(
  writer: FileRecordWriter,
  mft: Uint8Array,
  names: readonly NtfsName[],
  facts: FileFacts,
): number[] {
  return names.map(({ text, nameSpace }) => {
    const at = writer.addResident(attributeTypes.fileName, "", fileNameSize(text), true);
    const attributes = facts.attributes | facts.indexBit;
    writeFileName(mft, at, { ...facts, parent: referenceTo(facts.parent), attributes, text, nameSpace });
    return at;
  });
}

/** A record that is in use, and of what kind. */
export const flagsOf = (kind: "file" | "directory"): number =>
  recordFlags.inUse | (kind === "directory" ? recordFlags.directory : 0);
