/** The volume structure of ECMA-167 part 3, and what UDF adds to it: partition maps, sparing and virtual tables. */
import { ascii, biguint64le, bytes, list, reserved, uint16le, uint32le, uint8 } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { entityField, extentField, longAllocationField, tagField } from "./fields.js";
import { instantField } from "./time.js";

/** ECMA-167 3/7.2.1 and 4/7.2.1, with the sparing table that UDF 2.2.12 marks with 0. */
export const tagIdentifiers = {
  sparingTable: 0,
  primaryVolumeDescriptor: 1,
  anchorVolumeDescriptorPointer: 2,
  volumeDescriptorPointer: 3,
  implementationUseVolumeDescriptor: 4,
  partitionDescriptor: 5,
  logicalVolumeDescriptor: 6,
  unallocatedSpaceDescriptor: 7,
  terminatingDescriptor: 8,
  logicalVolumeIntegrityDescriptor: 9,
  fileSetDescriptor: 256,
  fileIdentifierDescriptor: 257,
  allocationExtentDescriptor: 258,
  indirectEntry: 259,
  terminalEntry: 260,
  fileEntry: 261,
  extendedAttributeHeaderDescriptor: 262,
  extendedFileEntry: 266,
} as const;

/** ECMA-167 3/10.2. */
export const anchorVolumeDescriptorPointer = record("anchor volume descriptor pointer", 512, {
  tag: tagField(0),
  mainSequence: extentField(16),
  reserveSequence: extentField(24),
  reserved: reserved(32, 480),
});

/** ECMA-167 3/10.3. */
export const volumeDescriptorPointer = record("volume descriptor pointer", 512, {
  tag: tagField(0),
  sequenceNumber: uint32le(16),
  nextSequence: extentField(20),
  reserved: reserved(28, 484),
});

/** ECMA-167 3/10.1; identifiers are dstrings. */
export const primaryVolumeDescriptor = record("primary volume descriptor (UDF)", 512, {
  tag: tagField(0),
  sequenceNumber: uint32le(16),
  primaryVolumeDescriptorNumber: uint32le(20),
  volumeIdentifier: bytes(24, 32),
  volumeSequenceNumber: uint16le(56),
  maximumVolumeSequenceNumber: uint16le(58),
  interchangeLevel: uint16le(60),
  maximumInterchangeLevel: uint16le(62),
  characterSetList: uint32le(64),
  maximumCharacterSetList: uint32le(68),
  volumeSetIdentifier: bytes(72, 128),
  descriptorCharacterSet: bytes(200, 64),
  explanatoryCharacterSet: bytes(264, 64),
  volumeAbstract: extentField(328),
  volumeCopyrightNotice: extentField(336),
  applicationIdentifier: entityField(344),
  recordingTime: instantField(376),
  implementationIdentifier: entityField(388),
  implementationUse: bytes(420, 64),
  predecessorSequenceLocation: uint32le(484),
  flags: uint16le(488),
  reserved: reserved(490, 22),
});

/** ECMA-167 3/10.5. */
export const partitionDescriptor = record("partition descriptor", 512, {
  tag: tagField(0),
  sequenceNumber: uint32le(16),
  flags: uint16le(20),
  partitionNumber: uint16le(22),
  contents: entityField(24),
  contentsUse: bytes(56, 128),
  accessType: uint32le(184),
  startingLocation: uint32le(188),
  /** Blocks. */
  length: uint32le(192),
  implementationIdentifier: entityField(196),
  implementationUse: bytes(228, 128),
  reserved: reserved(356, 156),
});

/** ECMA-167 3/10.6; the partition maps follow, `mapTableLength` bytes of them. */
export const logicalVolumeDescriptor = record("logical volume descriptor", 440, {
  tag: tagField(0),
  sequenceNumber: uint32le(16),
  descriptorCharacterSet: bytes(20, 64),
  logicalVolumeIdentifier: bytes(84, 128),
  logicalBlockSize: uint32le(212),
  domainIdentifier: entityField(216),
  /** UDF 2.2.4.4: the extent of the file set descriptors. */
  fileSetDescriptors: longAllocationField(248),
  mapTableLength: uint32le(264),
  numberOfPartitionMaps: uint32le(268),
  implementationIdentifier: entityField(272),
  implementationUse: bytes(304, 128),
  integritySequence: extentField(432),
});

