/**
 * The records of an index: a root in the file record, allocation buffers ("INDX") of 4 KiB, and entries (NTFS
 * documentation, "$INDEX_ROOT (0x90)", "Index Header", "Index Record" and "Directory").
 */
import { ascii, biguint64le, reserved, uint16le, uint32le, uint64le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { assertVolume } from "../../volume-fault.js";
import { updateSequenceArraySize } from "./fixups.js";
import { align8, fileReference, indexBlockSize, isAligned8, type FileReference } from "./volume-format.js";

/** Names of the attributes that hold an index of file names. */
export const fileNameIndex = "$I30";

/** COLLATION rules (NTFS documentation, "Collation"). */
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
  reserved: reserved(0x0d, 3),
});

/** Set in a root that has allocation buffers, and in a buffer that has children. */
export const indexNodeFlag = 1;

/** INDEX_ROOT without its INDEX_HEADER, which follows. */
export const indexRoot = record("INDEX_ROOT", 0x10, {
  indexedAttributeType: uint32le(0x00),
  collationRule: uint32le(0x04),
  bytesPerIndexBuffer: uint32le(0x08),
  clustersPerIndexBuffer: uint8(0x0c),
  reserved: reserved(0x0d, 3),
});

/** INDEX_ALLOCATION_BUFFER without its INDEX_HEADER, which follows. */
export const indexBuffer = record("INDEX_ALLOCATION_BUFFER", 0x18, {
  signature: ascii(0x00, 4),
  updateSequenceArrayOffset: uint16le(0x04),
  updateSequenceArrayCount: uint16le(0x06),
  logFileSequenceNumber: biguint64le(0x08),
  thisBlock: uint64le(0x10),
});
export const indexBufferSignature = "INDX";

/** The update sequence array of a buffer lies behind the two headers, the entries behind the array. */
export const indexFixupsOffset = indexBuffer.size + indexHeader.size;
export const firstEntryOffset = align8(indexFixupsOffset + updateSequenceArraySize(indexBlockSize));

/** INDEX_ENTRY of a file name index. The key follows; the VCN of a child is the entry's last 8 bytes. */
export const indexEntryHeader = record("INDEX_ENTRY (file name)", 0x10, {
  fileReference: fileReference(0x00),
  length: uint16le(0x08),
  attributeLength: uint16le(0x0a),
  flags: uint16le(0x0c),
  reserved: reserved(0x0e, 2),
});

/** INDEX_ENTRY of a view index, which has data of its own in place of a file reference. */
export const viewIndexEntryHeader = record("INDEX_ENTRY (view)", 0x10, {
  dataOffset: uint16le(0x00),
  dataLength: uint16le(0x02),
  reservedForZero: reserved(0x04, 4),
  length: uint16le(0x08),
  attributeLength: uint16le(0x0a),
  flags: uint16le(0x0c),
  reserved: reserved(0x0e, 2),
});

export const indexEntryFlags = { node: 1, end: 2 } as const;

/** The VCN of a child at the end of an entry. */
const childRecord = record("INDEX_ENTRY (child)", 8, { vcn: uint64le(0) });
export const vcnSize = childRecord.size;

/** Bytes of a root whose entries take `entriesSize` bytes, without the end entry. */
export function indexRootSize(entriesSize: number, large: boolean): number {
  return indexRoot.size + indexHeader.size + entriesSize + indexEntryHeader.size + (large ? vcnSize : 0);
}

/** An entry of a file name index: the file, the value of its FILE_NAME, and the node below by VCN where there is one. */
type IndexEntry = {
  readonly reference: FileReference;
  /** Null in the end entry, which has no file either. */
  readonly key: Uint8Array | null;
  readonly child: number | null;
};

export const noFileReference: FileReference = { record: 0, sequence: 0 };

/** Bytes of an entry whose key has `keySize` bytes, without a pointer to a child. */
export const indexEntrySize = (keySize: number): number => align8(indexEntryHeader.size + keySize);

/** Writes an entry at `at`; returns the offset behind it. */
export function writeIndexEntry(target: Uint8Array, at: number, { reference, key, child }: IndexEntry): number {
  const attributeLength = key?.length ?? 0;
  const length = indexEntrySize(attributeLength) + (child === null ? 0 : vcnSize);
  const flags = (child === null ? 0 : indexEntryFlags.node) | (key === null ? indexEntryFlags.end : 0);
  indexEntryHeader.patch(target, at, { fileReference: reference, length, attributeLength, flags });
  if (key !== null) target.set(key, at + indexEntryHeader.size);
  const end = at + length;
  if (child !== null) childRecord.patch(target, end - vcnSize, { vcn: child });
  return end;
}

/** The entries of the node whose INDEX_HEADER lies at `headerAt`, with the end entry. Throws VolumeFault, and RangeError for a VCN above 2^53 - 1. */
export function* decodeIndexEntries(bytes: Uint8Array, headerAt: number): Generator<IndexEntry> {
  const header = indexHeader.decode(bytes, headerAt);
  const end = headerAt + header.firstFreeByte;
  assertVolume(end <= bytes.length, `${header.firstFreeByte} bytes of a node of ${bytes.length} are in use`);
  const hasChildren = (header.flags & indexNodeFlag) !== 0;
  for (let at = headerAt + header.firstIndexEntry; ;) {
    assertVolume(at + indexEntryHeader.size <= end, "the entries of a node have no end");
    const { fileReference: reference, length, attributeLength, flags } = indexEntryHeader.decode(bytes, at);
    const last = (flags & indexEntryFlags.end) !== 0;
    const keyAt = at + indexEntryHeader.size;
    const least = indexEntryHeader.size + (last ? 0 : attributeLength) + (hasChildren ? vcnSize : 0);
    assertVolume(length >= least && isAligned8(length) && at + length <= end, `an index entry of ${length} bytes`);
    assertVolume(((flags & indexEntryFlags.node) !== 0) === hasChildren, "an index entry and its node do not agree");
    const child = hasChildren ? childRecord.decode(bytes, at + length - vcnSize).vcn : null;
    yield { reference, key: last ? null : bytes.subarray(keyAt, keyAt + attributeLength), child };
    if (last) return;
    at += length;
  }
}
