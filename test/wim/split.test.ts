/** WIMs in parts: what each part holds, field by field, and what cannot be split. */
import { createHash } from "node:crypto";
import { array, assert, asyncProperty, boolean, constantFrom, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import { assertLayout, layoutEnd } from "../../src/extents/extent.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { contentSource } from "../../src/tree/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { esdVersion, pipableImageTag, wimFlags, wimHeaderRecord } from "../../src/wim/header.js";
import { openWim, resourceFlags } from "../../src/wim/index.js";
import type { LookupTableEntry } from "../../src/wim/lookup-table.js";
import { lookupTableEntryRecord } from "../../src/wim/lookup-table.js";
import { resourceHeaderRecord } from "../../src/wim/resource.js";
import { allotRuns } from "../../src/wim/split-allotment.js";
import { planParts } from "../../src/wim/split.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { compressWim } from "../support/compressed-wim.js";
import { enlargedWim } from "../support/large-wim.js";
import { countingSource, expectRejection, smallWim } from "../support/wim-fixtures.js";

const open = (data: Uint8Array) => openWim(memorySource(data), "install.wim");
const sha1 = (data: Uint8Array): string => createHash("sha1").update(data).digest("hex");
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");

/** The bytes of every part. */
async function split(data: Uint8Array, partLimit: number): Promise<Uint8Array[]> {
  const parts = await planParts(await open(data), partLimit);
  return Promise.all(
    parts.map(({ size, extents }) => {
      expect(layoutEnd(extents)).toBe(size);
      expect(size).toBeLessThanOrEqual(partLimit);
      return layoutSource(extents, size).read(0, size);
    }),
  );
}

function verify(parts: readonly Uint8Array[]) {
  const createSha1 = () => createHash("sha1");
  const named = parts.map((data, index) => ({ name: `part ${index + 1}`, source: memorySource(data) }));
  return verifyWimParts(named, (setup) => createInlineExecutor(setup, createSha1), createSha1);
}

const spare = 500;
/** Room for the header, the XML data, and `content` bytes. */
async function limitFor(data: Uint8Array, content: number): Promise<number> {
  const { header } = await open(data);
  return wimHeaderRecord.size + header.xmlData.size + content;
}

describe("the parts of a WIM", async () => {
  const whole = await smallWim(3, { bootIndex: 2, integrityTable: true });
  const original = await open(whole);
  const limit = await limitFor(whole, 3000 + spare);
  const parts = await split(whole, limit);
  const opened = await Promise.all(parts.map(open));

  it("are numbered, share the GUID and the image count, and are marked as spanned", () => {
    expect(parts.length).toBeGreaterThan(1);
    for (const [index, { header }] of opened.entries()) {
      const { guid, imageCount, version, compression } = original.header;
      expect(header).toMatchObject({ guid, imageCount, version, compression });
      expect(header.flags).toBe(original.header.flags | wimFlags.spanned);
      expect([header.partNumber, header.totalParts]).toEqual([index + 1, parts.length]);
    }
  });

  it("have the XML data as it was, and no integrity table", async () => {
    for (const part of opened) {
      expect(part.xmlData).toEqual(original.xmlData);
      expect(await part.integrityTable()).toBeNull();
    }
  });

  it("hold every resource once, with its hash and reference count, in its order", async () => {
    const before = await original.lookupTable();
    const found: { hash: string; referenceCount: number; flags: number }[] = [];
    for (const [index, part] of opened.entries()) {
      const { entries } = await part.lookupTable();
      for (const { resource, hash, partNumber, referenceCount } of entries) {
        expect(partNumber).toBe(index + 1);
        expect(sha1(parts[index]!.subarray(resource.offset, resource.offset + resource.size))).toBe(hex(hash));
        found.push({ hash: hex(hash), referenceCount, flags: resource.flags });
      }
    }
    const facts = ({ hash, referenceCount, resource }: LookupTableEntry) => ({
      hash: hex(hash),
      referenceCount,
      flags: resource.flags,
    });
    const byHash = (a: { hash: string }, b: { hash: string }): number => (a.hash < b.hash ? -1 : 1);
    expect(found.toSorted(byHash)).toEqual([...before.entries].map(facts).toSorted(byHash));
  });

  it("have all images' metadata in part 1, in the images' order, and the boot index with it", async () => {
    const metadata = (await opened[0]!.lookupTable()).metadata.map(({ hash }) => hex(hash));
    expect(metadata).toEqual((await original.lookupTable()).metadata.map(({ hash }) => hex(hash)));
    const [first, ...others] = opened.map(({ header }) => header);
    expect(first!.bootIndex).toBe(2);
    expect(first!.bootMetadata).toEqual((await opened[0]!.lookupTable()).metadata[1]!.resource);
    for (const { bootIndex, bootMetadata } of others) expect([bootIndex, bootMetadata.size]).toEqual([0, 0]);
  });

  it("are as they were when planned again", async () => {
    expect(await split(whole, limit)).toEqual(parts);
  });

  it.each([
    ["stored", whole],
    ["XPRESS", compressWim(await smallWim(3, { bootIndex: 2 }), "xpress")],
    ["LZX", compressWim(await smallWim(3, { bootIndex: 2 }), "lzx")],
  ])("verify as a set, from the smallest limit to one part: %s", async (_name, data) => {
    let fewest = Infinity;
    for (let content = 0; fewest > 1; content += 97) {
      const set = await split(data, await limitFor(data, content)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "wim-unsupported" });
        expect(fewest).toBe(Infinity);
      });
      if (set === undefined) continue;
      expect(set.length).toBeLessThanOrEqual(fewest);
      fewest = set.length;
      const { failures, checks } = await verify(set);
      expect(failures).toEqual([]);
      expect(checks.filter(({ status }) => status !== "pass").map(({ id }) => id)).toEqual(["wim-integrity-table"]);
    }
    expect(fewest).toBe(1);
  });
});

