/** The composite fields that ECMA-167 builds its records from. Each takes the field's offset in the record, in bytes. */
import { ascii, bytes, int16le, reserved, uint16le, uint32le, uint8 } from "../../bytes/fields.js";
import { nested, record } from "../../bytes/record.js";

/** ECMA-167 3/7.1 extent_ad: bytes, and the block of the volume where they begin. */
const extentDescriptor = record("extent descriptor", 8, { length: uint32le(0), location: uint32le(4) });
export const extentField = nested(extentDescriptor);

/** ECMA-167 4/14.14.1: `length` has the extent's type in its upper two bits; the partition is that of the ICB. */
export const shortAllocationDescriptor = record("short allocation descriptor", 8, {
  lengthAndType: uint32le(0),
  position: uint32le(4),
});

/** ECMA-167 4/14.14.2: as the short one, and the partition reference number of the extent. */
export const longAllocationDescriptor = record("long allocation descriptor", 16, {
  lengthAndType: uint32le(0),
  position: uint32le(4),
  partitionReference: uint16le(8),
  implementationUse: bytes(10, 6),
});
export const longAllocationField = nested(longAllocationDescriptor);

/** ECMA-167 3/7.2: the head of every descriptor. */
export const descriptorTag = record("descriptor tag", 16, {
  identifier: uint16le(0),
  version: uint16le(2),
  checksum: uint8(4),
  reserved: reserved(5, 1),
  serialNumber: uint16le(6),
  crc: uint16le(8),
  crcLength: uint16le(10),
  location: uint32le(12),
});
export const tagField = nested(descriptorTag);

/** ECMA-167 1/7.4 regid, with the suffix of UDF 2.1.5.2 (domains): the revision in binary-coded decimal, 0x0102. */
const entityIdentifier = record("entity identifier", 32, {
  flags: uint8(0),
  identifier: ascii(1, 23),
  udfRevision: uint16le(24),
  /** What the rest of the suffix means depends on the identifier. */
  suffixRemainder: bytes(26, 6),
});
export const entityField = nested(entityIdentifier);

/** ECMA-167 1/7.3 timestamp. */
export const timestamp = record("timestamp", 12, {
  typeAndTimeZone: uint16le(0),
  year: int16le(2),
  month: uint8(4),
  day: uint8(5),
  hour: uint8(6),
  minute: uint8(7),
  second: uint8(8),
  centiseconds: uint8(9),
  hundredsOfMicroseconds: uint8(10),
  microseconds: uint8(11),
});
