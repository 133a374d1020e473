import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/source/byte-source.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import { openWim, resourceFlags } from "../../src/wim/index.js";
import { integrityTableRecord } from "../../src/wim/integrity.js";
import { lookupTableEntryRecord } from "../../src/wim/lookup-table.js";
import { resourceHeaderRecord } from "../../src/wim/resource.js";
import { expectRejection, smallWim } from "../support/wim-fixtures.js";

type EntryFields = Parameters<typeof lookupTableEntryRecord.patch>[2];

/** A WIM whose first lookup table entry is changed. */
async function withEntry(values: EntryFields): Promise<Uint8Array> {
  const data = await smallWim(2);
  const { header } = await openWim(memorySource(data));
  lookupTableEntryRecord.patch(data, header.lookupTable.offset, values);
  return data;
}

const read = async (data: Uint8Array) => (await openWim(memorySource(data))).lookupTable();

const readTable = async (data: Uint8Array) => (await openWim(memorySource(data))).integrityTable();

describe("the lookup table", () => {
  it("has one entry a content with its SHA-1 and reference count, and the images' metadata in order", async () => {
    const data = await smallWim(3);
    const { entries, metadata } = await read(data);
    // Two shared contents, and one of its own and the metadata for each image.
    expect(entries).toHaveLength(2 + 3 + 3);
    expect([...entries].map((entry) => entry.referenceCount).toSorted((a, b) => a - b)).toEqual([
      1, 1, 1, 1, 1, 1, 3, 3,
    ]);
    expect(metadata.map((entry) => entry.resource.offset)).toEqual(
      metadata.map((entry) => entry.resource.offset).toSorted((a, b) => a - b),
    );
    for (const { resource, hash } of entries) {
      const content = data.subarray(resource.offset, resource.offset + resource.size);
      expect(Buffer.from(hash).toString("hex")).toBe(createHash("sha1").update(content).digest("hex"));
    }
  });

  it("leaves out free entries", async () => {
    const resource = resourceHeaderRecord.encode({ flags: resourceFlags.free, offset: 2 ** 50 });
    expect((await read(await withEntry({ resource }))).entries).toHaveLength(5);
  });

  it.each<[string, EntryFields, "wim-damaged" | "wim-unsupported", RegExp]>([
    [
      "outside the file",
      { resource: resourceHeaderRecord.encode({ size: 9, offset: 1e12 }) },
      "wim-damaged",
      /ends at/,
    ],
    ["above 2^53", { resource: new Uint8Array(24).fill(0xf0) }, "wim-damaged", /out of range/],
    ["in part 0", { partNumber: 0 }, "wim-damaged", /is in part 0, but there is 1 part/],
    ["in a part that does not exist", { partNumber: 9 }, "wim-damaged", /is in part 9/],
    [
      "an image too many",
      { resource: resourceHeaderRecord.encode({ flags: 2 }) },
      "wim-damaged",
      /3 images, the header 2/,
    ],
    ["solid", { resource: resourceHeaderRecord.encode({ flags: 16 }) }, "wim-unsupported", /solid resource/],
  ])("refuses an entry that is %s", async (_name, values, code, message) => {
    await expectRejection(read(await withEntry(values)), code, message);
  });

  it.each([
    ["with half an entry", 75, /75 bytes, expected a multiple of 50/],
    ["that is huge", 2 ** 31, /ends at byte 2147483856/],
  ])("%s is refused", async (_name, size, message) => {
    const data = await smallWim(1);
    const lookupTable = resourceHeaderRecord.encode({ size, originalSize: size, offset: 208 });
    wimHeaderRecord.patch(data, 0, { lookupTable });
    await expectRejection(read(data), "wim-damaged", message);
  });
});

describe("the integrity table", () => {
  it("is null where there is none", async () => {
    expect(await readTable(await smallWim(1))).toBeNull();
  });

  it("hashes everything from the header to the end of the lookup table", async () => {
    const data = await smallWim(2, { integrityTable: true });
    const { header } = await openWim(memorySource(data));
    const table = await readTable(data);
    expect(table).toMatchObject({ start: 208, end: header.lookupTable.offset + header.lookupTable.size });
    const covered = createHash("sha1").update(data.subarray(table!.start, table!.end)).digest("hex");
    expect(table!.hashes.map((hash) => Buffer.from(hash).toString("hex"))).toEqual([covered]);
  });

  it.each<[string, Parameters<typeof integrityTableRecord.patch>[2], RegExp]>([
    ["size", { size: 31 }, /32 bytes \(31 by its own field\), expected 32/],
    ["entry count", { entryCount: 0xffff_ffff }, /expected 85899345912/],
    ["chunk size", { chunkSize: 16 }, /1 hashes of 16-byte chunks, which do not cover/],
    ["chunk size of zero", { chunkSize: 0 }, /1 hashes of 0-byte chunks/],
  ])("with a wrong %s is damage", async (_name, values, message) => {
    const data = await smallWim(1, { integrityTable: true });
    const { header } = await openWim(memorySource(data));
    integrityTableRecord.patch(data, header.integrityTable.offset, values);
    await expectRejection(readTable(data), "wim-damaged", message);
  });
});
