/** ISO 9660 and Joliet: names, versions, extents, and what is refused. */
import { joinBytes } from "../../src/bytes/join.js";
import { imageRuns } from "../support/image-runs.js";
import { describe, expect, it } from "vitest";
import { readImage } from "../../src/iso9660-reader/index.js";
import { fileFlags } from "../../src/iso9660-reader/iso9660/records.js";
import { find } from "../../src/tree/index.js";
import { contentsOf } from "./contents.js";
import type { RecordFields } from "./iso-composer.js";
import { isoDirectory, isoSourceOf, rootSector, sectorSize, ucs2 } from "./iso-composer.js";
import { text } from "./udf-composer.js";

const { directory, hidden, associated, multiExtent } = fileFlags;

describe("names", () => {
  it.each([
    ["README.TXT;1", "README.TXT"],
    ["NOEXT.;1", "NOEXT"],
    ["NOVERSION.TXT", "NOVERSION.TXT"],
    ["A;B.TXT;12", "A;B.TXT"],
    ["lower and long.name.with.dots", "lower and long.name.with.dots"],
    ["GR\u00dcN", "GR\u00dcN"],
  ])("%s in the primary volume is %s", async (name, expected) => {
    const { tree } = await readImage(isoSourceOf({ root: [{ name }] }));
    expect(tree.children.map((node) => node.name)).toEqual([expected]);
  });

  it("that are no UTF-8 are Latin-1", async () => {
    const { tree } = await readImage(isoSourceOf({ root: [{ name: Uint8Array.of(0x47, 0xdc, 0x4e) }] }));
    expect(tree.children[0]?.name).toBe("GÜN");
  });

  it("of Shift-JIS and GBK, whose second bytes may be 5C, are no damage", async () => {
    const name = Uint8Array.of(0x95, 0x5c, 0x2e, 0x54, 0x58, 0x54, 0x3b, 0x31);
    const { tree } = await readImage(isoSourceOf({ root: [{ name }] }));
    expect(tree.children.map((child) => child.name)).toEqual(["\u0095\\.TXT"]);
  });

  it("keep their semicolons in an enhanced volume", async () => {
    const image = await readImage(isoSourceOf({ root: [{ name: "a;1" }, { name: "b." }], version: 2 }));
    expect(image).toMatchObject({ fileSystem: "iso9660", primaryVolume: null });
    expect(image.tree.children.map(({ name }) => name)).toEqual(["a;1", "b."]);
  });

  it("are UCS-2 in Joliet", async () => {
    const image = await readImage(isoSourceOf({ root: [{ name: ucs2("雪 a.txt;1") }], joliet: true }));
    expect(image.fileSystem).toBe("joliet");
    expect(image.tree.children[0]?.name).toBe("雪 a.txt");
  });

  it.each(["..", "..;1", ".;1", "a/b", "a\0b", ";1", "../../etc"])("%j is damage", async (name) => {
    const reading = readImage(isoSourceOf({ root: [{ name }] }));
    if (name === ";1") expect((await reading).tree.children[0]?.name).toBe(";1");
    else await expect(reading).rejects.toMatchObject({ code: "image-damaged" });
  });
});

describe("entries", () => {
  it("have times with their offset, and attributes", async () => {
    const { tree } = await readImage(isoSourceOf({ root: [{ name: "F", flags: hidden }] }));
    expect(tree.children[0]).toMatchObject({
      times: { modified: Date.UTC(2010, 10, 20, 21, 25, 1) },
      attributes: { hidden: true },
    });
  });

  it("are the newest version of a file", async () => {
    const root = [
      { name: "F;2", sector: 30, size: 3 },
      { name: "F;1", sector: 31, size: 3 },
    ];
    const image = await readImage(isoSourceOf({ root, sectors: { 30: text("new"), 31: text("old") } }));
    expect(await contentsOf(image.tree)).toEqual({ F: "new" });
    expect(image.warnings).toMatchObject([{ code: "older-version" }]);
  });

  it("of several extents are one file, and adjacent extents one extent", async () => {
    const root = [
      { name: "F;1", sector: 30, size: sectorSize, flags: multiExtent },
      { name: "F;1", sector: 31, size: 2, flags: multiExtent },
      { name: "F;1", sector: 33, size: 3 },
      { name: "G;1", sector: 31, size: 1 },
    ];
    const sectors = { 30: new Uint8Array(sectorSize).fill(0x61), 31: text("bb"), 33: text("ccc") };
    const { tree } = await readImage(isoSourceOf({ root, sectors }));
    expect(await contentsOf(tree)).toEqual({ F: `${"a".repeat(sectorSize)}bbccc`, G: "b" });
    expect(imageRuns(find(tree, "F"))).toEqual([
      { offset: 30 * sectorSize, length: sectorSize + 2 },
      { offset: 33 * sectorSize, length: 3 },
    ]);
  });

  it("begin behind an extended attribute record", async () => {
    const root = [{ name: "F", sector: 30, size: 4, extendedAttributeSectors: 2 }];
    const { tree } = await readImage(isoSourceOf({ root, sectors: { 32: text("data") } }));
    expect(await contentsOf(tree)).toEqual({ F: "data" });
  });

  it("that are associated files are left out, with a warning", async () => {
    const root = [
      { name: "F;1", flags: associated },
      { name: "F;1", sector: 30, size: 4 },
    ];
    const image = await readImage(isoSourceOf({ root, sectors: { 30: text("data") } }));
    expect(await contentsOf(image.tree)).toEqual({ F: "data" });
    expect(image.warnings).toMatchObject([{ code: "associated-file" }]);
  });

  it("go on in the next sector of a directory", async () => {
    const sub = joinBytes([isoDirectory(24, [{ name: "A" }]), new Uint8Array(sectorSize)]);
    const second = isoDirectory(24, [{ name: "B" }]);
    const root = [{ name: "SUB", sector: 24, size: 2 * sectorSize, flags: directory }];
    const { tree } = await readImage(isoSourceOf({ root, sectors: { 24: sub.subarray(0, sectorSize), 25: second } }));
    expect(await contentsOf(tree)).toEqual({ SUB: null, "SUB/A": "", "SUB/B": "" });
  });
});

