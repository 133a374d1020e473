/**
 * The records of an index: a root in the file record, allocation buffers ("INDX") of 4 KiB, and entries. Names of
 * fields are those of Microsoft's structures (INDEX_ROOT, INDEX_HEADER, INDEX_ALLOCATION_BUFFER, INDEX_ENTRY).
 */
import { ascii, biguint64le, uint16le, uint32le, uint64le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { updateSequenceCount } from "./fixups.js";
import { align8, fileReference, indexBlockSize } from "./volume-format.js";

/** Names of the attributes that hold an index of file names. */
export const fileNameIndex = "$I30";

/** COLLATION rules. */
export const collationRules = {
  binary: 0x00,
  fileName: 0x01,
  unsignedLong: 0x10,
  sid: 0x11,
  securityHash: 0x12,
  unsignedLongs: 0x13,
} as const;

/** INDEX_HEADER; offsets count from its own start. */
export const indexHeader = record("INDEX_HEADER", 0x10, {
  firstIndexEntry: uint32le(0x00),
  firstFreeByte: uint32le(0x04),
  bytesAvailable: uint32le(0x08),
  flags: uint8(0x0c),
});

/** Set in a root that has allocation buffers, and in a buffer that has children. */
export const indexNodeFlag = 1;

/** INDEX_ROOT without its INDEX_HEADER, which follows. */
export const indexRoot = record("INDEX_ROOT", 0x10, {
  indexedAttributeType: uint32le(0x00),
  collationRule: uint32le(0x04),
  bytesPerIndexBuffer: uint32le(0x08),
  clustersPerIndexBuffer: uint8(0x0c),
});

/** INDEX_ALLOCATION_BUFFER without its INDEX_HEADER, which follows. */
export const indexBuffer = record("INDEX_ALLOCATION_BUFFER", 0x18, {
  signature: ascii(0x00, 4),
  updateSequenceArrayOffset: uint16le(0x04),
  updateSequenceArrayCount: uint16le(0x06),
  logFileSequenceNumber: biguint64le(0x08),
  thisBlock: uint64le(0x10),
});

/** The update sequence array of a buffer lies behind the two headers, the entries behind the array. */
export const indexFixupsOffset = indexBuffer.size + indexHeader.size;
export const firstEntryOffset = align8(indexFixupsOffset + 2 * updateSequenceCount(indexBlockSize));

/** INDEX_ENTRY of a file name index. The key follows; the VCN of a child is the entry's last 8 bytes. */
export const indexEntryHeader = record("INDEX_ENTRY (file name)", 0x10, {
  fileReference: fileReference(0x00),
  length: uint16le(0x08),
  attributeLength: uint16le(0x0a),
  flags: uint16le(0x0c),
});

/** INDEX_ENTRY of a view index, which has data of its own in place of a file reference. */
export const viewIndexEntryHeader = record("INDEX_ENTRY (view)", 0x10, {
  dataOffset: uint16le(0x00),
  dataLength: uint16le(0x02),
  length: uint16le(0x08),
  attributeLength: uint16le(0x0a),
  flags: uint16le(0x0c),
});

export const indexEntryFlags = { node: 1, end: 2 } as const;

/** The pointer to a child at the end of an entry. */
export const vcnSize = 8;

/** Bytes of a root whose entries take `entriesSize` bytes, without the end entry. */
export function indexRootSize(entriesSize: number, large: boolean): number {
  return indexRoot.size + indexHeader.size + entriesSize + indexEntryHeader.size + (large ? vcnSize : 0);
}
