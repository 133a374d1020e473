/**
 * gzip: RFC 1952. A member is a header, a deflate stream (RFC 1951), and a trailer. All fields are little-endian. Trap: zlib's
 * own header names the operating system, so that the same disk would be other bytes elsewhere.
 */
import { uint16be, uint32le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";

/** 2.3.1: `mtime` 0 is no time, `operatingSystem` 255 is unknown, `extraFlags` 4 is the fastest algorithm. */
export const gzipHeader = record("gzip member header", 10, {
  magic: uint16be(0),
  method: uint8(2),
  flags: uint8(3),
  mtime: uint32le(4),
  extraFlags: uint8(8),
  operatingSystem: uint8(9),
});

/** 2.3.1: CRC-32 of what is compressed, and its length modulo 2^32. */
export const gzipTrailer = record("gzip member trailer", 8, {
  crc32: uint32le(0),
  inputSize: uint32le(4),
});

export const gzipMagic = 0x1f8b;
const deflate = 8;

/** The header of a member without a name and a time, made at the fastest level. */
export function encodeGzipHeader(): Uint8Array {
  return gzipHeader.encode({
    magic: gzipMagic,
    method: deflate,
    flags: 0,
    mtime: 0,
    extraFlags: 4,
    operatingSystem: 255,
  });
}
