/**
 * The entry of 32 bytes that directories are lists of (FAT32 File System Specification 1.03, "FAT Directory Structure").
 * Traps: the number of the first cluster is split in two halves around the times; a directory's own size is recorded as 0.
 */
import { ascii, uint16le, uint32le, uint8 } from "../../../bytes/fields.js";
import { record, type Decoded } from "../../../bytes/record.js";
import { GiB } from "../../../bytes/units.js";

/** Bytes; the entries of long names have the same size. */
export const directoryEntrySize = 32;

/** FAT32 specification, "FAT 32 Byte Directory Entry Structure"; `caseFlags` is its DIR_NTRes. */
export const fatDirectoryEntry = record("directory entry", directoryEntrySize, {
  name: ascii(0, 11),
  attributes: uint8(11),
  caseFlags: uint8(12),
  creationHundredths: uint8(13),
  creationTime: uint16le(14),
  creationDate: uint16le(16),
  lastAccessDate: uint16le(18),
  firstClusterHigh: uint16le(20),
  writeTime: uint16le(22),
  writeDate: uint16le(24),
  firstClusterLow: uint16le(26),
  fileSize: uint32le(28),
});
export type FatDirectoryEntry = Decoded<typeof fatDirectoryEntry.fields>;

/** DIR_Attr; the upper two bits are reserved. */
export const entryAttributes = {
  readOnly: 0x01,
  hidden: 0x02,
  system: 0x04,
  volumeLabel: 0x08,
  directory: 0x10,
  archive: 0x20,
} as const;
export const entryAttributesMask = 0x3f;

/** First bytes of DIR_Name: nothing follows in the directory, and an entry that is free. */
export const endOfDirectory = 0x00;
export const deletedEntry = 0xe5;

/** DIR_FileSize has 32 bits. */
export const largestFile = 4 * GiB - 1;

/** 65,536 entries ("Other Notes Relating to FAT Directories"): drivers count them in 16 bits. */
export const largestDirectory = 65_536 * directoryEntrySize;

/** Characters of DIR_Name: base and extension, each padded with blanks. */
export const shortNameLength = fatDirectoryEntry.fields.name.width;
const baseLength = 8;

/** DIR_NTRes as Windows NT uses it: the part of the short name is meant in lower case. */
export const caseFlags = { lowerCaseBase: 0x08, lowerCaseExtension: 0x10 } as const;

/** DIR_Name of a base of at most 8 and an extension of at most 3 characters. */
export function packShortName(base: string, extension: string): string {
  return (base.padEnd(baseLength) + extension).padEnd(shortNameLength);
}

/** The name in a DIR_Name, with a dot, and in the case that `flags` say. */
export function unpackShortName(name: string, flags: number): string {
  const part = (text: string, flag: number): string => ((flags & flag) === 0 ? text : text.toLowerCase()).trimEnd();
  const base = part(name.slice(0, baseLength), caseFlags.lowerCaseBase);
  const extension = part(name.slice(baseLength), caseFlags.lowerCaseExtension);
  return extension === "" ? base : `${base}.${extension}`;
}

/** DIR_FstClusHI and DIR_FstClusLO. */
export function firstClusterFields(cluster: number) {
  return { firstClusterHigh: Math.floor(cluster / 0x10000), firstClusterLow: cluster % 0x10000 };
}

export function firstClusterOf({ firstClusterHigh, firstClusterLow }: FatDirectoryEntry): number {
  return firstClusterHigh * 0x10000 + firstClusterLow;
}
