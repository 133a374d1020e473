/** Deep verification without other tools: sound WIMs pass, and whatever is changed is found or cannot matter. */
import { createHash } from "node:crypto";
import { array, assert, asyncProperty, constantFrom, integer, nat, oneof, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { directory, file, filler, fixedTime } from "../../fixtures/windows7/nodes.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { memorySource } from "../../src/source/byte-source.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import { pathsInImage } from "../../src/wim/image-paths.js";
import { openWim } from "../../src/wim/index.js";
import { lookupTableEntryRecord } from "../../src/wim/lookup-table.js";
import { resourceHeaderRecord } from "../../src/wim/resource.js";
import type { WimReport } from "../../src/verification/wim/index.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { compressWim } from "../support/compressed-wim.js";
import { expectRejection } from "../support/wim-fixtures.js";
import { everyCase, rounds } from "../support/sample.js";

const createSha1 = () => createHash("sha1");

function verify(...parts: Uint8Array[]): Promise<WimReport> {
  const named = parts.map((data, index) => ({ name: `part ${index + 1}`, source: memorySource(data) }));
  return verifyWimParts(named, (setup) => createInlineExecutor(setup, createSha1), createSha1);
}

const found = (report: WimReport): string[] =>
  report.checks.filter(({ status }) => status !== "pass").map(({ id, status }) => `${id} ${status}`);

/** Machine code as far as the decoders care: bytes with many 0xE8. */
const code = filler(3000, 5).map((byte, at) => (at % 6 === 0 ? 0xe8 : byte % 16));
const images = [1, 2].map((index) => {
  const tree = directory("", [
    directory("Windows", [
      file("shared.txt", "the same words again, ".repeat(200)),
      file("empty", ""),
      file("code.exe", code),
    ]),
    directory("nothing", []),
    file("own.txt", `image ${index} `.repeat(30)),
    file("noise.bin", filler(900, index)),
  ]);
  return { name: `Image ${index}`, creationTime: fixedTime, lastModificationTime: fixedTime, tree };
});
const plain = await writeWim(images, { bootIndex: 1 });
const withTable = await writeWim(images, { bootIndex: 2, integrityTable: true });
const lzx = compressWim(plain, "lzx");
const xpress = compressWim(plain, "xpress", 4096);
const all = { plain, withTable, lzx, xpress };

describe("a sound WIM", () => {
  it.each(Object.entries(all))("passes every check (%s)", async (name, data) => {
    const report = await verify(data);
    expect(report.failures).toEqual([]);
    expect(found(report)).toEqual(name === "withTable" ? [] : ["wim-integrity-table skip"]);
    expect(report.status).toBe("pass");
    expect(report.blobCount).toBe(6);
    expect(report.images.map(({ files, directories }) => ({ files, directories }))).toEqual([
      { files: 5, directories: 3 },
      { files: 5, directories: 3 },
    ]);
  });

  it("without images passes", async () => {
    expect((await verify(await writeWim([]))).status).toBe("pass");
  });
});

/** What nothing in the file covers: the GUID, the chunk size where nothing is compressed, and the XML data's text. */
function isUncovered(data: Uint8Array, at: number): boolean {
  const { guid, chunkSize } = wimHeaderRecord.fields;
  const inside = (offset: number, length: number): boolean => at >= offset && at < offset + length;
  if (inside(guid.offset, guid.width)) return true;
  if (inside(chunkSize.offset, chunkSize.width)) return data !== lzx && data !== xpress;
  const xml = resourceHeaderRecord.decode(data, wimHeaderRecord.fields.xmlData.offset);
  return inside(xml.offset, xml.size);
}

describe("a WIM with one byte changed", () => {
  it.each(Object.entries(all))("is found wherever something covers the byte (%s)", async (_, data) => {
    const missed: number[] = [];
    const step = everyCase ? 7 : 193;
    for (let at = 0; at < data.length; at += at < 208 ? 1 : step) {
      if (isUncovered(data, at)) continue;
      const changed = data.slice();
      // Of the flags, read-only and relative paths are nowhere else.
      changed[at]! ^= at === wimHeaderRecord.fields.flags.offset ? 0x08 : 1 + ((at * 37) % 255);
      const report = await verify(changed);
      if (report.status === "pass") missed.push(at);
    }
    expect(missed).toEqual([]);
  });

  it("has every byte of the lookup table covered", async () => {
    const table = resourceHeaderRecord.decode(lzx, wimHeaderRecord.fields.lookupTable.offset);
    const missed: number[] = [];
    for (let at = table.offset; at < table.offset + table.size; at += 1) {
      for (const mask of everyCase ? [0x01, 0x80] : [at % 2 === 0 ? 0x01 : 0x80]) {
        const changed = lzx.slice();
        changed[at]! ^= mask;
        if ((await verify(changed)).status === "pass") missed.push((at - table.offset) % lookupTableEntryRecord.size);
      }
    }
    expect(missed).toEqual([]);
  });

  it("has every byte of the integrity table covered", async () => {
    const table = resourceHeaderRecord.decode(withTable, wimHeaderRecord.fields.integrityTable.offset);
    const missed: number[] = [];
    for (let at = table.offset; at < table.offset + table.size; at += 1) {
      const changed = withTable.slice();
      changed[at]! ^= 0x01;
      if ((await verify(changed)).status === "pass") missed.push(at - table.offset);
    }
    expect(missed).toEqual([]);
  });

  it("has the numbers of the XML data compared with the tree", async () => {
    const text = Buffer.from("<FILECOUNT>5</FILECOUNT>", "utf16le");
    const changed = plain.slice();
    changed[Buffer.from(plain).indexOf(text) + "<FILECOUNT>".length * 2] = "6".charCodeAt(0);
    expect(found(await verify(changed))).toContain("wim-counts fail");
  });
});

describe("a damaged blob", () => {
  it("is named with its hash, its files and their images", async () => {
    const changed = plain.slice();
    changed[Buffer.from(plain).indexOf("the same words again")] = 0x54;
    const report = await verify(changed);
    const blob = createHash("sha1").update("the same words again, ".repeat(200)).digest("hex");
    expect(report.failureCount).toBe(1);
    expect(report.failures[0]).toMatchObject({ check: "wim-blobs", blob, wim: "part 1" });
    expect(report.failures[0]!.places).toEqual([
      { image: 1, path: "Windows/shared.txt" },
      { image: 2, path: "Windows/shared.txt" },
    ]);
  });
});

describe("a WIM whose entries all name the same bytes", () => {
  it.each(Object.entries(all))("is not decoded for each of them (%s)", async (_, data) => {
    const changed = data.slice();
    const table = resourceHeaderRecord.decode(changed, wimHeaderRecord.fields.lookupTable.offset);
    for (let at = table.offset; at < table.offset + table.size; at += lookupTableEntryRecord.size) {
      resourceHeaderRecord.patch(changed, at, { offset: 208, size: changed.length - 208 });
    }
    const report = await verify(changed);
    const layout = report.checks.find(({ id }) => id === "wim-layout");
    expect(layout?.message).toMatch(/its resources take [^,]*\d+ bytes\)?, but it has [\d.]+ .iB/);
    expect(found(report)).toEqual(expect.arrayContaining(["wim-layout fail", "wim-blobs skip", "wim-metadata skip"]));
  });
});

