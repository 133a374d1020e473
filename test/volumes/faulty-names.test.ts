/** Names that are one to Windows, and those that it cannot open: what is joined, what is left out, and what is said. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromSource } from "../../src/extents/layout.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { Warning } from "../../src/errors.js";
import type { DirectoryNode, TreeNode } from "../../src/tree/index.js";
import { walk } from "../../src/tree/index.js";
import { faultyNameErrors, leftOutWarnings, withoutFaultyNames } from "../../src/volumes/faulty-names.js";
import { planDisk } from "../../src/volumes/index.js";
import { withMergedFolders } from "../../src/volumes/merged-folders.js";
import { MiB } from "../../src/bytes/units.js";
import { rounds } from "../support/sample.js";
import { directory, file, fileOf, tree } from "../support/memory-tree.js";

const pathsOf = (given: DirectoryNode): string[] => [...walk(given)].map(({ path }) => path);
const imageOf = (children: readonly TreeNode[]) => ({ tree: tree(...children), warnings: [] as readonly Warning[] });
const merged = (...children: TreeNode[]) => withMergedFolders(imageOf(children));

describe("folders that are one name to Windows", () => {
  it("are joined at every depth under the first one's name, and that is said", () => {
    const { tree: joined, warnings } = merged(
      directory("EFI", [directory("Boot", [file("a")]), file("x")]),
      file("setup.exe"),
      directory("efi", [directory("BOOT", [file("b")]), directory("microsoft", [file("c")])]),
    );
    expect(pathsOf(joined)).toEqual([
      "EFI",
      "EFI/Boot",
      "EFI/Boot/a",
      "EFI/Boot/b",
      "EFI/x",
      "EFI/microsoft",
      "EFI/microsoft/c",
      "setup.exe",
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(["folders-merged"]);
    expect(warnings[0]!.message).toContain('"efi" with "EFI"; "EFI/BOOT" with "EFI/Boot"');
    expect(withoutFaultyNames(joined, "fat32")).toEqual({ tree: joined, faults: [] });
  });

  it("by Windows' own table of capital letters, which knows no ß", () => {
    expect(pathsOf(merged(directory("Ä", []), directory("ä", [file("a")])).tree)).toEqual(["Ä", "Ä/a"]);
    expect(pathsOf(merged(directory("STRASSE", []), directory("straße", [])).tree)).toEqual(["STRASSE", "straße"]);
  });

  it("leave what contradicts: two files, or a file and a folder", () => {
    const image = imageOf([file("a", 1), file("A", 2), directory("b", []), file("B")]);
    expect(withMergedFolders(image)).toBe(image);
    const { tree: kept, faults } = withoutFaultyNames(image.tree, "fat32");
    expect(pathsOf(kept)).toEqual(["a", "b"]);
    expect(faults.map(({ code, path, files }) => [code, path, files])).toEqual([
      ["name-collision", "A", 1],
      ["name-collision", "B", 1],
    ]);
  });

  it("take two names of the same bytes of the disc for one file", () => {
    const source = memorySource(new Uint8Array(4));
    const link = (name: string) => fileOf(name, [fromSource(source)]);
    expect(pathsOf(merged(directory("a", [link("x")]), directory("A", [link("X")])).tree)).toEqual(["a", "a/x"]);
  });
});

describe("names that a stick cannot have", () => {
  const given = tree(
    file("aux.txt"),
    directory("con", [file("a"), directory("b", [file("c")])]),
    directory("d", [file("e. "), file("f"), file("F")]),
    file("$MFT"),
  );

  it("are left out with what lies below them, each with its reason", () => {
    const { tree: kept, faults } = withoutFaultyNames(given, "ntfs");
    expect(pathsOf(kept)).toEqual(["d", "d/f"]);
    expect(faults.map(({ path, files }) => [path, files])).toEqual([
      ["aux.txt", 1],
      ["con", 2],
      ["d/e. ", 1],
      ["d/F", 1],
      ["$MFT", 1],
    ]);
    expect(pathsOf(withoutFaultyNames(given, "fat32").tree)).toEqual(["d", "d/f", "$MFT"]);
    const [unsupported, collision] = leftOutWarnings(faults);
    expect(unsupported!.message).toMatch(/^4 files are left out: .*"aux.txt" is the name of a device/);
    expect(collision!.message).toMatch(/^2 files are left out: .*"d\/F" is one name to Windows with "d\/f"/);
    expect(faultyNameErrors(faults).map(({ code, data }) => [code, data["count"]])).toEqual([
      ["name-unsupported", 3],
      ["name-collision", 2],
    ]);
  });

  it("stand in no plan, whatever the tree: what is left can be laid out", () => {
    const name = fc.oneof(
      fc.constantFrom("con", "AUX.txt", "lpt1", "a", "A", "b. ", "c.", "$mft", "x?", "\ud800", "boot", "BOOT"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    );
    const { node } = fc.letrec<{ node: TreeNode }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        name.map((text) => file(text, 3)),
        fc.tuple(name, fc.array(tie("node"), { maxLength: 6 })).map(([text, children]) => directory(text, children)),
      ),
    }));
    fc.assert(
      fc.property(fc.array(node, { maxLength: 8 }), fc.constantFrom("fat32", "ntfs"), (children, fileSystem) => {
        const image = withMergedFolders(imageOf(children));
        const { tree: kept, faults } = withoutFaultyNames(image.tree, fileSystem);
        const files = (of: DirectoryNode): number => [...walk(of)].filter((each) => each.node.kind === "file").length;
        expect(files(kept) + faults.reduce((sum, each) => sum + each.files, 0)).toBe(files(image.tree));
        const { files: planned } = planDisk(kept, { diskSize: 64 * MiB }, { fileSystem, label: "" });
        expect(planned).toHaveLength(files(kept));
      }),
      { numRuns: rounds(100) },
    );
  });
});
