/** WIMs planned anew: what stays, what comes, what goes, with its reference counts, its XML data and its integrity table. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/hex.js";
import type { Extent } from "../../src/extents/extent.js";
import { memorySource } from "../../src/source/byte-source.js";
import { wimFlags, wimHeaderRecord } from "../../src/wim/header.js";
import { readImageMetadata } from "../../src/wim/compression/read-metadata.js";
import { findEntry } from "../../src/wim/image-edit.js";
import type { ImageChange } from "../../src/wim/image-plan.js";
import { openWim } from "../../src/wim/index.js";
import { lookupTableEntryRecord } from "../../src/wim/lookup-table.js";
import { decodeMetadata } from "../../src/wim/metadata-decode.js";
import { walkMetadata } from "../../src/wim/metadata-walk.js";
import type { ImageEdit } from "../../src/wim/new-contents.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { compressWim } from "../support/compressed-wim.js";
import { contentOf, createSha1, givenTimes, planned } from "../support/planned-wims.js";
import { expectRejection, smallWim } from "../support/wim-fixtures.js";

const times = givenTimes;
const add = (path: string, content: string): ImageEdit => ({ kind: "add", path, content: contentOf(content), times });
const inImage = (image: number, ...edits: ImageEdit[]): { changes: Map<number, ImageChange> } => ({
  changes: new Map([[image, { edits }]]),
});
const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");
const whole = await smallWim(3, { bootIndex: 2, integrityTable: true });

async function expectSound(data: Uint8Array): Promise<void> {
  const parts = [{ name: "test.wim", source: memorySource(data) }];
  const report = await verifyWimParts(parts, (setup) => createInlineExecutor(setup, createSha1), createSha1);
  expect(report.failures).toEqual([]);
  const open = report.checks.filter(({ status }) => status !== "pass" && status !== "skip");
  expect(open).toEqual([]);
}

/** Reference counts by SHA-1. */
async function references(data: Uint8Array): Promise<Map<string, number>> {
  const { entries } = await (await openWim(memorySource(data))).lookupTable();
  return new Map([...entries].map(({ hash, referenceCount }) => [toHex(hash), referenceCount]));
}

async function paths(data: Uint8Array, image: number): Promise<string[]> {
  const wim = await openWim(memorySource(data));
  const found: string[] = [];
  walkMetadata(await readImageMetadata(wim, image), wim, (entry) => found.push(entry.path()));
  return found;
}

describe("a plan without a change", async () => {
  it.each([
    ["stored", whole],
    ["XPRESS", compressWim(await smallWim(2, { bootIndex: 1 }), "xpress")],
    ["LZX", compressWim(await smallWim(2), "lzx")],
  ])("is the WIM itself, in two ranges: %s", async (_, data) => {
    const { plan, bytes } = await planned(data);
    expect(bytes).toEqual(data);
    expect(plan.extents.map(({ source }) => source.kind)).toEqual(["bytes", "range"]);
  });
});

