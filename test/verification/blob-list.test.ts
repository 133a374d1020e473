/** The list of a set's contents, held against what a person would write down from the lookup tables. */
import { array, assert, constantFrom, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { LookupTableEntry } from "../../src/wim/lookup-table.js";
import { LookupTableEntries } from "../../src/wim/lookup-table.js";
import { resourceFlags } from "../../src/wim/resource.js";
import { findBlob } from "../../src/verification/wim/blob-index.js";
import { BlobList } from "../../src/verification/wim/blob-list.js";

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");

/** Few hashes, so that many entries share one; 0 is the hash of what has none. */
function hashOf(seed: number): Uint8Array {
  return seed === 0 ? new Uint8Array(20) : new Uint8Array(20).fill(7, 0, 19).fill(seed, 19);
}

function columns(entries: readonly LookupTableEntry[]): LookupTableEntries {
  const table = new LookupTableEntries(entries.length);
  for (const entry of entries) table.add(entry);
  return table;
}

const anyEntry = record({
  resource: record({
    size: nat(2 ** 40),
    flags: constantFrom(0, resourceFlags.compressed, resourceFlags.metadata),
    offset: nat(1000),
    originalSize: nat(3),
  }),
  partNumber: constantFrom(1, 2, 3),
  referenceCount: nat(2 ** 31),
  hash: nat(6).map(hashOf),
});
const anyTables = array(array(anyEntry, { maxLength: 12 }), { minLength: 1, maxLength: 3 });

/** Entries of their own part that are content, the first for each hash, by hash. */
function expected(tables: readonly (readonly LookupTableEntry[])[]): { part: number; entry: LookupTableEntry }[] {
  const first = new Map<string, { part: number; entry: LookupTableEntry }>();
  for (const [part, entries] of tables.entries()) {
    for (const entry of entries) {
      const { flags, originalSize } = entry.resource;
      const isContent =
        (flags & resourceFlags.metadata) === 0 && originalSize > 0 && entry.hash.some((byte) => byte > 0);
      if (isContent && entry.partNumber === part + 1 && !first.has(hex(entry.hash))) {
        first.set(hex(entry.hash), { part, entry });
      }
    }
  }
  return [...first].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, blob]) => blob);
}

describe("the contents of a set", () => {
  it("are listed once, by hash, from the part that holds them, and found by hash", () => {
    assert(
      property(anyTables, (tables) => {
        const list = new BlobList(tables.map((entries, part) => ({ entries: columns(entries), partNumber: part + 1 })));
        const blobs = expected(tables);
        expect(list.length).toBe(blobs.length);
        for (const [id, { part, entry }] of blobs.entries()) {
          expect(list.get(id)).toEqual({ id, part, entry });
          expect(list.referenceCount(id)).toBe(entry.referenceCount);
          expect(list.table.sizes[id]).toBe(entry.resource.originalSize);
          expect(findBlob(list.table, entry.hash, 0)).toBe(id);
        }
        expect(findBlob(list.table, hashOf(99), 0)).toBeLessThan(0);
      }),
    );
  });

  it("lie in their part in ascending order", () => {
    assert(
      property(anyTables, (tables) => {
        const list = new BlobList(tables.map((entries, part) => ({ entries: columns(entries), partNumber: part + 1 })));
        const seen = tables.flatMap((_, part) => {
          const ids = [...list.inPart(part)];
          expect(ids.every((id) => list.get(id).part === part)).toBe(true);
          const offsets = ids.map((id) => list.get(id).entry.resource.offset);
          expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
          return ids;
        });
        expect(seen.toSorted((a, b) => a - b)).toEqual([...Array(list.length).keys()]);
      }),
    );
  });
});

describe("a table's entries", () => {
  it("are those that there are, and no more than there is room for", () => {
    const resource = { size: 1, flags: 0, offset: 208, originalSize: 1 };
    const entry = { resource, partNumber: 1, referenceCount: 1, hash: hashOf(1) };
    const table = columns([entry]);
    expect([...table]).toEqual([entry]);
    expect(() => table.add(entry)).toThrow(RangeError);
    expect(() => table.get(1)).toThrow(RangeError);
    expect(() => table.get(-1)).toThrow(RangeError);
  });
});
