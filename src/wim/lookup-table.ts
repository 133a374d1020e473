/**
 * The lookup table (WIM specification, "Lookup table"): one 50-byte entry for every stored resource of this part, keyed by
 * the SHA-1 of its uncompressed bytes. Entries with `RESHDR_FLAG_METADATA` are the images, in order of their index: only
 * these are found by position instead of by hash.
 */
import { agreeing, count } from "../bytes/amounts.js";
import { bytes, uint16le, uint32le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { MiB } from "../bytes/units.js";
import type { ByteSource } from "../source/byte-source.js";
import type { WimHeader } from "./header.js";
import { esdVersion } from "./header.js";
import type { ResourceHeader, WimLocation } from "./resource.js";
import { checkResourceBounds, decodeResourceHeader, readStoredResource, wimError } from "./resource.js";
import { resourceFlags, resourceHeaderRecord } from "./resource.js";

/** WIM specification, "Lookup table". */
export const lookupTableEntryRecord = record("LOOKUP_TABLE_ENTRY", 50, {
  resource: bytes(0, resourceHeaderRecord.size),
  partNumber: uint16le(24),
  referenceCount: uint32le(26),
  hash: bytes(30, 20),
});

const { fields } = lookupTableEntryRecord;
const hashWidth = fields.hash.width;
const counts = lookupTableEntryRecord.select("partNumber", "referenceCount");

/** 370,000 entries: Windows 7's five-edition install.wim has 80,000, and those that people filled have thrice as many. */
export const lookupTableLimit = 18 * MiB;

export type LookupTableEntry = {
  readonly resource: ResourceHeader;
  /** Part of the split set that holds the resource, counted from 1. */
  readonly partNumber: number;
  readonly referenceCount: number;
  /** SHA-1 of the uncompressed resource: 20 bytes. */
  readonly hash: Uint8Array;
};

export type LookupTable = {
  /** Every entry in the table's order, metadata included, free ones left out. */
  readonly entries: LookupTableEntries;
  /** The images' metadata resources by image index - 1; empty in a part that holds none. */
  readonly metadata: readonly LookupTableEntry[];
};

/**
 * Entries as columns: as objects, the 300,000 of a large WIM would take more memory than all the rest of its verification.
 * Columns have one value an entry, `hashes` has 20 bytes.
 */
export class LookupTableEntries implements Iterable<LookupTableEntry> {
  readonly offsets: Float64Array;
  readonly sizes: Float64Array;
  readonly originalSizes: Float64Array;
  readonly flags: Uint8Array;
  readonly partNumbers: Uint16Array;
  readonly referenceCounts: Uint32Array;
  readonly hashes: Uint8Array;
  #length = 0;

  /** Room for `capacity` entries. */
  constructor(capacity: number) {
    this.offsets = new Float64Array(capacity);
    this.sizes = new Float64Array(capacity);
    this.originalSizes = new Float64Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.partNumbers = new Uint16Array(capacity);
    this.referenceCounts = new Uint32Array(capacity);
    this.hashes = new Uint8Array(capacity * hashWidth);
  }

  get length(): number {
    return this.#length;
  }

  add({ resource, partNumber, referenceCount, hash }: LookupTableEntry): void {
    const index = this.#length;
    if (index === this.flags.length) throw new RangeError(`there is room for ${count(index, "entry")}`);
    this.offsets[index] = resource.offset;
    this.sizes[index] = resource.size;
    this.originalSizes[index] = resource.originalSize;
    this.flags[index] = resource.flags;
    this.partNumbers[index] = partNumber;
    this.referenceCounts[index] = referenceCount;
    this.hashes.set(hash, index * hashWidth);
    this.#length = index + 1;
  }

  /** The entry at `index`; its hash is a view. */
  get(index: number): LookupTableEntry {
    if (index < 0 || index >= this.#length) throw new RangeError(`no entry ${index} among ${this.#length}`);
    const resource = {
      size: this.sizes[index]!,
      flags: this.flags[index]!,
      offset: this.offsets[index]!,
      originalSize: this.originalSizes[index]!,
    };
    return {
      resource,
      partNumber: this.partNumbers[index]!,
      referenceCount: this.referenceCounts[index]!,
      hash: this.hashes.subarray(index * hashWidth, (index + 1) * hashWidth),
    };
  }

  *[Symbol.iterator](): Generator<LookupTableEntry> {
    for (let index = 0; index < this.#length; index += 1) yield this.get(index);
  }
}

/**
 * Reads the table of this part. Throws `wim-unsupported` for solid and LZMS WIMs, whose tables mean something else, and
 * `wim-damaged` where an entry points outside the file.
 */
export async function readLookupTable(source: ByteSource, header: WimHeader, at: WimLocation): Promise<LookupTable> {
  if (header.version === esdVersion || header.compression === "lzms") {
    const seen = `version ${header.version}, ${header.compression.toUpperCase()}`;
    throw wimError("wim-unsupported", at, `it is an ESD file (${seen}); its solid resources are not supported`);
  }
  const data = await readStoredResource(source, header.lookupTable, lookupTableLimit, "lookup table", at);
  const { size } = lookupTableEntryRecord;
  if (data.length % size !== 0) {
    throw wimError("wim-damaged", at, `the lookup table has ${data.length} bytes, expected a multiple of ${size}`);
  }
  const entries = new LookupTableEntries(data.length / size);
  for (let offset = 0; offset < data.length; offset += size) {
    const entry = decodeEntry(data, offset, at);
    if ((entry.resource.flags & resourceFlags.free) !== 0) continue;
    checkEntry(entry, source, header, at);
    entries.add(entry);
  }
  const metadata = metadataPlaces(entries).map((index) => entries.get(index));
  checkMetadataCount(metadata.length, header, at);
  return { entries, metadata };
}

/** The places of the images' metadata (`RESHDR_FLAG_METADATA`) in the table, by image index - 1. */
export function metadataPlaces({ length, flags, referenceCounts }: LookupTableEntries): number[] {
  const places: number[] = [];
  for (let index = 0; index < length; index += 1) {
    // Microsoft's own WinPE WIMs have metadata that nothing refers to any more; it is no image.
    if ((flags[index]! & resourceFlags.metadata) !== 0 && referenceCounts[index] !== 0) places.push(index);
  }
  return places;
}

function decodeEntry(table: Uint8Array, offset: number, at: WimLocation): LookupTableEntry {
  const { partNumber, referenceCount } = counts.decode(table, offset);
  const resource = decodeResourceHeader(table, offset + fields.resource.offset, at);
  const hash = table.subarray(offset + fields.hash.offset, offset + fields.hash.offset + hashWidth);
  return { resource, partNumber, referenceCount, hash };
}

/** The bytes of a table that lists `entries` in their order. */
export function encodeLookupTable(entries: readonly LookupTableEntry[]): Uint8Array {
  const { size } = lookupTableEntryRecord;
  const table = new Uint8Array(entries.length * size);
  for (const [index, { resource, partNumber, referenceCount, hash }] of entries.entries()) {
    lookupTableEntryRecord.patch(table, index * size, { partNumber, referenceCount, hash });
    resourceHeaderRecord.patch(table, index * size + fields.resource.offset, resource);
  }
  return table;
}

function checkEntry(entry: LookupTableEntry, source: ByteSource, header: WimHeader, at: WimLocation): void {
  const { resource, partNumber } = entry;
  if ((resource.flags & resourceFlags.solid) !== 0) {
    throw wimError("wim-unsupported", at, "it has a solid resource, which only ESD files have");
  }
  if (partNumber === 0 || partNumber > header.totalParts) {
    throw wimError(
      "wim-damaged",
      at,
      `a resource is in part ${partNumber}, but there ${agreeing(header.totalParts, "is", "are")} ${count(header.totalParts, "part")}`,
    );
  }
  if (partNumber === header.partNumber) checkResourceBounds(resource, source.size, "resource of a table entry", at);
}

/** Part 1 has every image's metadata; further parts of a split set have none (wimlib's split.c). */
function checkMetadataCount(listed: number, header: WimHeader, at: WimLocation): void {
  const expected = header.partNumber === 1 ? header.imageCount : 0;
  if (listed === expected) return;
  throw wimError("wim-damaged", at, `the lookup table lists ${count(listed, "image")}, the header ${expected}`);
}
