/**
 * An image's metadata resource: security descriptors, then the directory tree (WIM specification, "Metadata resource
 * format"). A directory's children are a list of entries behind one another, ended by an entry of length 0, and a directory
 * points to its list by offset. Each entry is followed by its alternate data streams. Traps: an entry's length does not
 * count its streams; everything is padded to 8 bytes; a name's length is in bytes and does not count its terminator; where
 * there are alternate streams, the unnamed stream's hash may stand in one that has no name; a hash of zeros is an empty
 * stream. Offsets make cycles and overlaps possible: every 8 bytes of the resource may belong to one entry only.
 */
import { biguint64le, bytes, uint16le, uint32le, uint64le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { MiB } from "../bytes/units.js";

/** WIM specification, "SECURITYBLOCK_DISK"; a 64-bit length for each descriptor and the descriptors follow. */
export const securityBlockRecord = record("SECURITYBLOCK_DISK", 8, {
  totalLength: uint32le(0),
  entryCount: uint32le(4),
});

/** WIM specification, "DIRENTRY"; file name and short name, each with a terminator where it is not empty, follow. */
export const directoryEntryRecord = record("DIRENTRY", 102, {
  length: uint64le(0),
  attributes: uint32le(8),
  /** 0xFFFFFFFF = none. */
  securityId: uint32le(12),
  subdirectoryOffset: uint64le(16),
  creationTime: biguint64le(40),
  lastAccessTime: biguint64le(48),
  lastWriteTime: biguint64le(56),
  hash: bytes(64, 20),
  /** Reparse points have their tag and flags here instead. */
  hardLinkGroup: biguint64le(88),
  streamCount: uint16le(96),
  shortNameLength: uint16le(98),
  fileNameLength: uint16le(100),
});

/** WIM specification, "STREAMENTRY"; the stream's name follows. */
export const streamEntryRecord = record("STREAMENTRY", 38, {
  length: uint64le(0),
  hash: bytes(16, 20),
  nameLength: uint16le(36),
});

export const fileAttributes = { directory: 0x10, reparsePoint: 0x400 } as const;

/** Windows 7's images have 15 to 25 MiB of metadata; this is room for about 300,000 files. */
export const metadataLimit = 64 * MiB;
/** UTF-16 units of a path from the root: Windows takes no more, and memory for a path is bounded by it. */
export const pathLimit = 32_767;

/** Security data, entries and streams begin at multiples of this many bytes. */
export const metadataAlignment = 8;
export const withoutSecurity = 0xffff_ffff;