describe("a WIM that was cut short", () => {
  it.each(Object.entries(all))("is found at every length (%s)", async (_, data) => {
    for (let length = 0; length < data.length; length += length < 220 ? 13 : 173) {
      expect((await verify(data.subarray(0, length))).status, `${length} bytes`).toBe("fail");
    }
    expect((await verify(data.subarray(0, data.length - 1))).status).toBe("fail");
  });
});

describe("an image's files", () => {
  it.each(Object.entries(all))("are found by path, without regard to case (%s)", async (_, data) => {
    const wim = await openWim(memorySource(data));
    const wanted = ["WINDOWS/Code.EXE", "Windows", "Windows/missing.txt", "code.exe", "own.txt"];
    expect([...(await pathsInImage(wim, 2, wanted))].toSorted()).toEqual(["WINDOWS/Code.EXE", "Windows", "own.txt"]);
    await expectRejection(pathsInImage(wim, 3, wanted), "wim-damaged", /no image 3/);
  });
});

describe("a hostile WIM", () => {
  const foreseen = new Set(["wim-damaged", "wim-unsupported", "image-truncated"]);
  const cases = Number(process.env["WIM_FUZZ_CASES"] ?? rounds(10_000, 500));
  it(`ends with a report, in ${cases} cases`, { timeout: 60_000 + cases * 20 }, async () => {
    const change = record({ position: nat(2 ** 20), value: oneof(nat(255), constantFrom(0, 1, 127, 128, 255)) });
    // Half of the changes go where sizes and offsets are: the header, and what lies at the end.
    const place = constantFrom("header", "end", "anywhere");
    const damage = record({
      which: constantFrom(...Object.values(all)),
      place,
      changes: array(change, { minLength: 1, maxLength: 12 }),
      cut: integer({ min: 0, max: 40 }),
    });
    await assert(
      asyncProperty(damage, async ({ which, place: where, changes, cut }) => {
        const data = which.slice(0, cut === 0 ? 208 + ((changes[0]!.position * 7) % which.length) : which.length);
        const size =
          where === "header" ? Math.min(148, data.length) : where === "end" ? Math.min(2500, data.length) : data.length;
        const start = where === "end" ? data.length - size : 0;
        for (const { position, value } of changes) data[start + (position % size)] = value;
        const report = await verify(data);
        expect(report.checks).toHaveLength(8);
        const codes = report.checks.flatMap(({ code: error }) => (error === undefined ? [] : [error]));
        expect(codes.filter((error) => !foreseen.has(error))).toEqual([]);
      }),
      { numRuns: cases },
    );
  });
});
