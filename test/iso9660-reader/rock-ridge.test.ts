/** Rock Ridge and SUSP: structures that image makers do not write, and wrong ones. */
import { describe, expect, it } from "vitest";
import { joinBytes } from "../../src/bytes/join.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { fileFlags } from "../../src/iso9660-reader/iso9660/records.js";
import { find } from "../../src/tree/index.js";
import { isoDirectory, isoSourceOf, sectorSize } from "./iso-composer.js";
import { text } from "./udf-composer.js";

const bothEndian = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, value, true);
  new DataView(bytes.buffer).setUint32(4, value, false);
  return bytes;
};
const entry = (signature: string, ...data: (Uint8Array | number)[]): Uint8Array => {
  const body = joinBytes(data.map((part) => (typeof part === "number" ? Uint8Array.of(part) : part)));
  return joinBytes([text(signature), Uint8Array.of(4 + body.length, 1), body]);
};
const sp = entry("SP", 0xbe, 0xef, 0);
const nm = (name: string, flags = 0): Uint8Array => entry("NM", flags, text(name));
const ce = (block: number, offset: number, length: number): Uint8Array =>
  entry("CE", bothEndian(block), bothEndian(offset), bothEndian(length));
const mode = (type: number): Uint8Array => entry("PX", bothEndian(type), bothEndian(1), bothEndian(0), bothEndian(0));
const link = (...components: Uint8Array[]): Uint8Array => entry("SL", 0, ...components);
const component = (name: string, flags = 0): Uint8Array => joinBytes([Uint8Array.of(flags, name.length), text(name)]);
const symbolic = mode(0o120777);

const rooted = (systemUse: Uint8Array, others: Parameters<typeof isoSourceOf>[0]["root"] = []) =>
  readImage(isoSourceOf({ rootUse: sp, root: [{ name: "F.TXT;1", systemUse }, ...others] }));
const namesOf = async (reading: ReturnType<typeof readImage>): Promise<string[]> =>
  (await reading).tree.children.map(({ name }) => name);

describe("a name", () => {
  it.each([
    ["one entry", nm("file name.txt"), "file name.txt"],
    ["three that continue", joinBytes([nm("a", 1), nm("b", 1), nm("c")]), "abc"],
    ["nothing behind the one that ends it", joinBytes([nm("a"), nm("b")]), "a"],
    ["the record's own where there is none", mode(0o100644), "F.TXT"],
    ["the record's own where the flag says this directory", nm("", 2), "F.TXT"],
    ["UTF-8", nm("ü雪"), "ü雪"],
    ["nothing behind ST", joinBytes([entry("ST"), nm("x")]), "F.TXT"],
    ["behind a continuation that is not read twice", joinBytes([nm("a", 1), nm("b")]), "ab"],
  ])("of %s", async (_, systemUse, expected) => {
    expect(await namesOf(rooted(systemUse))).toEqual([expected]);
  });

  it("goes on in a continuation area", async () => {
    const area = joinBytes([nm("and on", 0)]);
    const systemUse = joinBytes([nm("on ", 1), ce(30, 100, area.length)]);
    const sector = new Uint8Array(sectorSize);
    sector.set(area, 100);
    const source = isoSourceOf({ rootUse: sp, root: [{ name: "F;1", systemUse, size: 0 }], sectors: { 30: sector } });
    expect(await namesOf(readImage(source))).toEqual(["on and on"]);
  });

  it("begins as many bytes later as SP says, and SP behind CD-ROM XA's 14", async () => {
    const rootUse = joinBytes([new Uint8Array(14), entry("SP", 0xbe, 0xef, 14)]);
    const systemUse = joinBytes([new Uint8Array(14), nm("later.txt")]);
    expect(await namesOf(readImage(isoSourceOf({ rootUse, root: [{ name: "F;1", systemUse }] })))).toEqual([
      "later.txt",
    ]);
  });

  it("is the record's own where the root has no SP, or a wrong one", async () => {
    for (const rootUse of [new Uint8Array(), entry("SP", 0xbe, 0xee, 0), text("SP")]) {
      const source = isoSourceOf({ rootUse, root: [{ name: "F.TXT;1", systemUse: nm("other") }] });
      expect(await namesOf(readImage(source))).toEqual(["F.TXT"]);
    }
  });
});

