/** Files over 1 GiB (several allocation descriptors) and over 4 GiB (several extents), from other people's tools. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { writeExtents } from "../../fixtures/iso/write-extents.js";
import { GiB } from "../../src/bytes/units.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, find } from "../../src/tree/index.js";
import { hostFileSource, hostTree } from "../support/host-tree.js";
import { judge } from "../support/judges.js";
import { everyCase } from "../support/sample.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-iso-large-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const markAt = (offset: number): string => offset.toString(16).padStart(8, "0").slice(-8);

/** Where marks stand in a sparse file: on both sides of each limit. */
const marks = (size: number): number[] =>
  [0, GiB - 2048, GiB, 2 * GiB - 4096, 4 * GiB - 2048, 4 * GiB, size - 8].filter((offset) => offset + 8 <= size);

function makeSparse(name: string, size: number): string {
  const root = join(folder, name);
  mkdirSync(root);
  const file = openSync(join(root, "LARGE.BIN"), "w");
  for (const offset of marks(size)) writeSync(file, markAt(offset), offset);
  closeSync(file);
  return root;
}

async function expectMarks(tree: FileTree, size: number): Promise<number> {
  const node = find(tree, "LARGE.BIN");
  if (node?.kind !== "file") throw new Error("LARGE.BIN is not in the tree");
  expect(node.size).toBe(size);
  const content = contentSource(node);
  for (const offset of marks(size)) {
    const text = new TextDecoder().decode(await content.read(offset, 8));
    expect(text, `at ${offset}`).toBe(markAt(offset));
  }
  // Between the marks there is nothing.
  expect(await content.read(100, 8)).toEqual(new Uint8Array(8));
  return node.content.length;
}

/** Runs an image maker that writes to its standard output, and keeps the holes: `cp` turns blocks of zeros into them. */
function makeImage(path: string, command: string): void {
  const script = `${command} | cp --sparse=always /dev/stdin ${path}`;
  execFileSync("bash", ["-c", `set -o pipefail; ${script}`], { stdio: ["ignore", "ignore", "pipe"] });
}

describe.skipIf(!judge("genisoimage"))("genisoimage", () => {
  it("-udf, 1.2 GiB", async () => {
    const size = Math.floor(1.2 * GiB);
    const root = makeSparse("udf", size);
    const path = join(folder, "udf.iso");
    makeImage(path, `genisoimage -quiet -udf ${root}`);
    await expectMarks((await readImage(hostFileSource(path))).tree, size);
  });
});

describe.skipIf(!judge("xorriso")).each(everyCase ? [4.01] : [])("xorriso, %d GiB", (gibibytes) => {
  it("-iso-level 3, in two extents", async () => {
    const size = Math.floor(gibibytes * GiB);
    const root = makeSparse("level3", size);
    const path = join(folder, "level3.iso");
    makeImage(path, `xorriso -as mkisofs -quiet -iso-level 3 ${root}`);
    // Both lie one behind the other, so that they are one extent of the image.
    expect(await expectMarks((await readImage(hostFileSource(path))).tree, size)).toBe(1);
  });
});

describe.skipIf(!judge("7z")).each(everyCase ? [1.2] : [])("our own bridge of %d GiB", (gibibytes) => {
  it("has the marks, read by us and by 7z", async () => {
    const size = Math.floor(gibibytes * GiB) + 5;
    const root = makeSparse("bridge", size);
    const path = join(folder, "bridge.iso");
    const bridge = await buildBridge(hostTree(root), { label: "LARGE" });
    await writeExtents(path, bridge.extents, bridge.size);
    expect(await expectMarks((await readImage(hostFileSource(path))).tree, size)).toBe(1);
    const sums = `7z x -so ${path} LARGE.BIN | sha256sum; sha256sum < ${join(root, "LARGE.BIN")}`;
    const [theirs, source] = execFileSync("bash", ["-c", sums], { encoding: "utf8" }).trim().split("\n");
    expect(theirs).toBe(source);
  });
});
