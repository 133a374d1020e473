/** What becomes of a tree whose install.wim is too large: names, order, contents, and what is refused. */
import { describe, expect, it } from "vitest";
import { fromSource, zeros, type LayoutPart } from "../../src/extents/layout.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { FileNode, FileTree } from "../../src/tree/index.js";
import { contentSource, find, walk } from "../../src/tree/index.js";
import { openWim } from "../../src/wim/index.js";
import { splitInstallImages } from "../../src/windows/split-install-image.js";
import { directory, file, fileOf, hole, tree } from "../support/memory-tree.js";
import { expectRejection, rejection, smallWim } from "../support/wim-fixtures.js";

const wim = await smallWim(3, { bootIndex: 1, integrityTable: true });
/** Two parts. */
const limits = { file: wim.length - 1, part: wim.length - 1000 };
const times = { created: 1, modified: 2 };

const paths = (given: FileTree): string[] => [...walk(given)].map(({ path }) => path);

/** A file whose content lies in pieces all over a source, as on a disc, with a hole where it is zeros. */
function scattered(name: string, content: Uint8Array, pieceSize: number): FileNode {
  const disc = new Uint8Array(content.length);
  const source = memorySource(disc);
  const parts: LayoutPart[] = [];
  for (let at = 0; at < content.length; at += pieceSize) {
    const piece = content.subarray(at, at + pieceSize);
    const offset = content.length - at - piece.length;
    disc.set(piece, offset);
    parts.push(piece.every((byte) => byte === 0) ? zeros(piece.length) : fromSource(source, offset, piece.length));
  }
  return { ...fileOf(name, parts, times), attributes: { readOnly: true } };
}

describe("a tree with a large install.wim", async () => {
  const large = scattered("install.wim", wim, 777);
  const given = tree(
    file("bootmgr", 5),
    directory("sources", [file("a.txt", 3), large, hole("boot.wim", 20_000), file("z.txt", 4)]),
  );
  const { tree: result, splits } = await splitInstallImages(given, limits);

  it("has its parts in its place, and everything else as it was", () => {
    expect(paths(result)).toEqual([
      "bootmgr",
      "sources",
      "sources/a.txt",
      "sources/install.swm",
      "sources/install2.swm",
      "sources/boot.wim",
      "sources/z.txt",
    ]);
    for (const path of ["bootmgr", "sources/a.txt", "sources/boot.wim"])
      expect(find(result, path)).toBe(find(given, path));
    expect(paths(given)).toContain("sources/install.wim");
  });

  it("has parts with the times and attributes of the whole, and tells of them", () => {
    const parts = ["sources/install.swm", "sources/install2.swm"].map((path) => find(result, path) as FileNode);
    for (const part of parts) expect(part).toMatchObject({ kind: "file", times, attributes: { readOnly: true } });
    expect(splits).toEqual([
      {
        path: "sources/install.wim",
        size: wim.length,
        parts: parts.map(({ size }, index) => ({ path: `sources/install${index === 0 ? "" : 2}.swm`, size })),
        hadIntegrityTable: true,
      },
    ]);
  });

  it("has the whole's bytes in the parts", async () => {
    const original = await (await openWim(memorySource(wim))).lookupTable();
    const known = new Map(
      [...original.entries].map(({ hash, resource }) => [Buffer.from(hash).toString("hex"), resource]),
    );
    for (const path of ["sources/install.swm", "sources/install2.swm"]) {
      const part = await openWim(contentSource(find(result, path) as FileNode), path);
      expect(part.images).toHaveLength(3);
      for (const { hash, resource } of (await part.lookupTable()).entries) {
        const { offset, size } = known.get(Buffer.from(hash).toString("hex"))!;
        const content = await part.source.read(resource.offset, resource.size);
        expect(content).toEqual(wim.subarray(offset, offset + size));
      }
    }
  });

  it("is the same whenever it is made", async () => {
    const again = await splitInstallImages(given, limits);
    expect(paths(again.tree)).toEqual(paths(result));
    for (const { path, node } of walk(again.tree)) {
      if (node.kind !== "file" || !path.endsWith(".swm")) continue;
      const before = find(result, path) as FileNode;
      expect(await contentSource(node).read(0, node.size)).toEqual(await contentSource(before).read(0, before.size));
    }
  });
});

describe("a tree", () => {
  it("is left as it is where nothing is too large", async () => {
    const given = tree(directory("sources", [file("install.wim", wim)]));
    expect(await splitInstallImages(given, { ...limits, file: wim.length })).toEqual({ tree: given, splits: [] });
  });

  it("keeps other large files, which are the layout's to refuse", async () => {
    const given = tree(
      directory("sources", [hole("boot.wim", 20_000), hole("data.wim", 20_000), hole("install.esd", 20_000)]),
    );
    expect((await splitInstallImages(given, limits)).tree).toBe(given);
  });

  it.each([
    ["sources", "INSTALL.WIM", ["INSTALL.SWM", "INSTALL2.SWM"]],
    ["x86/sources", "Install.wim", ["Install.swm", "Install2.swm"]],
  ])("of %s/%s gets names of that case", async (folder, name, expected) => {
    const [inner, outer] = folder.split("/").toReversed();
    const sources = directory(inner!, [file(name, wim)]);
    const given = tree(outer === undefined ? sources : directory(outer, [sources]));
    const { tree: result } = await splitInstallImages(given, limits);
    expect(paths(result).slice(-2)).toEqual(expected.map((part) => `${folder}/${part}`));
  });

  it("keeps the name of a WIM that fits when what it no longer refers to is left out", async () => {
    const bytes = new Uint8Array(20_000);
    bytes.set(wim);
    const { tree: result, splits } = await splitInstallImages(tree(file("install.wim", bytes)), {
      file: 19_000,
      part: 18_000,
    });
    expect(paths(result)).toEqual(["install.wim"]);
    expect(splits[0]!.parts).toHaveLength(1);
    expect(splits[0]!.parts[0]!.size).toBeLessThan(wim.length);
  });
});

describe("what cannot be split", () => {
  const refused = (...children: FileNode[]) => splitInstallImages(tree(directory("sources", children)), limits);

  it("is refused as too large, with the reason", async () => {
    const pipable = wim.slice();
    pipable.set(new TextEncoder().encode("WLPWM"));
    const both = Uint8Array.from(Buffer.concat([pipable, pipable.subarray(0, 208)]));
    const error = await rejection(refused(file("install.wim", both)));
    expect(error).toMatchObject({ code: "file-too-large", hint: "NTFS holds files of that size." });
    expect(error.data).toMatchObject({ path: "sources/install.wim", size: both.length, limit: limits.file });
    expect(error.message).toMatch(/FAT32 holds files of at most [^,]*, and it cannot be split: .*pipable/);
  });

  it("is refused where a part would take the name of another file", async () => {
    await expectRejection(
      refused(file("install.wim", wim), file("INSTALL2.SWM", 5)),
      "file-too-large",
      /cannot be split: sources\/install2\.swm is there already/,
    );
  });

  it("is damage where it is no WIM, or one whose tables are none", async () => {
    await expectRejection(refused(hole("install.wim", 20_000)), "wim-damaged", /sources\/install\.wim/);
    const damaged = wim.slice();
    const { offset, size } = (await openWim(memorySource(wim))).header.lookupTable;
    damaged.fill(0xff, offset, offset + size);
    await expectRejection(refused(file("install.wim", damaged)), "wim-damaged", /install\.wim/);
  });
});