describe("an edited image", () => {
  it("has what was added, once for equal contents, and all other images are as they were", async () => {
    const edits = [add("new/deep/a.sys", "driver"), add("new/b.sys", "driver"), add("new/none", "")];
    const { plan, bytes } = await planned(whole, inImage(2, ...edits));
    await expectSound(bytes);
    expect(plan.addedContents).toBe(1);
    expect((await references(bytes)).get(sha1("driver"))).toBe(2);
    const before = await paths(whole, 2);
    const added = (await paths(bytes, 2)).filter((path) => !before.includes(path));
    expect(added.toSorted()).toEqual(["new", "new/b.sys", "new/deep", "new/deep/a.sys", "new/none"]);
    for (const image of [1, 3]) expect(await paths(bytes, image)).toEqual(await paths(whole, image));
    const images = (await openWim(memorySource(bytes))).images;
    const old = (await openWim(memorySource(whole))).images;
    expect(images[0]).toEqual(old[0]);
    expect(images[1]).toEqual({
      ...old[1],
      directoryCount: old[1]!.directoryCount! + 2,
      fileCount: old[1]!.fileCount! + 3,
      totalBytes: old[1]!.totalBytes! + 12,
    });
  });

  it("refers to a content that is there already", async () => {
    const before = (await references(whole)).get(sha1("the same in all"))!;
    const { plan, bytes } = await planned(whole, inImage(1, add("again.txt", "the same in all")));
    await expectSound(bytes);
    expect(plan.addedContents).toBe(0);
    expect((await references(bytes)).get(sha1("the same in all"))).toBe(before + 1);
  });

  it("keeps contents that other images refer to, and loses those that nothing does", async () => {
    const edits: ImageEdit[] = [
      { kind: "remove", path: "shared.txt" },
      { kind: "remove", path: "WINDOWS/own.txt" },
    ];
    const { plan, bytes } = await planned(whole, inImage(2, ...edits));
    await expectSound(bytes);
    expect(plan.droppedContents).toBe(1);
    const counts = await references(bytes);
    expect(counts.get(sha1("the same in all"))).toBe(2);
    expect(counts.has(sha1("image 1"))).toBe(false);
    expect(counts.has(sha1("image 0"))).toBe(true);
  });

  it("keeps a content whose count was too low before", async () => {
    const data = whole.slice();
    const wim = await openWim(memorySource(data));
    const { entries } = await wim.lookupTable();
    const place = [...entries].findIndex(({ hash }) => toHex(hash) === sha1("the same in all"));
    const rowAt = wim.header.lookupTable.offset + place * lookupTableEntryRecord.size;
    lookupTableEntryRecord.patch(data, rowAt, { referenceCount: 1 });
    const { bytes } = await planned(data, inImage(2, { kind: "remove", path: "shared.txt" }));
    expect((await references(bytes)).get(sha1("the same in all"))).toBe(2);
  });

  it("has a replaced file with its old name, attributes and descriptor, the given times, and the archive attribute", async () => {
    const replace = { kind: "replace", path: "windows/OWN.TXT", content: contentOf("new"), times } as const;
    const treeOf = async (data: Uint8Array) => {
      const wim = await openWim(memorySource(data));
      return decodeMetadata(await readImageMetadata(wim, 2), wim);
    };
    const { bytes } = await planned(whole, inImage(2, replace));
    await expectSound(bytes);
    const [before, after] = [await treeOf(whole), await treeOf(bytes)].map((tree) =>
      findEntry(tree, "Windows/own.txt"),
    );
    expect(toHex(after!.hash)).toBe(sha1("new"));
    const { lastAccessTime, lastWriteTime } = times;
    expect(after).toEqual({ ...before, attributes: 0x20, hash: after!.hash, lastAccessTime, lastWriteTime });
  });

  it("changes time and texts only where they are given", async () => {
    const change = { lastModificationTime: times.lastWriteTime, texts: { DISPLAYNAME: "Another" } };
    const { bytes } = await planned(whole, { changes: new Map([[1, change]]) });
    await expectSound(bytes);
    const [image] = (await openWim(memorySource(bytes))).images;
    const [old] = (await openWim(memorySource(whole))).images;
    const lastModificationTime = Number(times.lastWriteTime / 10_000n - 11_644_473_600_000n);
    expect(image).toEqual({ ...old, displayName: "Another", lastModificationTime });
  });

  it.each<[string, ImageEdit, RegExp]>([
    ["added over another", add("shared.TXT", "x"), /is there already/],
    ["added below a file", add("shared.txt/x", "x"), /is no directory/],
    ["removed where it is not", { kind: "remove", path: "Windows/none" }, /is not there/],
    ["removed below what is not there", { kind: "remove", path: "none/none" }, /there is no "none"/],
    ["a directory replaced", { kind: "replace", path: "Windows", content: contentOf("x"), times }, /no plain file/],
    ["without a name", add("a//b", "x"), /no name/],
    ["upwards", add("../b", "x"), /no name/],
    ["with a separator of Windows", add("a\\b", "x"), /no name/],
    ["with a name of 256 units", add("x".repeat(256), "x"), /no name/],
  ])("refuses an edit: %s", async (_, edit, message) => {
    await expect(planned(whole, inImage(1, edit))).rejects.toThrow(RangeError);
    await expect(planned(whole, inImage(1, edit))).rejects.toThrow(message);
  });
});

