/** Writes the nodes of a file name index (NTFS documentation, "$INDEX_ROOT (0x90)", "Index Record"): root and buffers. */
import { attributeTypes } from "../records/attributes.js";
import { applyFixups, updateSequenceCount } from "../records/fixups.js";
import {
  collationRules,
  firstEntryOffset,
  indexBuffer,
  indexBufferSignature,
  indexFixupsOffset,
  indexHeader,
  indexNodeFlag,
  indexRoot,
  noFileReference,
  writeIndexEntry,
} from "../records/index-records.js";
import type { IndexNode, IndexTree } from "./index-tree.js";
import { clusterSize, indexBlockSize, referenceTo } from "../records/volume-format.js";

/** A file name in an index: the file's record, and the attribute's value, which is the key. */
type IndexKey = { readonly record: number; readonly value: Uint8Array };

/** The key of an entry by its number. */
export type KeyOf = (entry: number) => IndexKey;

/** Writes the allocation buffers of `tree` to `target`, one after the other, protected. */
export function writeIndexBlocks(target: Uint8Array, offset: number, tree: IndexTree, keyOf: KeyOf): void {
  let at = offset;
  for (const [vcn, node] of tree.nodes.entries()) {
    const headerAt = at + indexBuffer.size;
    const end = writeEntries(target, at + firstEntryOffset, node, keyOf);
    indexBuffer.patch(target, at, {
      signature: indexBufferSignature,
      updateSequenceArrayOffset: indexFixupsOffset,
      updateSequenceArrayCount: updateSequenceCount(indexBlockSize),
      thisBlock: vcn,
    });
    indexHeader.patch(target, headerAt, {
      firstIndexEntry: firstEntryOffset - indexBuffer.size,
      firstFreeByte: end - headerAt,
      bytesAvailable: indexBlockSize - indexBuffer.size,
      flags: node.children === null ? 0 : indexNodeFlag,
    });
    applyFixups(target, at, indexBlockSize, indexFixupsOffset);
    at += indexBlockSize;
  }
}

/** Writes a root with all entries of a small index, or with the top entries of a large one. */
export function writeIndexRoot(target: Uint8Array, offset: number, node: IndexNode, keyOf: KeyOf): void {
  const headerAt = offset + indexRoot.size;
  const firstEntry = headerAt + indexHeader.size;
  const end = writeEntries(target, firstEntry, node, keyOf);
  writeIndexRootHeader(target, offset, {
    indexedAttributeType: attributeTypes.fileName,
    collationRule: collationRules.fileName,
    large: node.children !== null,
    entriesSize: end - firstEntry,
  });
}

type IndexRootHeader = {
  readonly indexedAttributeType: number;
  readonly collationRule: number;
  readonly large: boolean;
  /** With the end entry. */
  readonly entriesSize: number;
};

export function writeIndexRootHeader(target: Uint8Array, offset: number, root: IndexRootHeader): void {
  const size = indexHeader.size + root.entriesSize;
  indexRoot.patch(target, offset, {
    indexedAttributeType: root.indexedAttributeType,
    collationRule: root.collationRule,
    bytesPerIndexBuffer: indexBlockSize,
    clustersPerIndexBuffer: indexBlockSize / clusterSize,
  });
  indexHeader.patch(target, offset + indexRoot.size, {
    firstIndexEntry: indexHeader.size,
    firstFreeByte: size,
    bytesAvailable: size,
    flags: root.large ? indexNodeFlag : 0,
  });
}

/** Writes a node's entries and its end entry; returns the offset behind them. */
function writeEntries(target: Uint8Array, offset: number, { entries, children }: IndexNode, keyOf: KeyOf): number {
  let at = offset;
  for (const [position, entry] of entries.entries()) {
    const { record, value } = keyOf(entry);
    const child = children === null ? null : children[position]!;
    at = writeIndexEntry(target, at, { reference: referenceTo(record), key: value, child });
  }
  return writeIndexEntry(target, at, { reference: noFileReference, key: null, child: children?.at(-1) ?? null });
}
