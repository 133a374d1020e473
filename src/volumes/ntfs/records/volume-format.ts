/**
 * The sizes of an NTFS volume as Windows formats one of up to 16 TiB, and the record numbers that NTFS gives to its own
 * files. References to records carry a sequence number, which tells a record's present use from an earlier one.
 *
 * NTFS has no public specification. "NTFS documentation" in this folder is that of R. Russon and Y. Fledel (Linux-NTFS
 * project, version 0.5), cited by the titles of its sections; names of structures are those of Microsoft's ntfs.h, as
 * far as it was published (Win32 documentation, "Master File Table").
 */
import { reserved, uint16le, uint32le } from "../../../bytes/fields.js";
import { nested, record } from "../../../bytes/record.js";
import { KiB } from "../../../bytes/units.js";
import { sectorSize } from "../../plan.js";

export const clusterSize = 4 * KiB;
export const sectorsPerCluster = clusterSize / sectorSize;
/** A file record segment of $MFT. */
export const fileRecordSize = KiB;
/** An index allocation buffer; it is one cluster, so that a virtual cluster number counts buffers. */
export const indexBlockSize = 4 * KiB;

/** Records of $MFT that belong to the file system (NTFS documentation, "NTFS Files", overview). 12 to 15 are in use and empty; 16 to 23 are free, but not for files. */
export const systemRecords = {
  mft: 0,
  mftMirror: 1,
  logFile: 2,
  volume: 3,
  attributeDefinitions: 4,
  root: 5,
  bitmap: 6,
  boot: 7,
  badClusters: 8,
  secure: 9,
  upCase: 10,
  extend: 11,
  firstReserved: 12,
  endReserved: 16,
  quota: 24,
  objectId: 25,
  reparse: 26,
} as const;

/** Records that $MFTMirr repeats: $MFT, $MFTMirr, $LogFile and $Volume (NTFS documentation, "$MFTMirr (1)"). */
export const mirroredRecords = 4;

/** Where files begin. Windows adds more of its own behind $Reparse at the first mount, ntfs-3g keeps clear of all below. */
export const firstFileRecord = 64;

/** MFT_SEGMENT_REFERENCE: 48 bits of record number and 16 of sequence number (NTFS documentation, "File Reference"). */
export type FileReference = { readonly record: number; readonly sequence: number };

/** No volume here has 2^32 records (one takes 1 KiB), so that the upper 16 bits of the number are always zero. */
export const fileReference = nested(
  record("MFT_SEGMENT_REFERENCE", 8, {
    record: uint32le(0),
    segmentNumberHighPart: reserved(4, 2),
    sequence: uint16le(6),
  }),
);

/** The reference of a record in its first use. The first 16 records carry their own number as sequence, $MFT carries 1. */
export function referenceTo(number: number): FileReference {
  return { record: number, sequence: sequenceOf(number) };
}

export function sequenceOf(number: number): number {
  return number < firstExtendRecord && number > 0 ? number : 1;
}

const firstExtendRecord = systemRecords.quota;

/** Attributes and index entries begin at multiples of 8 bytes. */
export const align8 = (size: number): number => (size + 7) & ~7;
export const isAligned8 = (offset: number): boolean => offset % 8 === 0;