describe("a WIM that fits into one part", () => {
  it("stays a WIM of one part and loses what nothing refers to", async () => {
    const whole = await smallWim(2);
    const hole = 100_000;
    const { header } = await open(whole);
    const tables = header.lookupTable.offset;
    const moved = (resource: typeof header.xmlData) =>
      resourceHeaderRecord.encode({ ...resource, offset: resource.offset + hole });
    const wide = Buffer.concat([whole.subarray(0, tables), Buffer.alloc(hole, 7), whole.subarray(tables)]);
    const data = new Uint8Array(wide);
    wimHeaderRecord.patch(data, 0, { lookupTable: moved(header.lookupTable), xmlData: moved(header.xmlData) });
    const [only, ...others] = await split(data, whole.length);
    expect(others).toEqual([]);
    expect(only).toEqual(whole);
  });
});

describe("what is read", () => {
  it("are the tables, however large and however many the resources are", async () => {
    const sizes = Array.from({ length: 16_000 }, (_, index) => 500_000 + (index % 977));
    const file = await enlargedWim("install.wim", await smallWim(2), sizes);
    const tables = (sizes.length + 7) * lookupTableEntryRecord.size;
    const source = contentSource(file);
    let bytesRead = 0;
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      bytesRead += length;
      return source.read(offset, length);
    };
    const wim = await openWim({ ...source, read }, "install.wim");
    const parts = await planParts(wim, 3_984_588_800);
    expect(parts.map(({ size }) => size)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    // Neighbours are moved together: header, one range with the blobs, table, XML data.
    expect(parts.flatMap(({ extents }) => extents).length).toBeLessThan(20);
    expect(bytesRead).toBeLessThan(tables + 10_000);
  });
});

type HeaderFields = Parameters<typeof wimHeaderRecord.patch>[2];
type EntryFields = Parameters<typeof lookupTableEntryRecord.patch>[2];

async function changed(header: HeaderFields, entry: EntryFields = {}): Promise<Uint8Array> {
  const data = await smallWim(2);
  lookupTableEntryRecord.patch(data, (await open(data)).header.lookupTable.offset, entry);
  wimHeaderRecord.patch(data, 0, header);
  return data;
}

