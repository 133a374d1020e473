/**
 * A file record segment: its header, and the headers of the attributes in it (NTFS documentation, "File Record" and
 * "Attribute Header"). Names of fields are those of Microsoft's published structures in full words.
 */
import { ascii, biguint64le, int64le, reserved, uint16le, uint32le, uint64le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { updateSequenceArraySize } from "./fixups.js";
import { align8, fileRecordSize, fileReference } from "./volume-format.js";

/** ATTRIBUTE_TYPE_CODE (NTFS documentation, "NTFS Attributes", overview). */
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

/** $END: closes the attributes of a record; four bytes behind it are unused. */
export const endOfAttributes = 0xffffffff;
export const endRecord = record("$END", 8, { typeCode: uint32le(0), unused: reserved(4, 4) });

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
  recordNumberHighPart: reserved(0x2a, 2),
  recordNumber: uint32le(0x2c),
});
export const fileRecordSignature = "FILE";

/** That of NTFS 3.0, which Linux' ntfs3 gives to records that it takes into use, ends before the number. */
export const shortestFileRecordHeader = fileRecordHeader.fields.recordNumber.offset;

/** FILE_RECORD_SEGMENT_HEADER flags. */
export const recordFlags = { inUse: 1, directory: 2, inExtend: 4, viewIndex: 8 } as const;

/** The update sequence array begins right behind the header; attributes behind the array. */
export const recordFixupsOffset = fileRecordHeader.size;
export const firstAttributeOffset = align8(recordFixupsOffset + updateSequenceArraySize(fileRecordSize));

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
  reserved: reserved(0x17, 1),
});

export const nonresidentAttribute = record("ATTRIBUTE_RECORD_HEADER (nonresident)", 0x40, {
  ...commonAttributeFields,
  lowestVcn: uint64le(0x10),
  /** -1 where there are no clusters. */
  highestVcn: int64le(0x18),
  mappingPairsOffset: uint16le(0x20),
  compressionUnit: uint8(0x22),
  reserved: reserved(0x23, 5),
  allocatedLength: uint64le(0x28),
  fileSize: uint64le(0x30),
  validDataLength: uint64le(0x38),
});

/** formCode: RESIDENT_FORM and NONRESIDENT_FORM. */
export const attributeForms = { resident: 0, nonresident: 1 } as const;

/** residentFlags, RESIDENT_FORM_INDEXED: the value is a key of an index (file names). */
export const residentIndexed = 1;

/** ATTRIBUTE_RECORD_HEADER flags; the lower byte says how the value is compressed. */
export const attributeFlags = { compressionMask: 0x00ff, encrypted: 0x4000, sparse: 0x8000 } as const;