/** ECMA-167 3/10.10, up to its tables of free space and size by partition. */
export const logicalVolumeIntegrityDescriptor = record("logical volume integrity descriptor", 80, {
  tag: tagField(0),
  recordingTime: instantField(16),
  /** 0 open, 1 closed. */
  integrityType: uint32le(28),
  nextIntegrityExtent: extentField(32),
  /** ECMA-167 4/14.15: the contents use is a logical volume header descriptor. */
  uniqueIdentifier: biguint64le(40),
  reserved: reserved(48, 24),
  numberOfPartitions: uint32le(72),
  implementationUseLength: uint32le(76),
});

/** ECMA-167 3/10.7.2. */
export const type1PartitionMap = record("type 1 partition map", 6, {
  type: uint8(0),
  length: uint8(1),
  volumeSequenceNumber: uint16le(2),
  partitionNumber: uint16le(4),
});

/** ECMA-167 3/10.7.3 as UDF 2.2.8 to 2.2.10 use it. */
const type2PartitionMapFields = {
  type: uint8(0),
  length: uint8(1),
  reserved: reserved(2, 2),
  partitionType: entityField(4),
  volumeSequenceNumber: uint16le(36),
  partitionNumber: uint16le(38),
} as const;

/** UDF 2.2.8 to 2.2.10: what follows byte 40 depends on the identifier. */
export const type2PartitionMap = record("type 2 partition map", 64, {
  ...type2PartitionMapFields,
  typeSpecific: bytes(40, 24),
});

/** UDF 2.2.9. */
export const sparablePartitionMap = record("sparable partition map", 64, {
  ...type2PartitionMapFields,
  /** Blocks. */
  packetLength: uint16le(40),
  numberOfSparingTables: uint8(42),
  reserved1: reserved(43, 1),
  sizeOfEachSparingTable: uint32le(44),
  locationsOfSparingTables: list(uint32le, 48, 4),
});

/** UDF 2.2.10. */
export const metadataPartitionMap = record("metadata partition map", 64, {
  ...type2PartitionMapFields,
  metadataFileLocation: uint32le(40),
  metadataMirrorFileLocation: uint32le(44),
  metadataBitmapFileLocation: uint32le(48),
  /** Blocks. */
  allocationUnitSize: uint32le(52),
  alignmentUnitSize: uint16le(56),
  flags: uint8(58),
  reserved1: reserved(59, 5),
});

/** UDF 2.2.12; entries of 8 bytes follow. */
export const sparingTable = record("sparing table", 56, {
  tag: tagField(0),
  sparingIdentifier: entityField(16),
  reallocationTableLength: uint16le(48),
  reserved: reserved(50, 2),
  sequenceNumber: uint32le(52),
});

/** UDF 2.2.12: `originalLocation` is a block of the partition, `mappedLocation` one of the volume. */
export const sparingTableEntry = record("sparing table entry", 8, {
  originalLocation: uint32le(0),
  mappedLocation: uint32le(4),
});

/** UDF 2.00 2.2.11: the head of a Virtual Allocation Table; entries follow at `lengthOfHeader`. */
export const virtualTableHeader = record("virtual allocation table header", 152, {
  lengthOfHeader: uint16le(0),
  lengthOfImplementationUse: uint16le(2),
  logicalVolumeIdentifier: bytes(4, 128),
  previousIcbLocation: uint32le(132),
  numberOfFiles: uint32le(136),
  numberOfDirectories: uint32le(140),
  minimumUdfReadRevision: uint16le(144),
  minimumUdfWriteRevision: uint16le(146),
  maximumUdfWriteRevision: uint16le(148),
  reserved: reserved(150, 2),
});

/** UDF 2.00 2.2.11: where one virtual block was written. */
export const virtualTableEntry = record("virtual allocation table entry", 4, { block: uint32le(0) });

/** UDF 1.50 2.2.10: what closes the older form of the table, whose entries begin at its first byte. */
export const virtualTableTrailer = record("virtual allocation table trailer", 36, {
  flags: uint8(0),
  identifier: ascii(1, 23),
  identifierSuffix: bytes(24, 8),
  previousIcbLocation: uint32le(32),
});
