/** The order of files on the stick: the boot chain, then as in the image, and what is added behind. */
import { expect, it } from "vitest";
import { memorySource } from "../../src/source/byte-source.js";
import { overlay, treeWith } from "../../src/tree/edits.js";
import { walk, type FileTree } from "../../src/tree/index.js";
import { fromSource } from "../../src/extents/layout.js";
import { inBootOrder } from "../../src/volumes/order.js";
import { directory, file, fileOf, tree } from "../support/memory-tree.js";

const image = memorySource(new Uint8Array(100));
const at = (name: string, offset: number) => fileOf(name, [fromSource(image, offset, 10)]);
const disc = tree(
  directory("sources", [at("install.wim", 50), at("ei.cfg", 20), at("boot.wim", 60)]),
  directory("boot", [at("bcd", 70)]),
  at("setup.exe", 10),
  at("bootmgr", 80),
);

function orderOf(of: FileTree): string[] {
  const files = [...walk(of)].flatMap(({ path, node }) => (node.kind === "file" ? [{ path, node }] : []));
  return inBootOrder(files).map(({ path }) => path);
}

const asInTheImage = ["bootmgr", "boot/bcd", "sources/boot.wim", "setup.exe", "sources/ei.cfg", "sources/install.wim"];

it("is that of the boot chain, then that of the image", () => {
  expect(orderOf(disc)).toEqual(asInTheImage);
});

it("has what is added behind all of the image", () => {
  const { tree: edited } = overlay(disc, tree(file("A.xml", 3), directory("a", [file("b", 3)])));
  expect(orderOf(edited)).toEqual([...asInTheImage, "A.xml", "a/b"]);
});

it("is not changed by a file that takes the place of one of the image", () => {
  const { tree: edited } = overlay(disc, treeWith("sources/EI.CFG", file("EI.CFG", 3)));
  expect(orderOf(edited)).toEqual(asInTheImage);
});
