/**
 * File Entries and Extended File Entries (ECMA-167 4/14.9, 4/14.17). Trap: the allocation descriptors do not begin
 * behind the fixed part, but behind the extended attributes, and Microsoft's mastering tools do write some.
 */
import type { FileTimes } from "../../tree/index.js";
import { aboveLimit, damaged, decodeChecked, unsupported } from "../failures.js";
import { maximumIcbChain } from "../limits.js";
import { creationTimeOf } from "./extended-attributes.js";
import { extendedFileEntry, fileEntry, icbFlags, indirectEntry } from "./file-records.js";
import { checkedTag, checkLocation, isUnrecorded } from "./tag.js";
import { tagIdentifiers } from "./volume-records.js";
import type { BlockAddress, Volume } from "./volume.js";
import { offsetOfBlock, readBlock } from "./volume.js";

export type FileEntry = {
  /** For messages. */
  readonly what: string;
  readonly address: BlockAddress;
  readonly fileType: number;
  readonly archive: boolean;
  readonly system: boolean;
  /** Bytes. */
  readonly informationLength: number;
  readonly times: FileTimes;
  readonly allocationType: number;
  /** Allocation descriptors, or the file itself where it is embedded. */
  readonly allocation: Uint8Array;
  /** Bytes from the image's start to `allocation`. */
  readonly allocationOffset: number;
};

/** ECMA-167 4/A.2 and UDF 2.3.5.1: entries are written once, or chained for media that cannot be rewritten. */
const strategies = { single: 4, chained: 4096 } as const;

const directEntries = [tagIdentifiers.fileEntry, tagIdentifiers.extendedFileEntry];
const needs = [
  "strategyType",
  "fileType",
  "icbFlags",
  "informationLength",
  "accessTime",
  "modificationTime",
  "lengthOfExtendedAttributes",
  "lengthOfAllocationDescriptors",
] as const;
const needed = fileEntry.select(...needs);
const neededOfExtended = extendedFileEntry.select(...needs, "creationTime");

/** Reads the ICB at `address`; `what` names its file in messages. */
export async function readFileEntry(volume: Volume, address: BlockAddress, what: string): Promise<FileEntry> {
  const entry = await readDirectEntry(volume, address, what);
  if (entry.strategy === strategies.single) return entry;
  if (entry.strategy !== strategies.chained) {
    throw unsupported(`${what} uses the ICB strategy ${entry.strategy}, expected 4 or 4096`);
  }
  return followChain(volume, entry);
}

/** Strategy 4096: each entry is followed by an indirect one that leads to its newer version, if there is one. */
async function followChain(volume: Volume, first: FileEntry): Promise<FileEntry> {
  let entry = first;
  const visited = new Set<string>();
  for (let version = 0; version < maximumIcbChain; version += 1) {
    const address = { ...entry.address, block: entry.address.block + 1 };
    const what = `the indirect entry of ${first.what}`;
    const bytes = await readBlock(volume, address, what);
    if (isUnrecorded(bytes)) return entry;
    if (checkedTag(bytes, what).identifier !== tagIdentifiers.indirectEntry) return entry;
    const { indirectIcb } = decodeChecked(indirectEntry, bytes, 0, what);
    if (indirectIcb.lengthAndType === 0) return entry;
    const next = { partitionReference: indirectIcb.partitionReference, block: indirectIcb.position };
    const place = `${next.partitionReference}/${next.block}`;
    if (visited.has(place)) throw damaged(`the versions of ${first.what} form a circle`);
    visited.add(place);
    if (isUnrecorded(await readBlock(volume, next, what))) return entry;
    entry = await readDirectEntry(volume, next, first.what);
  }
  throw aboveLimit(`${first.what} has more than ${maximumIcbChain} versions`);
}

type DirectEntry = FileEntry & { readonly strategy: number };

async function readDirectEntry(volume: Volume, address: BlockAddress, what: string): Promise<DirectEntry> {
  const bytes = await readBlock(volume, address, what);
  const tag = checkedTag(bytes, what, directEntries);
  checkLocation(volume.reading, tag, address.block, what);
  const isExtended = tag.identifier === tagIdentifiers.extendedFileEntry;
  const fixedSize = isExtended ? extendedFileEntry.size : fileEntry.size;
  const extended = isExtended ? decodeChecked(neededOfExtended, bytes, 0, what) : undefined;
  const fields = extended ?? decodeChecked(needed, bytes, 0, what);
  const start = fixedSize + fields.lengthOfExtendedAttributes;
  const end = start + fields.lengthOfAllocationDescriptors;
  if (end > bytes.length) {
    throw damaged(
      `${what} claims ${fields.lengthOfExtendedAttributes} bytes of extended attributes and ` +
        `${fields.lengthOfAllocationDescriptors} of allocation descriptors, expected at most ${bytes.length - fixedSize} together`,
    );
  }
  const attributes = bytes.subarray(fixedSize, start);
  return {
    what,
    address,
    strategy: fields.strategyType,
    fileType: fields.fileType,
    archive: (fields.icbFlags & icbFlags.archive) !== 0,
    system: (fields.icbFlags & icbFlags.system) !== 0,
    informationLength: fields.informationLength,
    times: timesOf(fields, extended === undefined ? creationTimeOf(attributes) : extended.creationTime),
    allocationType: fields.icbFlags & icbFlags.allocationType,
    allocation: bytes.subarray(start, end),
    allocationOffset: offsetOfBlock(volume, address, what) + start,
  };
}

type Timed = { readonly accessTime: number | undefined; readonly modificationTime: number | undefined };

function timesOf({ accessTime, modificationTime }: Timed, created: number | undefined): FileTimes {
  const times: { created?: number; modified?: number; accessed?: number } = {};
  if (created !== undefined) times.created = created;
  if (modificationTime !== undefined) times.modified = modificationTime;
  if (accessTime !== undefined) times.accessed = accessTime;
  return times;
}
