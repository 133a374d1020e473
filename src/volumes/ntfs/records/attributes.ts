/**
 * The records that make up a file record segment: its header, attribute headers, and the values of the attributes that
 * every file has. Names of fields are those of Microsoft's published structures (FILE_RECORD_SEGMENT_HEADER,
 * ATTRIBUTE_RECORD_HEADER, STANDARD_INFORMATION, FILE_NAME) in full words.
 */
import { ascii, biguint64le, uint16le, uint32le, uint64le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { fileReference } from "./volume-format.js";

export const attributeTypes = {
  standardInformation: 0x10,
  attributeList: 0x20,
  fileName: 0x30,
  objectId: 0x40,
  securityDescriptor: 0x50,
  volumeName: 0x60,
  volumeInformation: 0x70,
  data: 0x80,
  indexRoot: 0x90,
  indexAllocation: 0xa0,
  bitmap: 0xb0,
  reparsePoint: 0xc0,
  eaInformation: 0xd0,
  ea: 0xe0,
  loggedUtilityStream: 0x100,
} as const;

/** Closes the attributes of a record; four bytes behind it are unused. */
export const endOfAttributes = 0xffffffff;
export const endOfAttributesSize = 8;

/** FILE_RECORD_SEGMENT_HEADER of NTFS 3.1, which knows its own number. */
export const fileRecordHeader = record("FILE_RECORD_SEGMENT_HEADER", 0x30, {
  signature: ascii(0x00, 4),
  updateSequenceArrayOffset: uint16le(0x04),
  updateSequenceArrayCount: uint16le(0x06),
  logFileSequenceNumber: biguint64le(0x08),
  sequenceNumber: uint16le(0x10),
  referenceCount: uint16le(0x12),
  firstAttributeOffset: uint16le(0x14),
  flags: uint16le(0x16),
  firstFreeByte: uint32le(0x18),
  bytesAvailable: uint32le(0x1c),
  baseFileRecord: fileReference(0x20),
  nextAttributeInstance: uint16le(0x28),
  recordNumber: uint32le(0x2c),
});

export const recordFlags = { inUse: 1, directory: 2, inExtend: 4, viewIndex: 8 } as const;

/** The array begins right behind the header; attributes behind the array, aligned to 8. */
export const recordFixupsOffset = fileRecordHeader.size;
export const firstAttributeOffset = 0x38;

/** ATTRIBUTE_RECORD_HEADER, what both forms share. */
const commonAttributeFields = {
  typeCode: uint32le(0x00),
  recordLength: uint32le(0x04),
  formCode: uint8(0x08),
  nameLength: uint8(0x09),
  nameOffset: uint16le(0x0a),
  flags: uint16le(0x0c),
  instance: uint16le(0x0e),
} as const;

export const residentAttribute = record("ATTRIBUTE_RECORD_HEADER (resident)", 0x18, {
  ...commonAttributeFields,
  valueLength: uint32le(0x10),
  valueOffset: uint16le(0x14),
  residentFlags: uint8(0x16),
});

/** Resident flags: the value is a key of an index (file names). */
export const residentIndexed = 1;

export const nonresidentAttribute = record("ATTRIBUTE_RECORD_HEADER (nonresident)", 0x40, {
  ...commonAttributeFields,
  lowestVcn: uint64le(0x10),
  highestVcn: uint64le(0x18),
  mappingPairsOffset: uint16le(0x20),
  compressionUnit: uint8(0x22),
  allocatedLength: uint64le(0x28),
  fileSize: uint64le(0x30),
  validDataLength: uint64le(0x38),
});

/** STANDARD_INFORMATION of NTFS 3.x, 72 bytes: the shorter one of NTFS 1.2 has no security id. */
export const standardInformation = record("STANDARD_INFORMATION", 0x48, {
  creationTime: biguint64le(0x00),
  lastModificationTime: biguint64le(0x08),
  lastChangeTime: biguint64le(0x10),
  lastAccessTime: biguint64le(0x18),
  fileAttributes: uint32le(0x20),
  maximumVersions: uint32le(0x24),
  versionNumber: uint32le(0x28),
  classId: uint32le(0x2c),
  ownerId: uint32le(0x30),
  securityId: uint32le(0x34),
  quotaCharged: uint64le(0x38),
  usn: uint64le(0x40),
});

/** FILE_NAME without the name itself, which follows in UTF-16LE. Times, sizes and attributes repeat the file's. */
export const fileName = record("FILE_NAME", 0x42, {
  parentDirectory: fileReference(0x00),
  creationTime: biguint64le(0x08),
  lastModificationTime: biguint64le(0x10),
  lastChangeTime: biguint64le(0x18),
  lastAccessTime: biguint64le(0x20),
  allocatedLength: uint64le(0x28),
  fileSize: uint64le(0x30),
  fileAttributes: uint32le(0x38),
  packedEaSize: uint16le(0x3c),
  fileNameLength: uint8(0x40),
  flags: uint8(0x41),
});

/** FILE_NAME flags: the name space. A name that is both a long and a short one is kept once. */
export const nameSpaces = { posix: 0, win32: 1, dos: 2, win32AndDos: 3 } as const;
export type NameSpace = (typeof nameSpaces)[keyof typeof nameSpaces];

/** [MS-FSCC] 2.6, and two bits of FILE_NAME that say the record holds a file name index or a view index. */
export const fileAttributeBits = {
  readOnly: 0x01,
  hidden: 0x02,
  system: 0x04,
  archive: 0x20,
  fileNameIndex: 0x1000_0000,
  viewIndex: 0x2000_0000,
} as const;

/** ATTRIBUTE_LIST_ENTRY without the attribute's name. */
export const attributeListEntry = record("ATTRIBUTE_LIST_ENTRY", 0x1a, {
  typeCode: uint32le(0x00),
  recordLength: uint16le(0x04),
  nameLength: uint8(0x06),
  nameOffset: uint8(0x07),
  lowestVcn: uint64le(0x08),
  segmentReference: fileReference(0x10),
  instance: uint16le(0x18),
});

/** Writes `text` as UTF-16LE at `offset`. */
export function writeUtf16(target: Uint8Array, offset: number, text: string): void {
  let at = offset;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    target[at] = unit & 0xff;
    target[at + 1] = unit >>> 8;
    at += 2;
  }
}
