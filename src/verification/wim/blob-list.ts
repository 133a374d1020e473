/**
 * Every content of a set once, in ascending order of its SHA-1. Stored in columns that refer to the lookup tables, because a
 * WIM may have 300,000 of them. The hashes lie in memory that threads share.
 */
import type { LookupTableEntries, LookupTableEntry } from "../../wim/lookup-table.js";
import { resourceFlags } from "../../wim/resource.js";
import type { BlobTable } from "./blob-index.js";
import { compareHashes } from "./blob-index.js";
import { sha1Length } from "../../wim/sha1.js";

/** A blob with its place in the list. */
export type ListedBlob = { readonly id: number; readonly part: number; readonly entry: LookupTableEntry };

/** One part's lookup table, and the part number of its header. */
type ListedPart = { readonly entries: LookupTableEntries; readonly partNumber: number };

/** Where an entry lies: the part, by its index, and the place in that part's lookup table. */
type Places = { readonly parts: Uint16Array; readonly places: Uint32Array };

export class BlobList {
  /** A blob's place in it is its id. */
  readonly table: BlobTable;
  readonly #tables: readonly LookupTableEntries[];
  /** By id. */
  readonly #at: Places;

  /** Of several entries for one hash the first is the blob. */
  constructor(parts: readonly ListedPart[]) {
    this.#tables = parts.map(({ entries }) => entries);
    this.#at = uniqueByHash(findContent(parts), this.#tables);
    const count = this.#at.parts.length;
    const hashes = new Uint8Array(new SharedArrayBuffer(count * sha1Length));
    const sizes = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
    for (let id = 0; id < count; id += 1) {
      const { hash, resource } = this.get(id).entry;
      hashes.set(hash, id * sha1Length);
      sizes[id] = resource.originalSize;
    }
    this.table = { hashes, sizes };
  }

  get length(): number {
    return this.#at.parts.length;
  }

  get(id: number): ListedBlob {
    const part = this.#at.parts[id]!;
    return { id, part, entry: this.#tables[part]!.get(this.#at.places[id]!) };
  }

  /** How often the lookup table says that the blob is referred to. */
  referenceCount(id: number): number {
    return this.#tables[this.#at.parts[id]!]!.referenceCounts[this.#at.places[id]!]!;
  }

  /** The ids of the blobs that lie in a part, in ascending order of their first bytes. */
  inPart(part: number): Uint32Array {
    const { parts, places } = this.#at;
    const { offsets } = this.#tables[part]!;
    const ids = Uint32Array.from(parts.keys()).filter((id) => parts[id] === part);
    return ids.toSorted((a, b) => offsets[places[a]!]! - offsets[places[b]!]! || a - b);
  }
}

/**
 * Every entry for content (WIM specification, `RESHDR_FLAG_METADATA` not set), in the order of the tables. Entries for other
 * parts are skipped, because those parts list them too; so are entries without a hash or content.
 */
function findContent(tables: readonly ListedPart[]): Places {
  const total = tables.reduce((sum, { entries }) => sum + entries.length, 0);
  const parts = new Uint16Array(total);
  const places = new Uint32Array(total);
  let count = 0;
  for (const [part, { entries, partNumber }] of tables.entries()) {
    for (let place = 0; place < entries.length; place += 1) {
      if ((entries.flags[place]! & resourceFlags.metadata) !== 0) continue;
      if (entries.partNumbers[place] !== partNumber || entries.originalSizes[place] === 0) continue;
      if (isZeroHash(entries.hashes, place)) continue;
      parts[count] = part;
      places[count] = place;
      count += 1;
    }
  }
  return { parts: parts.subarray(0, count), places: places.subarray(0, count) };
}

function isZeroHash(hashes: Uint8Array, place: number): boolean {
  for (let at = place * sha1Length; at < (place + 1) * sha1Length; at += 1) if (hashes[at] !== 0) return false;
  return true;
}

function uniqueByHash({ parts, places }: Places, tables: readonly LookupTableEntries[]): Places {
  const compare = (a: number, b: number): number => {
    const [left, right] = [tables[parts[a]!]!.hashes, tables[parts[b]!]!.hashes];
    return compareHashes(left, places[a]! * sha1Length, right, places[b]! * sha1Length);
  };
  const order = Uint32Array.from(parts.keys()).toSorted((a, b) => compare(a, b) || a - b);
  const unique = order.filter((index, place) => place === 0 || compare(order[place - 1]!, index) !== 0);
  return {
    parts: Uint16Array.from(unique, (index) => parts[index]!),
    places: Uint32Array.from(unique, (index) => places[index]!),
  };
}
