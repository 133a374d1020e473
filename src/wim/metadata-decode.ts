/** Decodes a metadata resource into its tree (WIM specification, "SECURITYBLOCK_DISK", "DIRENTRY", "STREAMENTRY"). */
import type { EntryReader, StreamPlace } from "./directory-entry.js";
import type { DirectoryEntry, DirectoryList, ImageMetadata, StreamEntry } from "./metadata-tree.js";
import type { Name } from "./metadata-path.js";
import { locateSecurity, walkMetadata } from "./metadata-walk.js";
import { directoryEntryRecord, listEnd, reparseRecord, streamEntryRecord, withTerminator } from "./metadata.js";
import type { WimLocation } from "./resource.js";
import { wimError } from "./resource.js";

const { fields } = directoryEntryRecord;
/** The fields that the walk does not read; it reads lengths and offsets, which may be above 2^53 in a damaged entry. */
const plainFields = directoryEntryRecord.select(
  "attributes",
  "securityId",
  "unused1",
  "unused2",
  "creationTime",
  "lastAccessTime",
  "lastWriteTime",
  "hash",
  "unknown54",
  "hardLinkGroup",
);
const streamFields = streamEntryRecord.select("reserved", "hash");

/** A list that is being filled: it begins at `start`, and its next entry, or its end, is at `end`. */
type OpenList = {
  readonly list: { -readonly [K in keyof DirectoryList]: DirectoryList[K] };
  readonly entries: DirectoryEntry[];
  readonly start: number;
  end: number;
};

/**
 * The tree of a whole metadata resource; hashes and rests are views of `data`. Throws `wim-damaged`, and `wim-unsupported`
 * for what would not be the same when it is encoded again.
 */
export function decodeMetadata(data: Uint8Array, at: WimLocation): ImageMetadata {
  const { descriptorLengths, descriptorsOffset, end: rootOffset } = locateSecurity(data, at);
  const lists: OpenList[] = [];
  /** The list of the directory at each depth above the entry that is visited. */
  const above: OpenList[] = [];
  let root: DirectoryEntry | undefined;
  let rootEnd = rootOffset;
  walkMetadata(data, at, ({ entry, depth }) => {
    if (entry.end > data.length) throw lossError(at, "it ends within the padding of an entry");
    const list = openList(entry, at);
    if (list !== null) {
      lists.push(list);
      above[depth] = list;
    }
    const decoded = decodeEntry(data, entry, list?.list ?? null, at);
    if (depth === 0) {
      root = decoded;
      rootEnd = entry.end;
      return;
    }
    const parent = above[depth - 1]!;
    parent.entries.push(decoded);
    parent.end = entry.end;
  });
  if (root === undefined) throw lossError(at, "it has no root entry");
  const tail = data.subarray(placeLists(data, lists, rootEnd, at));
  let next = descriptorsOffset;
  const descriptors = descriptorLengths.map((length) => data.subarray(next, (next += length)));
  return { security: { descriptors, block: data.subarray(0, rootOffset) }, root, tail };
}

function lossError(at: WimLocation, text: string): Error {
  return wimError("wim-unsupported", at, `a metadata resource cannot be changed without loss: ${text}`);
}

/** The list that the entry points to, still empty; null where it points to none. */
function openList(entry: EntryReader, at: WimLocation): OpenList | null {
  const { isDirectory, subdirectoryOffset: start } = entry;
  if (start === 0) return null;
  if (!isDirectory) throw lossError(at, `the entry at ${entry.offset} has a list but is no directory`);
  const entries: DirectoryEntry[] = [];
  return { list: { entries, rank: null, gap: new Uint8Array(), endLength: 0 }, entries, start, end: start };
}

/** Tells every list its rank, the gap in front of it and how it ends; returns where the last one ends. */
function placeLists(data: Uint8Array, lists: OpenList[], rootEnd: number, at: WimLocation): number {
  let position = rootEnd;
  lists.sort((a, b) => a.start - b.start);
  for (const [rank, { list, start, end }] of lists.entries()) {
    if (start < position) throw lossError(at, `the lists at ${start} and before it share bytes`);
    list.rank = rank;
    list.gap = data.subarray(position, start);
    list.endLength = listEnd.decode(data, end).length;
    position = end + listEnd.size;
  }
  return position;
}

function decodeEntry(
  data: Uint8Array,
  entry: EntryReader,
  list: DirectoryList | null,
  at: WimLocation,
): DirectoryEntry {
  const { offset, length, streamsOffset, name, shortName, isReparsePoint } = entry;
  const plain = plainFields.decode(data, offset);
  return {
    ...plain,
    name: decodeName(data, name, at),
    shortName: decodeName(data, shortName, at),
    hardLinkGroup: isReparsePoint ? 0n : plain.hardLinkGroup,
    reparse: isReparsePoint ? reparseRecord.decode(data, offset + fields.hardLinkGroup.offset) : null,
    streams: entry.streamEntries.map((place) => decodeStream(data, place, at)),
    list,
    rest: data.subarray(shortName.offset + withTerminator(shortName.length), streamsOffset),
    slack: streamsOffset - offset - length,
  };
}

function decodeStream(data: Uint8Array, { offset, length, name, end }: StreamPlace, at: WimLocation): StreamEntry {
  if (name.length % 2 !== 0) throw lossError(at, `the stream at ${offset} has a name of ${name.length} bytes`);
  const rest = data.subarray(name.offset + name.length, end);
  return { ...streamFields.decode(data, offset), name: textOf(data, name), rest, slack: end - offset - length };
}

/** A name that a terminator follows. */
function decodeName(data: Uint8Array, name: Name, at: WimLocation): string {
  const end = name.offset + name.length;
  if (name.length > 0 && (data[end] !== 0 || data[end + 1] !== 0)) {
    throw lossError(at, `the name at ${name.offset} does not end with NUL`);
  }
  return textOf(data, name);
}

/** UTF-16 units as they are: a TextDecoder would replace lone surrogates, which NTFS allows in names. */
function textOf(data: Uint8Array, { offset, length }: Name): string {
  let text = "";
  for (let at = offset; at < offset + length; at += 2) text += String.fromCharCode(data[at]! + data[at + 1]! * 256);
  return text;
}