function directoryIn(sector: number): RecordFields {
  return { name: "D", sector, size: sectorSize, flags: directory };
}

describe("refused", () => {
  const cases: [string, RecordFields[], string, string][] = [
    ["an interleaved file", [{ name: "F", unitSize: 1 }], "image-unsupported", "interleaved"],
    [
      "a root inside of the root",
      [{ name: "D", sector: rootSector, size: sectorSize, flags: directory }],
      "image-damaged",
      "circle",
    ],
    [
      "a record that leaves its sector",
      Array.from({ length: 9 }, (_, index) => ({ name: `${index}`.repeat(200) })),
      "image-damaged",
      "leave",
    ],
    ["a name that leaves its record", [{ name: "LONGNAME.TXT", length: 35 }], "image-damaged", "leave"],
    ["a directory of 4 GiB", [{ name: "D", size: 0xffffffff, flags: directory }], "image-damaged", "expected at most"],
    [
      "a directory behind the end",
      [{ name: "D", sector: 4000, size: sectorSize, flags: directory }],
      "image-truncated",
      "/D",
    ],
    ["extents without a last one", [{ name: "F", flags: multiExtent }], "image-damaged", "no last extent"],
    ["extents of two names", [{ name: "F", flags: multiExtent }, { name: "G" }], "image-damaged", "further extent"],
  ];
  it.each(cases)("%s", async (_, root, code, words) => {
    const reading = readImage(isoSourceOf({ root }));
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it("a block size that ISO 9660 does not have", async () => {
    const reading = readImage(isoSourceOf({ root: [], blockSize: 1536 }));
    await expect(reading).rejects.toMatchObject({ code: "image-damaged" });
  });

  it("directories deeper than 128 levels", async () => {
    const sectors: Record<number, Uint8Array> = {};
    for (let sector = 30; sector < 170; sector += 1) sectors[sector] = isoDirectory(sector, [directoryIn(sector + 1)]);
    const reading = readImage(isoSourceOf({ root: [directoryIn(30)], sectors, sectorCount: 200 }));
    await expect(reading).rejects.toMatchObject({
      code: "image-unsupported",
      message: expect.stringContaining("deeper than 128 levels: a limit of win7usb, not damage"),
    });
  });
});

describe("a directory that has no byte by its parent's record", () => {
  const folder = (sector: number) => ({ name: "D", sector, size: 0, flags: fileFlags.directory });

  it("is what its own record says", async () => {
    const sectors = { 30: isoDirectory(30, [{ name: "F.;1", sector: 31, size: 0 }]) };
    const { tree, warnings } = await readImage(isoSourceOf({ root: [folder(30)], sectors }));
    expect(find(tree, "D/F")?.kind).toBe("file");
    expect(warnings).toEqual([]);
  });

  it.each([
    ["zeros", 30],
    ["another directory", rootSector],
    ["nothing, behind the image's end", 4000],
  ])("is empty where %s are in its place, with a warning", async (_, sector) => {
    const { tree, warnings } = await readImage(isoSourceOf({ root: [folder(sector)] }));
    expect(find(tree, "D")).toMatchObject({ kind: "directory", children: [] });
    expect(warnings).toMatchObject([{ code: "directory-without-records" }]);
  });

  it("is damage where it has bytes and they begin with no record", async () => {
    const source = isoSourceOf({ root: [{ ...folder(30), size: sectorSize }] });
    await expect(readImage(source)).rejects.toMatchObject({ code: "image-damaged" });
  });
});
