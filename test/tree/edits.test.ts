/** Trees laid over one another: what is added, what takes another's place, and what cannot be. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import { overlay, treeWith, without } from "../../src/tree/edits.js";
import type { FileTree, TreeNode } from "../../src/tree/index.js";
import { contentSource, find, walk } from "../../src/tree/index.js";
import { directory, file, tree } from "../support/memory-tree.js";

const pathsOf = (of: FileTree): string[] => [...walk(of)].map(({ path }) => path);
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

async function contentAt(of: FileTree, path: string): Promise<string> {
  const node = find(of, path);
  if (node?.kind !== "file") throw new Error(`${path} is no file`);
  return new TextDecoder().decode(await contentSource(node).read(0, node.size));
}

const disc = tree(file("bootmgr", 3), directory("sources", [file("boot.wim", 5), file("EI.CFG", text("old"))]));

describe("overlay", () => {
  it("adds files and directories behind those that are there", () => {
    const over = tree(directory("sources", [directory("$OEM$", [file("a.txt", 1)])]), file("Autounattend.xml", 2));
    const { tree: edited, changes } = overlay(disc, over);
    expect(pathsOf(edited)).toEqual([
      "bootmgr",
      "sources",
      "sources/boot.wim",
      "sources/EI.CFG",
      "sources/$OEM$",
      "sources/$OEM$/a.txt",
      "Autounattend.xml",
    ]);
    expect(changes).toEqual([
      { path: "sources/$OEM$/a.txt", action: "added", size: 1 },
      { path: "Autounattend.xml", action: "added", size: 2 },
    ]);
  });

  it("replaces a file whose name differs in case alone, under the name that is there", async () => {
    const { tree: edited, changes } = overlay(disc, treeWith("Sources/ei.cfg", file("ei.cfg", text("new"))));
    expect(changes).toEqual([{ path: "sources/EI.CFG", action: "replaced", size: 3 }]);
    expect(pathsOf(edited)).toEqual(pathsOf(disc));
    expect(await contentAt(edited, "sources/ei.cfg")).toBe("new");
    expect(await contentAt(disc, "sources/ei.cfg")).toBe("old");
  });

  it("adds an empty directory, and leaves one that is there", () => {
    const { tree: edited, changes } = overlay(disc, tree(directory("empty"), directory("SOURCES")));
    expect(pathsOf(edited)).toEqual([...pathsOf(disc), "empty"]);
    expect(changes).toEqual([{ path: "empty", action: "added", size: 0 }]);
  });

  it("shares what stays", () => {
    const { tree: edited } = overlay(disc, tree(file("new.txt")));
    expect(edited.children[1]).toBe(disc.children[1]);
  });

  it.each<[string, TreeNode, string]>([
    ["a file over a directory", file("SOURCES"), "sources is a directory"],
    ["a directory over a file", directory("bootmgr", [file("a")]), "bootmgr is a file"],
  ])("refuses %s", (_name, node, reason) => {
    expect(() => overlay(disc, tree(node))).toThrow(reason);
    expect(() => overlay(disc, tree(node))).toThrow(expect.objectContaining({ code: "edit-conflict" }));
  });

  it("refuses two names that differ in case alone", () => {
    expect(() => overlay(disc, tree(file("A.txt"), file("a.TXT")))).toThrow(
      expect.objectContaining({ code: "edit-conflict", data: { paths: ["A.txt", "a.TXT"] } }),
    );
  });

  it("takes no letter for two others", () => {
    // By the table of Windows, as the stick's file system: ı and ſ have no capital letters in it.
    for (const [one, other] of [
      ["I", "ı"],
      ["S", "ſ"],
    ] as const) {
      expect(overlay(tree(file(one)), tree(file(other))).changes).toMatchObject([{ path: other, action: "added" }]);
    }
    const { changes } = overlay(tree(file("STRASSE")), tree(file("straße")));
    expect(changes).toEqual([{ path: "straße", action: "added", size: 0 }]);
  });
});

it("a file that takes another's place says whose, however often it is replaced", () => {
  const before = find(disc, "sources/ei.cfg");
  const over = (size: number): FileTree => tree(directory("sources", [file("ei.cfg", size)]));
  const once = overlay(disc, over(1)).tree;
  const twice = find(overlay(once, over(2)).tree, "sources/ei.cfg");
  expect(twice).toMatchObject({ size: 2, replaces: before?.kind === "file" ? before.content : null });
});

describe("without", () => {
  it("removes a file, whatever its case", () => {
    const { tree: edited, changes } = without(disc, "SOURCES/ei.cfg");
    expect(pathsOf(edited)).toEqual(["bootmgr", "sources", "sources/boot.wim"]);
    expect(changes).toEqual([{ path: "sources/EI.CFG", action: "removed", size: 3 }]);
  });

  it("changes nothing where there is none", () => {
    expect(without(disc, "sources/none/none")).toEqual({ tree: disc, changes: [] });
    expect(without(disc, "none").tree).toBe(disc);
  });
});

const names = fc.constantFrom("a", "A", "b", "c.txt", "C.TXT", "ä", "Ä");
const { node: anyTree } = fc.letrec<{ node: TreeNode; children: TreeNode[] }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(names, fc.nat(9)).map(([name, size]) => file(name, size)),
    fc.tuple(names, tie("children")).map(([name, children]) => directory(name, children)),
  ),
  children: fc.uniqueArray(tie("node"), { maxLength: 4, selector: ({ name }) => name.toLowerCase() }),
}));
const roots = fc
  .uniqueArray(anyTree, { maxLength: 4, selector: ({ name }) => name.toLowerCase() })
  .map((children) => tree(...children));

/** Every file by its folded path, as a plain map. */
function filesOf(of: FileTree): Map<string, number> {
  const files = [...walk(of)].filter(({ node }) => node.kind === "file");
  return new Map(files.map(({ path, node }) => [path.toUpperCase(), node.kind === "file" ? node.size : 0]));
}

/** Without what its files stand in the place of. */
function contentsOf(node: TreeNode): TreeNode {
  if (node.kind === "directory") return { ...node, children: node.children.map(contentsOf) };
  const { replaces: _place, ...rest } = node;
  return rest;
}

describe("any tree over any other", () => {
  it("is the files of both, those of the upper one where both have one", () => {
    fc.assert(
      fc.property(roots, roots, (below, above) => {
        let edited;
        try {
          edited = overlay(below, above);
        } catch (error) {
          expect(error).toBeInstanceOf(Win7UsbError);
          return;
        }
        expect(filesOf(edited.tree)).toEqual(new Map([...filesOf(below), ...filesOf(above)]));
        for (const { path, action } of edited.changes) {
          const before = find(below, path);
          expect(before === undefined).toBe(action === "added");
          expect(find(edited.tree, path)?.name).toBe(path.split("/").at(-1));
        }
        expect(contentsOf(overlay(edited.tree, above).tree)).toEqual(contentsOf(edited.tree));
      }),
    );
  });
});
