/**
 * The records of registry hives. Microsoft never published the format; names are those of the structures in Windows' own
 * symbols, as others' descriptions use them ("Windows registry file format specification", M. Suhanov). Every offset
 * counts from the first bin, and the size of a cell in use is negated.
 */
import { ascii, biguint64le, bytes, int32le, reserved, uint16le, uint32le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { KiB } from "../bytes/units.js";

export const baseBlockSize = 4 * KiB;

/** "Base block"; what lies between the file's name and the checksum is of Windows Vista and later. */
export const baseBlockRecord = record("HBASE_BLOCK", baseBlockSize, {
  signature: ascii(0, 4),
  primarySequenceNumber: uint32le(4),
  secondarySequenceNumber: uint32le(8),
  /** FILETIME. */
  lastWritten: biguint64le(12),
  majorVersion: uint32le(20),
  minorVersion: uint32le(24),
  fileType: uint32le(28),
  fileFormat: uint32le(32),
  rootCellOffset: uint32le(36),
  hiveBinsSize: uint32le(40),
  clusteringFactor: uint32le(44),
  fileName: bytes(48, 64),
  resourceManagerId: bytes(112, 16),
  logId: bytes(128, 16),
  flags: uint32le(144),
  transactionManagerId: bytes(148, 16),
  guidSignature: uint32le(164),
  lastReorganized: bytes(168, 8),
  reserved1: reserved(176, 332),
  checksum: uint32le(508),
  reserved2: reserved(512, 3528),
  thawTransactionManagerId: bytes(4040, 16),
  thawResourceManagerId: bytes(4056, 16),
  thawLogId: bytes(4072, 16),
  bootType: uint32le(4088),
  bootRecover: uint32le(4092),
});

/** Bins are multiples of this many bytes. */
export const binUnit = 4 * KiB;

/** "Hive bin"; cells follow without a gap up to its end. The time is of the first bin alone. */
export const binRecord = record("HBIN", 32, {
  signature: ascii(0, 4),
  offset: uint32le(4),
  size: uint32le(8),
  reserved: reserved(12, 8),
  timestamp: bytes(20, 8),
  spare: reserved(28, 4),
});

/** "Cells"; the size counts the header too, and is negative in a cell that is in use. The content follows. */
export const cellHeader = record("HCELL", 4, { size: int32le(0) });
/** Bytes: cells begin at multiples of it and are multiples of it. */
export const cellUnit = 8;
/** An offset that leads nowhere. */
export const noCell = 0xffff_ffff;

/** "Index leaf" (`li`), "Fast leaf" (`lf`), "Hash leaf" (`lh`) and "Index root" (`ri`); the elements follow. */
export const subkeyListHead = record("CM_KEY_INDEX", 4, { signature: ascii(0, 2), count: uint16le(2) });
/** An element of `li` and `ri`, and of a key's list of values. */
export const listElement = record("CM_KEY_INDEX element", 4, { cell: uint32le(0) });
/** An element of `lf` and `lh`; the hint is the name's beginning, or its hash. */
export const fastListElement = record("CM_KEY_FAST_INDEX element", 8, { cell: uint32le(0), hint: bytes(4, 4) });

/** "Key node"; the key's name follows. Two bytes of flags stand behind the largest name's length since Windows Vista. */
export const keyNodeRecord = record("CM_KEY_NODE", 76, {
  signature: ascii(0, 2),
  flags: uint16le(2),
  /** FILETIME. */
  lastWritten: biguint64le(4),
  accessBits: uint32le(12),
  parent: uint32le(16),
  subkeyCount: uint32le(20),
  volatileSubkeyCount: uint32le(24),
  subkeyList: uint32le(28),
  volatileSubkeyList: uint32le(32),
  valueCount: uint32le(36),
  valueList: uint32le(40),
  security: uint32le(44),
  className: uint32le(48),
  /** Bytes as UTF-16, as are the next ones. */
  largestSubkeyName: uint16le(52),
  virtualisationFlags: uint8(54),
  debugFlags: uint8(55),
  largestSubkeyClass: uint32le(56),
  largestValueName: uint32le(60),
  largestValueData: uint32le(64),
  workVariable: uint32le(68),
  nameLength: uint16le(72),
  classNameLength: uint16le(74),
});

/** "Key value"; the value's name follows. */
export const keyValueRecord = record("CM_KEY_VALUE", 20, {
  signature: ascii(0, 2),
  nameLength: uint16le(2),
  dataSize: uint32le(4),
  data: uint32le(8),
  type: uint32le(12),
  flags: uint16le(16),
  spare: reserved(18, 2),
});

/** "Key security"; the security descriptor follows. All of a hive are a ring. */
export const keySecurityRecord = record("CM_KEY_SECURITY", 20, {
  signature: ascii(0, 2),
  reserved: reserved(2, 2),
  forwardLink: uint32le(4),
  backwardLink: uint32le(8),
  referenceCount: uint32le(12),
  descriptorSize: uint32le(16),
});

/** "Big data": what a value's data larger than a segment is kept by, in hives of version 1.4 and later. */
export const bigDataRecord = record("CM_BIG_DATA", 8, {
  signature: ascii(0, 2),
  segmentCount: uint16le(2),
  segmentList: uint32le(4),
});
/** Bytes of data in every segment but the last. */
export const bigDataSegmentSize = 16_344;
/** Minor version of the first hives that keep large data in segments. */
export const bigDataVersion = 4;
/** Minor version of the first hives whose lists hold hashes (Windows XP). */
export const hashListVersion = 5;

export const keyFlags = { hiveEntry: 0x04, noDelete: 0x08, asciiName: 0x20, predefinedHandle: 0x40 } as const;
export const valueFlags = { asciiName: 0x01 } as const;
export const valueTypes = { text: 1, binary: 3, dword: 4, multiText: 7 } as const;
/** Set in `dataSize` where the data (at most 4 bytes) stands in the `data` field itself. */
export const inlineData = 0x8000_0000;

/** Bytes of a key's name: 255 characters of 16 bits (Windows' limits of registry elements). */
export const longestKeyName = 510;

/** XOR of the base block's first 127 words; 0 and -1 are not used as checksums. */
export function baseBlockChecksum(block: Uint8Array): number {
  const view = new DataView(block.buffer, block.byteOffset);
  let sum = 0;
  for (let offset = 0; offset < baseBlockRecord.fields.checksum.offset; offset += 4)
    sum ^= view.getUint32(offset, true);
  const unsigned = sum >>> 0;
  if (unsigned === 0xffff_ffff) return 0xffff_fffe;
  return unsigned === 0 ? 1 : unsigned;
}