describe("links", () => {
  const target = { name: "TARGET.BIN;1", size: 5, systemUse: nm("target") };
  it.each([
    ["beside it", link(component("target")), 5],
    ["from the root", link(component("", 8), component("target")), 5],
    ["above the root, which is the root", link(component("", 4), component("", 4), component("target")), 5],
    ["by a component in two pieces", link(component("tar", 1), component("get")), 5],
    ["to nothing", link(component("nothing")), undefined],
    ["through a file", link(component("target"), component("x")), undefined],
    ["to itself", link(component("l")), undefined],
    ["to the directory", link(component("", 2)), undefined],
  ])("%s", async (_, sl, size) => {
    const { tree, warnings } = await rooted(joinBytes([nm("l"), symbolic, sl]), [target]);
    const found = find(tree, "l");
    expect(found?.kind === "file" ? found.size : undefined).toBe(size);
    expect(warnings.map(({ code }) => code)).toEqual([size === undefined ? "symbolic-link-left-out" : "symbolic-link"]);
  });
});

describe("directories that were moved", () => {
  it("stand where their CL says, and not where they lie", async () => {
    const below = isoDirectory(31, [{ name: "IN.TXT;1", size: 3, systemUse: nm("inner") }]);
    const moved = isoDirectory(32, [
      {
        name: "DEEP",
        sector: 31,
        size: sectorSize,
        flags: fileFlags.directory,
        systemUse: joinBytes([nm("deep"), entry("RE")]),
      },
    ]);
    const root = [
      { name: "DEEP;1", systemUse: joinBytes([nm("deep"), entry("CL", bothEndian(31))]) },
      { name: "RR_MOVED", sector: 32, size: sectorSize, flags: fileFlags.directory, systemUse: nm("rr_moved") },
    ];
    const { tree } = await readImage(isoSourceOf({ rootUse: sp, root, sectors: { 31: below, 32: moved } }));
    expect(find(tree, "deep/inner")).toMatchObject({ kind: "file", size: 3 });
    expect(find(tree, "rr_moved")).toMatchObject({ kind: "directory", children: [] });
  });

  it("that lead back to the root are damage", async () => {
    await expect(rooted(entry("CL", bothEndian(20)))).rejects.toMatchObject({ code: "image-damaged" });
  });
});

describe("what is no file", () => {
  it.each([
    ["a device", mode(0o060644), "special-file"],
    ["a pipe", mode(0o010644), "special-file"],
  ])("%s is left out and told of", async (_, systemUse, code) => {
    const { tree, warnings } = await rooted(systemUse);
    expect(tree.children).toEqual([]);
    expect(warnings.map((warning) => warning.code)).toEqual([code]);
  });

  it("a file that zisofs compressed is refused by name", async () => {
    await expect(rooted(joinBytes([nm("packed"), entry("ZF", text("pz"), new Uint8Array(10))]))).rejects.toMatchObject({
      code: "image-unsupported",
      message: /packed/,
    });
  });
});

describe("damage", () => {
  const circle = ce(30, 0, 28);
  const circleSector = new Uint8Array(sectorSize);
  circleSector.set(circle);
  it.each([
    ["an entry of length 3", joinBytes([text("NM"), Uint8Array.of(3, 1, 0, 0)])],
    ["an entry that leaves the record", joinBytes([text("NM"), Uint8Array.of(200, 1, 0)])],
    ["a name without flags", entry("NM")],
    ["a name that leads elsewhere", nm("../x")],
    ["a CE that is too short", entry("CE", bothEndian(30))],
    ["a CE that claims more than a sector", ce(30, 0, 4096)],
    ["a CE behind the image's end", ce(3000, 0, 10)],
    ["a CE that leads to itself", circle],
    ["a CL without a place", entry("CL", 1)],
    ["a link whose component leaves its entry", joinBytes([symbolic, entry("SL", 0, 0, 200, 65)])],
    ["times that are not there", entry("TF", 0x07, new Uint8Array(7))],
  ])("%s", async (_, systemUse) => {
    const source = isoSourceOf({ rootUse: sp, root: [{ name: "F;1", systemUse }], sectors: { 30: circleSector } });
    await expect(readImage(source)).rejects.toMatchObject({
      code: expect.stringMatching(/^image-(?:damaged|truncated)$/),
    });
  });
});

describe("times", () => {
  it("are those of TF, short and long", async () => {
    const short = Uint8Array.of(109, 7, 14, 1, 14, 0, 0);
    const long = joinBytes([text("2009071401140000"), Uint8Array.of(4)]);
    const of = async (systemUse: Uint8Array) => (await rooted(systemUse)).tree.children[0]?.times;
    const at = Date.UTC(2009, 6, 14, 1, 14);
    expect(await of(entry("TF", 0x07, short, short, short))).toEqual({ created: at, modified: at, accessed: at });
    expect(await of(entry("TF", 0x82, long))).toEqual({ modified: at - 3_600_000 });
    expect(await of(entry("TF", 0x01, short))).toMatchObject({
      created: at,
      modified: Date.UTC(2010, 10, 20, 21, 25, 1),
    });
  });
});