describe("what cannot be split", async () => {
  const resource = (offset: number, size: number) =>
    resourceHeaderRecord.encode({ size, flags: 0, offset, originalSize: size });

  it.each<[string, Uint8Array, RegExp]>([
    ["a part of a set", await changed({ flags: wimFlags.spanned, totalParts: 2 }), /part 1 of 2 already/],
    ["an ESD", await changed({ version: esdVersion }), /solid resources/],
    ["a solid resource", await changed({}, { resource: resourceHeaderRecord.encode({ flags: 0x10 }) }), /solid/],
  ])("%s", async (_name, data, message) => {
    await expectRejection(split(data, 1e6), "wim-unsupported", message);
  });

  it("a pipable WIM", async () => {
    const data = await changed({ imageTag: pipableImageTag });
    const pipable = Uint8Array.from(Buffer.concat([data, data.subarray(0, wimHeaderRecord.size)]));
    await expectRejection(split(pipable, 1e6), "wim-unsupported", /pipable/);
  });

  it("a resource or metadata that is larger than a part", async () => {
    const data = await smallWim(2);
    const least = 3000 + lookupTableEntryRecord.size;
    await expectRejection(
      split(data, await limitFor(data, least - 1)),
      "wim-unsupported",
      /takes 2\.98 KiB \(3050 bytes\)/,
    );
    expect((await split(data, await limitFor(data, least))).length).toBeGreaterThan(1);
    await expectRejection(split(data, await limitFor(data, 10)), "wim-unsupported", /images' metadata takes/);
    await expectRejection(split(data, 10), "wim-unsupported", /images' metadata takes/);
  });

  it.each<[string, Uint8Array]>([
    ["each other", resource(3100, 700)],
    ["the header", resource(100, 200)],
  ])("resources that overlap %s", async (_name, bytes) => {
    await expectRejection(split(await changed({}, { resource: bytes }), 1e6), "wim-damaged", /overlaps what ends at/);
  });
});

describe("any lookup table", () => {
  const hash = new Uint8Array(20);
  const drawn = array(
    record({ gap: nat(3), size: integer({ min: 0, max: 60 }), twice: boolean(), isMetadata: boolean() }),
    { maxLength: 40 },
  );

  it("is allotted: every entry once, in its order, metadata first, no part too large", () => {
    let allotted = 0;
    let refused = 0;
    assert(
      property(drawn, integer({ min: 0, max: 400 }), (rows, partSize) => {
        const entries: LookupTableEntry[] = [];
        let offset = wimHeaderRecord.size;
        for (const { gap, size, twice, isMetadata } of rows) {
          offset += gap;
          const flags = isMetadata ? resourceFlags.metadata : 0;
          const entry = {
            resource: { size, flags, offset, originalSize: size },
            partNumber: 1,
            referenceCount: 1,
            hash,
          };
          entries.push(entry);
          if (twice) entries.unshift({ ...entry });
          offset += size;
        }
        const parts = allot(entries, partSize);
        if (parts === null) {
          refused += 1;
          const largest = Math.max(...entries.map(({ resource }) => resource.size));
          const metadata = entries.filter(({ resource }) => resource.flags !== 0);
          // Only what is larger than a part is refused: a resource with its entries, or all metadata.
          const total = metadata.reduce((sum, { resource }) => sum + resource.size + 50, 0);
          expect(Math.max(largest + 100, total)).toBeGreaterThan(partSize);
          return;
        }
        allotted += 1;
        const placed = parts.flat().flatMap((run) => run.entries);
        expect(new Set(placed.map(({ entry }) => entry))).toEqual(new Set(entries));
        expect(placed).toHaveLength(entries.length);
        for (const { index, entry } of placed) expect(entries[index]).toBe(entry);
        for (const [number, runs] of parts.entries()) {
          const offsets = runs.map((run) => run.offset);
          expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
          const bytes = runs.reduce((sum, run) => sum + run.size + run.entries.length * 50, 0);
          expect(bytes).toBeLessThanOrEqual(partSize);
          if (number === 0) continue;
          expect(runs.length).toBeGreaterThan(0);
          for (const { entry } of runs.flatMap((run) => run.entries)) expect(entry.resource.flags).toBe(0);
        }
      }),
      { numRuns: 1000 },
    );
    expect(allotted).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(200);
  });

  /** Null where a resource is too large. */
  function allot(entries: readonly LookupTableEntry[], partSize: number) {
    try {
      return allotRuns(entries, partSize, { name: "any" });
    } catch (error) {
      if (!(error instanceof Win7UsbError)) throw error;
      expect(error.code).toBe("wim-unsupported");
      return null;
    }
  }
});

describe("a WIM that was tampered with", async () => {
  const whole = await smallWim(2, { bootIndex: 1 });
  const { lookupTable } = (await open(whole)).header;
  const change = record({
    offset: nat(wimHeaderRecord.size + lookupTable.size - 1).map((at) =>
      at < wimHeaderRecord.size ? at : lookupTable.offset + at - wimHeaderRecord.size,
    ),
    value: constantFrom(0, 1, 2, 4, 16, 127, 128, 255),
  });

  it("is split soundly or refused by name", async () => {
    let sound = 0;
    const refused = { "wim-damaged": 0, "wim-unsupported": 0 };
    await assert(
      asyncProperty(
        array(change, { minLength: 1, maxLength: 6 }),
        integer({ min: 0, max: 9000 }),
        async (all, limit) => {
          const data = whole.slice();
          for (const { offset, value } of all) data[offset] = value;
          const source = countingSource(data);
          try {
            const parts = await planParts(await openWim(source), limit);
            let moved = 0;
            const ranges: [number, number][] = [];
            for (const { size, extents } of parts) {
              assertLayout(extents, size);
              expect(layoutEnd(extents)).toBe(size);
              expect(size).toBeLessThanOrEqual(limit);
              moved += size;
              for (const { source: from, length } of extents.slice(0, -1))
                if (from.kind === "range") ranges.push([from.offset, length]);
            }
            for (const [offset, length] of ranges) expect(offset + length).toBeLessThanOrEqual(data.length);
            ranges.sort(([a], [b]) => a - b);
            for (const [index, [offset]] of ranges.entries()) {
              const before = ranges[index - 1];
              if (before !== undefined) expect(offset).toBeGreaterThanOrEqual(before[0] + before[1]);
            }
            expect(moved).toBeLessThanOrEqual(data.length * (1 + parts.length));
            sound += 1;
          } catch (error) {
            if (!(error instanceof Win7UsbError)) throw error;
            expect(Object.keys(refused)).toContain(error.code);
            refused[error.code as keyof typeof refused] += 1;
          }
          expect(source.largest).toBeLessThanOrEqual(data.length);
        },
      ),
      {
        numRuns: 1000,
        // A flag in the topmost bit: what is combined from flags stays an unsigned number.
        examples: [
          [
            [
              { offset: 19, value: 255 },
              { offset: 9, value: 0 },
            ],
            4724,
          ],
        ],
      },
    );
    // Whatever is drawn, each outcome is among it.
    expect(Math.min(sound, refused["wim-damaged"], refused["wim-unsupported"])).toBeGreaterThan(20);
  });
});