describe("a content that an edit brings", () => {
  const bytes = (text: string) => ({ kind: "bytes" as const, bytes: new TextEncoder().encode(text) });
  const memory = memorySource(new Uint8Array(8));
  const given = (path: string, content: ImageEdit & { kind: "add" }): ImageEdit => ({ ...content, path });
  const file = (content: readonly Extent[], hash?: Uint8Array): ImageEdit & { kind: "add" } => ({
    kind: "add",
    path: "new.sys",
    content,
    times,
    ...(hash === undefined ? {} : { sha1: hash }),
  });
  const digest = (text: string): Uint8Array => Uint8Array.from(Buffer.from(sha1(text), "hex"));

  it.each<[string, readonly ImageEdit[], RegExp]>([
    ["with a SHA-1 of 19 bytes", [file(contentOf("x"), new Uint8Array(19).fill(1))], /19 bytes, expected 20/],
    ["with a SHA-1 of 21 bytes", [file(contentOf("x"), new Uint8Array(21).fill(1))], /21 bytes, expected 20/],
    ["with a SHA-256", [file(contentOf("x"), new Uint8Array(32).fill(1))], /32 bytes, expected 20/],
    ["with an empty SHA-1", [file(contentOf(""), new Uint8Array(0))], /0 bytes, expected 20/],
    ["with a SHA-1 of zeros", [file(contentOf("x"), new Uint8Array(20))], /is zeros/],
    [
      "with the SHA-1 of another new one, of another length",
      [file(contentOf("x"), digest("x")), given("b", file(contentOf("xy"), digest("x")))],
      /another content has its SHA-1/,
    ],
    [
      "with the SHA-1 of another new one, of the same length",
      [file(contentOf("x")), given("b", file(contentOf("y"), digest("x")))],
      /another content has its SHA-1/,
    ],
    [
      "with the SHA-1 of one that comes after it",
      [file(contentOf("y"), digest("x")), given("b", file(contentOf("x")))],
      /another content has its SHA-1/,
    ],
    [
      "with the SHA-1 of an old one",
      [file(contentOf("x"), digest("the same in all"))],
      /another content has its SHA-1/,
    ],
    ["with nothing at its start", [file([{ offset: 1, length: 1, source: bytes("x") }])], /nothing is at byte 0/],
    [
      "with a gap",
      [
        file([
          { offset: 0, length: 1, source: bytes("x") },
          { offset: 2, length: 1, source: bytes("y") },
        ]),
      ],
      /nothing is at byte 1, the next extent begins at 2/,
    ],
    [
      "with what overlaps",
      [
        file([
          { offset: 0, length: 2, source: bytes("xy") },
          { offset: 1, length: 1, source: bytes("z") },
        ]),
      ],
      /is not behind byte 2/,
    ],
    [
      "with fewer bytes than it says",
      [file([{ offset: 0, length: 2, source: bytes("x") }])],
      /has 1 bytes, expected 2/,
    ],
    ["of half a byte", [file([{ offset: 0, length: 0.5, source: { kind: "zeros" } }])], /0.5 bytes/],
    [
      "behind the end of its source",
      [file([{ offset: 0, length: 4, source: { kind: "range", source: memory, offset: 5 } }])],
      /bytes 5 to 9 are not in its source of 8/,
    ],
    [
      "before the start of its source",
      [file([{ offset: 0, length: 4, source: { kind: "range", source: memory, offset: -1 } }])],
      /bytes -1 to 3/,
    ],
    ["that nobody knows", [file([{ offset: 0, length: 4, source: { kind: "manifest" } }])], /manifest/],
  ])("%s is refused", async (_, edits, message) => {
    await expect(planned(whole, inImage(1, ...edits))).rejects.toThrow(RangeError);
    await expect(planned(whole, inImage(1, ...edits))).rejects.toThrow(message);
  });

  it("may have its SHA-1 with it, and be the same as another in other pieces", async () => {
    const pieces: Extent[] = [
      { offset: 0, length: 3, source: bytes("dri") },
      { offset: 3, length: 3, source: bytes("ver") },
    ];
    const edits = [file(contentOf("driver"), digest("driver")), given("b", file(pieces)), given("none", file([]))];
    const { plan, bytes: data } = await planned(whole, inImage(1, ...edits));
    await expectSound(data);
    expect(plan.addedContents).toBe(1);
    expect((await references(data)).get(sha1("driver"))).toBe(2);
  });
});

