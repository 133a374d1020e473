/**
 * An image's metadata resource: security descriptors, then the directory tree (WIM specification, "Metadata resource
 * format"). A directory's children are a list of entries behind one another, ended by an entry of length 0, and a directory
 * points to its list by offset. Each entry is followed by its alternate data streams. Traps: an entry's length does not
 * count its streams; everything is padded to 8 bytes; a name's length is in bytes and does not count its terminator; where
 * there are alternate streams, the unnamed stream's hash may stand in one that has no name; a hash of zeros is an empty
 * stream. Offsets make cycles and overlaps possible: every 8 bytes of the resource may belong to one entry only.
 *
 * The specification's DIRENTRY has no field at byte 84 and puts the two unions 4 bytes too early; what files hold is
 * wimlib's `struct wim_dentry_on_disk` (dentry.c). Behind the names, up to the entry's length, Windows 8 and later and
 * wimlib put tagged items (`struct tagged_item_header`, tagged_items.c): an object id, POSIX owners. Nothing here reads them.
 */
import { biguint64le, bytes, reserved, uint16le, uint32le, uint64le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { MiB } from "../bytes/units.js";

/**
 * WIM specification, "SECURITYBLOCK_DISK"; a 64-bit length for each descriptor (`liEntryLength`) and the descriptors,
 * self-relative SECURITY_DESCRIPTORs ([MS-DTYP] 2.4.6), follow.
 */
export const securityBlockRecord = record("SECURITYBLOCK_DISK", 8, {
  totalLength: uint32le(0),
  entryCount: uint32le(4),
});

/** Bytes of one descriptor's length. */
export const descriptorLengthSize = 8;

/** WIM specification, "DIRENTRY"; file name and short name, each with a terminator where it is not empty, follow. */
export const directoryEntryRecord = record("DIRENTRY", 102, {
  length: uint64le(0),
  attributes: uint32le(8),
  /** Index of a security descriptor; 0xFFFFFFFF = none. */
  securityId: uint32le(12),
  /** Bytes from the resource's start to the list of the directory's children; 0 = none. */
  subdirectoryOffset: uint64le(16),
  unused1: biguint64le(24),
  unused2: biguint64le(32),
  /** FILETIME ([MS-DTYP] 2.3.3), as are the next two. */
  creationTime: biguint64le(40),
  lastAccessTime: biguint64le(48),
  lastWriteTime: biguint64le(56),
  /** SHA-1 of the unnamed stream; of a reparse point, of its data. */
  hash: bytes(64, 20),
  /** wimlib's `unknown_0x54`. */
  unknown54: uint32le(84),
  /** 0 = the file has one name. Reparse points have `reparseRecord` here instead. */
  hardLinkGroup: biguint64le(88),
  streamCount: uint16le(96),
  shortNameLength: uint16le(98),
  fileNameLength: uint16le(100),
});

/** WIM specification, "DIRENTRY": what a reparse point has in place of its hard link group. */
export const reparseRecord = record("DIRENTRY reparse union", directoryEntryRecord.fields.hardLinkGroup.width, {
  tag: uint32le(0),
  /** wimlib's `rp_reserved` and `rp_flags`; bit 0 of the flags = the target was not made relative to the image. */
  reserved: uint16le(4),
  flags: uint16le(6),
});

/** WIM specification, "STREAMENTRY"; the stream's name follows, with a terminator where it is not empty. */
export const streamEntryRecord = record("STREAMENTRY", 38, {
  length: uint64le(0),
  reserved: biguint64le(8),
  hash: bytes(16, 20),
  nameLength: uint16le(36),
});

/** FILE_ATTRIBUTE_* of [MS-FSCC] 2.6. */
export const fileAttributes = {
  directory: 0x10,
  archive: 0x20,
  normal: 0x80,
  sparse: 0x200,
  reparsePoint: 0x400,
  compressed: 0x800,
  encrypted: 0x4000,
} as const;

/** Windows 7's images have 15 to 25 MiB of metadata; this is room for about 300,000 files. */
export const metadataLimit = 64 * MiB;
/** UTF-16 units of a path from the root: Windows takes no more, and memory for a path is bounded by it. */
export const pathLimit = 32_767;

/** Security data, entries and streams begin at multiples of this many bytes. */
export const metadataAlignment = 8;
export const withoutSecurity = 0xffff_ffff;

/** An entry of at most this length ends a list (wimlib, `read_dentry`); the lists of Windows and wimlib end with 0. */
export const listEnd = record("end of a list", 8, { length: uint32le(0), unused: reserved(4, 4) });
export const listEndSize = listEnd.size;

/** Bytes that a name takes: its terminator is not counted in its length, and an empty one has none. */
export function withTerminator(nameLength: number): number {
  return nameLength === 0 ? 0 : nameLength + 2;
}
