/** The file structure of ECMA-167 part 4. */
import { biguint64le, bytes, reserved, uint16le, uint32le, uint64le, uint8 } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { entityField, longAllocationField, tagField } from "./fields.js";
import { instantField } from "./time.js";

/** ECMA-167 4/14.1. */
export const fileSetDescriptor = record("file set descriptor", 512, {
  tag: tagField(0),
  recordingTime: instantField(16),
  interchangeLevel: uint16le(28),
  maximumInterchangeLevel: uint16le(30),
  characterSetList: uint32le(32),
  maximumCharacterSetList: uint32le(36),
  fileSetNumber: uint32le(40),
  fileSetDescriptorNumber: uint32le(44),
  logicalVolumeIdentifierCharacterSet: bytes(48, 64),
  logicalVolumeIdentifier: bytes(112, 128),
  fileSetCharacterSet: bytes(240, 64),
  fileSetIdentifier: bytes(304, 32),
  copyrightFileIdentifier: bytes(336, 32),
  abstractFileIdentifier: bytes(368, 32),
  rootDirectoryIcb: longAllocationField(400),
  domainIdentifier: entityField(416),
  nextExtent: longAllocationField(448),
  systemStreamDirectoryIcb: longAllocationField(464),
  reserved: reserved(480, 32),
});

/** ECMA-167 4/14.4; implementation use and the identifier follow, padded to 4 bytes. */
export const fileIdentifierDescriptor = record("file identifier descriptor", 38, {
  tag: tagField(0),
  fileVersionNumber: uint16le(16),
  characteristics: uint8(18),
  lengthOfFileIdentifier: uint8(19),
  icb: longAllocationField(20),
  lengthOfImplementationUse: uint16le(36),
});

/** ECMA-167 4/14.4.3, bits of `characteristics`. */
export const fileCharacteristics = { hidden: 1, directory: 2, deleted: 4, parent: 8, metadata: 16 } as const;

/** ECMA-167 4/14.6, the two tags that every ICB begins with; offsets from the descriptor's start. */
const icbTagFields = {
  tag: tagField(0),
  priorRecordedNumberOfDirectEntries: uint32le(16),
  strategyType: uint16le(20),
  strategyParameter: uint16le(22),
  maximumNumberOfEntries: uint16le(24),
  icbReserved: reserved(26, 1),
  fileType: uint8(27),
  parentIcbBlock: uint32le(28),
  parentIcbPartitionReference: uint16le(32),
  icbFlags: uint16le(34),
} as const;

/** ECMA-167 4/14.6.6. */
export const fileTypes = {
  unspecified: 0,
  directory: 4,
  byteSequence: 5,
  /** UDF 2.2.11: the Virtual Allocation Table. */
  virtualAllocationTable: 248,
  /** UDF 2.2.13. */
  realTimeFile: 249,
  metadataFile: 250,
  metadataMirrorFile: 251,
} as const;

/** ECMA-167 4/14.6.8, bits of `icbFlags`. */
export const icbFlags = { allocationType: 0x0007, archive: 0x0020, system: 0x0400 } as const;
/** ECMA-167 4/14.6.8, values of the bits `allocationType`. */
export const allocationTypes = { short: 0, long: 1, extended: 2, embedded: 3 } as const;

/** ECMA-167 4/14.9 and 4/14.17: what both kinds of file entry begin with. */
const fileFields = {
  ...icbTagFields,
  uid: uint32le(36),
  gid: uint32le(40),
  permissions: uint32le(44),
  fileLinkCount: uint16le(48),
  recordFormat: uint8(50),
  recordDisplayAttributes: uint8(51),
  recordLength: uint32le(52),
  informationLength: uint64le(56),
} as const;

/** ECMA-167 4/14.9; extended attributes follow, then allocation descriptors. */
export const fileEntry = record("File Entry", 176, {
  ...fileFields,
  logicalBlocksRecorded: biguint64le(64),
  accessTime: instantField(72),
  modificationTime: instantField(84),
  attributeTime: instantField(96),
  checkpoint: uint32le(108),
  extendedAttributeIcb: longAllocationField(112),
  implementationIdentifier: entityField(128),
  uniqueIdentifier: biguint64le(160),
  lengthOfExtendedAttributes: uint32le(168),
  lengthOfAllocationDescriptors: uint32le(172),
});

/** ECMA-167 4/14.17; extended attributes follow, then allocation descriptors. */
export const extendedFileEntry = record("Extended File Entry", 216, {
  ...fileFields,
  objectSize: biguint64le(64),
  logicalBlocksRecorded: biguint64le(72),
  accessTime: instantField(80),
  modificationTime: instantField(92),
  creationTime: instantField(104),
  attributeTime: instantField(116),
  checkpoint: uint32le(128),
  reserved: reserved(132, 4),
  extendedAttributeIcb: longAllocationField(136),
  streamDirectoryIcb: longAllocationField(152),
  implementationIdentifier: entityField(168),
  uniqueIdentifier: biguint64le(200),
  lengthOfExtendedAttributes: uint32le(208),
  lengthOfAllocationDescriptors: uint32le(212),
});

/** ECMA-167 4/14.7: where strategy 4096 goes on. */
export const indirectEntry = record("Indirect Entry", 52, { ...icbTagFields, indirectIcb: longAllocationField(36) });

/** ECMA-167 4/14.5; allocation descriptors follow. */
export const allocationExtentDescriptor = record("allocation extent descriptor", 24, {
  tag: tagField(0),
  previousAllocationExtentLocation: uint32le(16),
  lengthOfAllocationDescriptors: uint32le(20),
});

/** ECMA-167 4/14.10.1; `location`s are bytes from the start of this descriptor. */
export const extendedAttributeHeaderDescriptor = record("extended attribute header descriptor", 24, {
  tag: tagField(0),
  implementationAttributesLocation: uint32le(16),
  applicationAttributesLocation: uint32le(20),
});

/** ECMA-167 4/14.10.2: the head of every extended attribute; `length` counts it. */
const extendedAttributeFields = {
  type: uint32le(0),
  subtype: uint8(4),
  reserved: reserved(5, 3),
  length: uint32le(8),
} as const;
export const extendedAttribute = record("extended attribute", 12, extendedAttributeFields);

/** ECMA-167 4/14.10.5, attribute type 5, as it is where the creation time is recorded; further times may follow. */
export const fileTimesAttribute = record("file times extended attribute", 32, {
  ...extendedAttributeFields,
  dataLength: uint32le(12),
  existence: uint32le(16),
  creationTime: instantField(20),
});
export const fileTimesAttributeType = 5;
/** ECMA-167 4/14.10.5.6: bit 0 stands for the creation time, which comes first. */
export const creationTimeExists = 1;