describe("chosen images", () => {
  it.each<[readonly number[], number]>([
    [[1, 3], 0],
    [[2], 1],
    [[2, 3], 1],
  ])("%j stay, numbered anew", async (images, bootIndex) => {
    const { bytes } = await planned(whole, { images });
    await expectSound(bytes);
    const wim = await openWim(memorySource(bytes));
    expect(wim.header).toMatchObject({ imageCount: images.length, bootIndex });
    expect(wim.images.map(({ name }) => name)).toEqual(images.map((image) => `Image ${image}`));
    for (const [index, image] of images.entries()) {
      expect(await paths(bytes, index + 1)).toEqual(await paths(whole, image));
    }
    expect((await references(bytes)).get(sha1("the same in all"))).toBe(images.length);
  });

  it.each<[readonly number[], RegExp]>([
    [[2, 1], /expected ascending numbers/],
    [[0], /expected ascending numbers/],
    [[4], /expected ascending numbers/],
    [[1, 1], /expected ascending numbers/],
    [[1.5], /expected ascending numbers/],
    [[], /expected at least one/],
  ])("%j are refused", async (images, message) => {
    await expect(planned(whole, { images })).rejects.toThrow(RangeError);
    await expect(planned(whole, { images })).rejects.toThrow(message);
  });
});

describe("the integrity table", () => {
  it.each([
    ["recompute", "recomputed", true],
    ["leave-out", "left-out", false],
  ] as const)("is %s where something moves, and that is told", async (integrityTable, state, is) => {
    const { plan, bytes } = await planned(whole, { ...inImage(1, add("x", "x")), integrityTable });
    expect(plan.integrityTable).toBe(state);
    expect((await openWim(memorySource(bytes))).header.integrityTable.size > 0).toBe(is);
    await expectSound(bytes);
  });

  it("is the old one where nothing moves, and none where there was none", async () => {
    expect((await planned(whole, { integrityTable: "leave-out" })).plan.integrityTable).toBe("kept");
    expect((await planned(await smallWim(1), inImage(1, add("x", "x")))).plan.integrityTable).toBe("none");
  });
});

describe("what cannot be planned", () => {
  it.each<[string, Parameters<typeof wimHeaderRecord.patch>[2], "wim-damaged" | "wim-unsupported", RegExp]>([
    ["a part of a set", { totalParts: 2, flags: wimFlags.spanned }, "wim-unsupported", /part 1 of 2/],
    ["what is being written", { flags: wimFlags.writeInProgress }, "wim-damaged", /was interrupted/],
  ])("%s", async (_, fields, code, message) => {
    const data = whole.slice();
    wimHeaderRecord.patch(data, 0, fields);
    await expectRejection(planned(data), code, message);
  });
});
