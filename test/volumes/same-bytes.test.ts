/** The bytes of a stick are those of its image, on every system that the tests run on: they are recorded here. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { windows7Label, windows7Tree } from "../../fixtures/windows7/tree.js";
import { MiB } from "../../src/bytes/units.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { planDisk, smallestDisk } from "../../src/volumes/index.js";

/** SHA-256 of the whole disk; zeros where a write puts the manifest, which names the version. */
const recorded = [
  ["fat32", "6a044c5d1726cebc42b7554b8433d6c1ff1052b23797a19f1e3457d7c1bbd333"],
  ["ntfs", "bd5d4a7eb845af291ee8746a9ff54a86f8c09878152e8539bec358bdff45e58c"],
] as const;

describe("a planned disk", () => {
  it.each(recorded)("of %s has the bytes that it had on other systems", async (fileSystem, digest) => {
    const tree = await windows7Tree();
    const options = { fileSystem, label: windows7Label };
    const diskSize = smallestDisk(tree, options);
    const disk = layoutSource(planDisk(tree, { diskSize }, options).extents, diskSize);
    const hash = createHash("sha256");
    const piece = new Uint8Array(MiB);
    for (let offset = 0; offset < diskSize; offset += piece.length) {
      await disk.readInto(offset, piece);
      hash.update(piece);
    }
    expect(hash.digest("hex")).toBe(digest);
  });
});
