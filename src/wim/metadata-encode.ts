/** Encodes a tree as a metadata resource (WIM specification, "SECURITYBLOCK_DISK", "DIRENTRY", "STREAMENTRY"). */
import { exactSize } from "../bytes/amounts.js";
import { writeUtf16 } from "../bytes/utf16.js";
import {
  directoryEntryRecord,
  fileAttributes,
  listEnd,
  listEndSize,
  metadataAlignment,
  metadataLimit,
  reparseRecord,
  streamEntryRecord,
  withTerminator,
} from "./metadata.js";
import type { DirectoryEntry, DirectoryList, ImageMetadata, StreamEntry } from "./metadata-tree.js";
import type { WimLocation } from "./resource.js";
import { wimLimit } from "./resource.js";

/**
 * The bytes of a metadata resource. Throws `wim-unsupported` where they are more than `metadataLimit`, and RangeError for a
 * tree that has no encoding.
 */
export function encodeMetadata({ security, root, tail }: ImageMetadata, at: WimLocation): Uint8Array {
  const rootOffset = security.block.length;
  const lists = listsInOrder(root);
  const places = new Map<DirectoryList, number>();
  let size = rootOffset + entrySize(root);
  for (const list of lists) {
    size += list.gap.length;
    places.set(list, size);
    for (const entry of list.entries) size += entrySize(entry);
    size += listEndSize;
  }
  size += tail.length;
  if (size > metadataLimit) {
    throw wimLimit(at, `an image has ${exactSize(size)} of metadata, expected at most ${exactSize(metadataLimit)}`);
  }
  const data = new Uint8Array(size);
  data.set(security.block);
  let position = encodeEntry(data, rootOffset, root, places);
  for (const { gap, entries, endLength } of lists) {
    data.set(gap, position);
    position += gap.length;
    for (const entry of entries) position = encodeEntry(data, position, entry, places);
    if (endLength > listEndSize) throw new RangeError(`a list ends with length ${endLength}, expected 0 to 8`);
    listEnd.patch(data, position, { length: endLength });
    position += listEndSize;
  }
  data.set(tail, position);
  return data;
}

/** Every list of the tree by its rank; those without one behind, parents before children. */
function listsInOrder(root: DirectoryEntry): DirectoryList[] {
  const lists: DirectoryList[] = [];
  const pending = root.list === null ? [] : [root.list];
  for (let list = pending.pop(); list !== undefined; list = pending.pop()) {
    lists.push(list);
    for (let index = list.entries.length - 1; index >= 0; index -= 1) {
      const below = list.entries[index]!.list;
      if (below !== null) pending.push(below);
    }
  }
  return lists.toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0);
}

function entrySize(entry: DirectoryEntry): number {
  let size = ownSize(entry);
  for (const stream of entry.streams) size += streamSize(stream);
  return size;
}

function ownSize({ name, shortName, rest }: DirectoryEntry): number {
  const names = withTerminator(name.length * 2) + withTerminator(shortName.length * 2);
  return aligned(directoryEntryRecord.size + names + rest.length, name);
}

function streamSize({ name, rest }: StreamEntry): number {
  return aligned(streamEntryRecord.size + name.length * 2 + rest.length, name);
}

function aligned(size: number, name: string): number {
  if (size % metadataAlignment === 0) return size;
  throw new RangeError(`the entry ${JSON.stringify(name)} takes ${size} bytes, expected a multiple of 8`);
}

/** Zeros that fill an entry of `size` bytes up to the next multiple of 8. */
export function paddingOf(size: number): Uint8Array {
  return new Uint8Array((metadataAlignment - (size % metadataAlignment)) % metadataAlignment);
}

/** Returns where the next entry begins. */
function encodeEntry(
  data: Uint8Array,
  offset: number,
  entry: DirectoryEntry,
  places: ReadonlyMap<DirectoryList, number>,
): number {
  const { name, shortName, reparse, list, slack } = entry;
  const size = ownSize(entry);
  const isReparsePoint = (entry.attributes & fileAttributes.reparsePoint) !== 0;
  if (isReparsePoint !== (reparse !== null) || (list !== null && (entry.attributes & fileAttributes.directory) === 0)) {
    throw new RangeError(
      `${JSON.stringify(name)} has attributes 0x${entry.attributes.toString(16)}, against its fields`,
    );
  }
  const { hardLinkGroup } = directoryEntryRecord.fields;
  directoryEntryRecord.patch(data, offset, {
    length: size - slack,
    attributes: entry.attributes,
    securityId: entry.securityId,
    subdirectoryOffset: list === null ? 0 : places.get(list)!,
    unused1: entry.unused1,
    unused2: entry.unused2,
    creationTime: entry.creationTime,
    lastAccessTime: entry.lastAccessTime,
    lastWriteTime: entry.lastWriteTime,
    hash: entry.hash,
    unknown54: entry.unknown54,
    hardLinkGroup: entry.hardLinkGroup,
    streamCount: entry.streams.length,
    shortNameLength: shortName.length * 2,
    fileNameLength: name.length * 2,
  });
  if (reparse !== null) reparseRecord.patch(data, offset + hardLinkGroup.offset, reparse);
  const shortNameAt = offset + directoryEntryRecord.size + withTerminator(name.length * 2);
  writeUtf16(data, offset + directoryEntryRecord.size, name);
  writeUtf16(data, shortNameAt, shortName);
  data.set(entry.rest, shortNameAt + withTerminator(shortName.length * 2));
  let position = offset + size;
  for (const stream of entry.streams) position = encodeStream(data, position, stream);
  return position;
}

function encodeStream(data: Uint8Array, offset: number, stream: StreamEntry): number {
  const { name, hash, reserved, rest, slack } = stream;
  const size = streamSize(stream);
  streamEntryRecord.patch(data, offset, { length: size - slack, reserved, hash, nameLength: name.length * 2 });
  writeUtf16(data, offset + streamEntryRecord.size, name);
  data.set(rest, offset + size - rest.length);
  return offset + size;
}
