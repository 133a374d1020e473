/** The records of ECMA-119 (ISO 9660), Joliet's use of them, and the boot record of El Torito. */
import {
  ascii,
  bothEndian16,
  bothEndian32,
  bytes,
  int8,
  reserved,
  uint32be,
  uint32le,
  uint8,
} from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { logicalSectorSize } from "../limits.js";

/** ECMA-119 8.1.1. */
export const volumeDescriptorTypes = {
  bootRecord: 0,
  primary: 1,
  supplementary: 2,
  partition: 3,
  terminator: 255,
} as const;

/** ECMA-119 9.1.5, 7 bytes. */
export const recordingTime = record("recording date and time", 7, {
  /** Since 1900. */
  year: uint8(0),
  month: uint8(1),
  day: uint8(2),
  hour: uint8(3),
  minute: uint8(4),
  second: uint8(5),
  /** Quarters of an hour. */
  offset: int8(6),
});

/** ECMA-119 8.4.26.1, 17 bytes. */
export const volumeTime = record("volume descriptor date and time", 17, {
  year: ascii(0, 4),
  month: ascii(4, 2),
  day: ascii(6, 2),
  hour: ascii(8, 2),
  minute: ascii(10, 2),
  second: ascii(12, 2),
  hundredths: ascii(14, 2),
  /** Quarters of an hour. */
  offset: int8(16),
});

/** ECMA-119 9.1; the file identifier follows, a padding byte where its length is even, and the system use area. */
export const directoryRecord = record("directory record", 33, {
  length: uint8(0),
  extendedAttributeRecordLength: uint8(1),
  extentLocation: bothEndian32(2),
  dataLength: bothEndian32(10),
  recordingTime: bytes(18, recordingTime.size),
  fileFlags: uint8(25),
  fileUnitSize: uint8(26),
  interleaveGapSize: uint8(27),
  volumeSequenceNumber: bothEndian16(28),
  fileIdentifierLength: uint8(32),
});

/** ECMA-119 9.1.6. */
export const fileFlags = { hidden: 0x01, directory: 0x02, associated: 0x04, multiExtent: 0x80 } as const;

/** ECMA-119 8.4 (primary) and 8.5 (supplementary and enhanced), which differ in `flags` and `escapeSequences`. */
export const volumeDescriptor = record("volume descriptor", logicalSectorSize, {
  type: uint8(0),
  standardIdentifier: ascii(1, 5),
  version: uint8(6),
  flags: uint8(7),
  systemIdentifier: bytes(8, 32),
  volumeIdentifier: bytes(40, 32),
  unused: reserved(72, 8),
  /** Logical blocks. */
  volumeSpaceSize: bothEndian32(80),
  escapeSequences: bytes(88, 32),
  volumeSetSize: bothEndian16(120),
  volumeSequenceNumber: bothEndian16(124),
  logicalBlockSize: bothEndian16(128),
  pathTableSize: bothEndian32(132),
  locationOfTypeLPathTable: uint32le(140),
  locationOfOptionalTypeLPathTable: uint32le(144),
  locationOfTypeMPathTable: uint32be(148),
  locationOfOptionalTypeMPathTable: uint32be(152),
  rootDirectoryRecord: bytes(156, 34),
  volumeSetIdentifier: bytes(190, 128),
  publisherIdentifier: bytes(318, 128),
  dataPreparerIdentifier: bytes(446, 128),
  applicationIdentifier: bytes(574, 128),
  copyrightFileIdentifier: bytes(702, 37),
  abstractFileIdentifier: bytes(739, 37),
  bibliographicFileIdentifier: bytes(776, 37),
  volumeCreationTime: bytes(813, volumeTime.size),
  volumeModificationTime: bytes(830, volumeTime.size),
  volumeExpirationTime: bytes(847, volumeTime.size),
  volumeEffectiveTime: bytes(864, volumeTime.size),
  fileStructureVersion: uint8(881),
  reserved1: reserved(882, 1),
  applicationUse: bytes(883, 512),
  reserved2: reserved(1395, 653),
});

/** El Torito 1.0, figure 7. */
export const bootRecordVolumeDescriptor = record("boot record volume descriptor", logicalSectorSize, {
  type: uint8(0),
  standardIdentifier: ascii(1, 5),
  version: uint8(6),
  bootSystemIdentifier: ascii(7, 32),
  unused1: reserved(39, 32),
  /** Logical sector. */
  bootCatalogueLocation: uint32le(71),
  unused2: reserved(75, 1973),
});
