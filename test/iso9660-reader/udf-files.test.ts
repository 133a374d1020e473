/** UDF's file structure: every form that a File Entry, a directory and an allocation can have. */
import { imageRuns } from "../support/image-runs.js";
import { describe, expect, it } from "vitest";
import { seal } from "../../fixtures/iso/udf-encoding.js";
import { assertWhole, readImage } from "../../src/iso9660-reader/index.js";
import { maximumIcbChain } from "../../src/iso9660-reader/limits.js";
import { indirectEntry } from "../../src/iso9660-reader/udf/file-records.js";
import { tagIdentifiers } from "../../src/iso9660-reader/udf/volume-records.js";
import { find } from "../../src/tree/index.js";
import { contentsOf } from "./contents.js";
import {
  allocationExtentAt,
  blockSize,
  directoryAt,
  entryAt,
  fileSetAt,
  identifiers,
  longDescriptors,
  partitionStart,
  shortDescriptors,
  sourceOf,
  text,
  withRoot,
} from "./udf-composer.js";

const filled = (letter: string): Uint8Array => text(letter.repeat(blockSize));
const zeros = (count: number): string => "\0".repeat(count);

describe("a file's content", () => {
  const attributes = new Uint8Array(64).fill(0xee);
  it.each([
    ["embedded", { allocation: text("inside") }, "inside"],
    ["embedded in an Extended File Entry", { extended: true, allocation: text("inside") }, "inside"],
    ["embedded behind extended attributes", { extendedAttributes: attributes, allocation: text("in") }, "in"],
    ["empty", { allocationType: 0 }, ""],
    [
      "short descriptors",
      {
        allocationType: 0,
        size: 515,
        allocation: shortDescriptors({ length: 512, position: 20 }, { length: 3, position: 22 }),
      },
      "a".repeat(512) + "ccc",
    ],
    [
      "short descriptors behind extended attributes",
      {
        allocationType: 0,
        size: 3,
        extendedAttributes: attributes,
        allocation: shortDescriptors({ length: 3, position: 22 }),
      },
      "ccc",
    ],
    [
      "long descriptors",
      {
        allocationType: 1,
        size: 514,
        allocation: longDescriptors({ length: 512, position: 21 }, { length: 2, position: 20 }),
      },
      "b".repeat(512) + "aa",
    ],
    [
      "extents that were never recorded, or only allocated, as zeros",
      {
        allocationType: 0,
        size: 1537,
        allocation: shortDescriptors(
          { length: 512, position: 21, type: 1 },
          { length: 512, position: 0, type: 2 },
          { length: 513, position: 20 },
        ),
      },
      zeros(1024) + "a".repeat(512) + "b",
    ],
    [
      "a descriptor of length 0 as the end of the list",
      {
        allocationType: 0,
        size: 2,
        allocation: shortDescriptors(
          { length: 2, position: 20 },
          { length: 0, position: 0 },
          { length: 9, position: 21 },
        ),
      },
      "aa",
    ],
    [
      "no more than the file's length, where a tail is allocated",
      {
        allocationType: 0,
        size: 1,
        allocation: shortDescriptors({ length: 512, position: 20 }, { length: 512, position: 21 }),
      },
      "a",
    ],
    [
      "descriptors that go on in an allocation extent",
      {
        allocationType: 0,
        size: 1024,
        allocation: shortDescriptors({ length: 512, position: 22 }, { length: 512, position: 30, type: 3 }),
      },
      "c".repeat(512) + "a".repeat(512),
    ],
  ] as const)("%s", async (_, fields, expected) => {
    const blocks = {
      10: entryAt(10, fields),
      20: filled("a"),
      21: filled("b"),
      22: filled("c"),
      30: allocationExtentAt(30, shortDescriptors({ length: 512, position: 20 })),
    };
    const image = await readImage(sourceOf(withRoot([{ name: "f", icb: 10 }], blocks)));
    expect(await contentsOf(image.tree)).toEqual({ f: expected });
    expect(image.warnings).toEqual([]);
  });

  it("joins extents that continue each other", async () => {
    const allocation = shortDescriptors({ length: 512, position: 20 }, { length: 512, position: 21 });
    const blocks = { 10: entryAt(10, { allocationType: 0, size: 1024, allocation }) };
    const { tree } = await readImage(sourceOf(withRoot([{ name: "f", icb: 10 }], blocks)));
    expect(imageRuns(find(tree, "f"))).toMatchObject([{ length: 1024 }]);
  });

  it("behind the image's end is noted, and refused by assertWhole", async () => {
    const allocation = shortDescriptors({ length: 1000, position: 59 });
    const composition = withRoot([{ name: "f", icb: 10 }], {
      10: entryAt(10, { allocationType: 0, size: 1000, allocation }),
    });
    const image = await readImage(sourceOf({ ...composition, partitionBlocks: 100 }));
    expect(image.truncatedFiles).toEqual([{ path: "f", missingBytes: 1000 - blockSize }]);
    expect(image.warnings.map(({ code }) => code)).toEqual(["image-short"]);
    expect(() => assertWhole(image)).toThrow(expect.objectContaining({ code: "image-truncated" }));
    expect(() => assertWhole(image)).toThrow("f (488 bytes missing)");
  });
});

describe("directories", () => {
  it("leave out deleted entries and the parent, and tell what is hidden", async () => {
    const { tree } = await readImage(
      sourceOf(
        withRoot(
          [
            { name: "", icb: 1, characteristics: 0x0a },
            { name: "gone", icb: 99, characteristics: 0x04 },
            { name: "hidden", icb: 10, characteristics: 0x01, implementationUse: 32 },
            { name: "sub", icb: 11, characteristics: 0x02 },
          ],
          { 10: entryAt(10, {}), 11: directoryAt(11, [{ name: "雪 ü", icb: 10 }]) },
        ),
      ),
    );
    expect(await contentsOf(tree)).toEqual({ hidden: "", sub: null, "sub/雪 ü": "" });
    expect(find(tree, "hidden")?.attributes).toEqual({ hidden: true });
    expect(find(tree, "sub/雪 ü")?.attributes).toEqual({});
  });

  it("span blocks and extents", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `a name of some length ${index}`);
    const size = identifiers(
      names.map((name) => ({ name, icb: 10 })),
      0,
    ).length;
    const allocation = shortDescriptors(
      { length: blockSize, position: 40 },
      { length: size - blockSize, position: 30 },
    );
    // Each entry's tag names the block that it begins in.
    let offset = 0;
    const content = new Uint8Array(size);
    for (const name of names) {
      const block = offset < blockSize ? 40 : 30 + Math.floor((offset - blockSize) / blockSize);
      const one = identifiers([{ name, icb: 10 }], block);
      content.set(one, offset);
      offset += one.length;
    }
    const image = await readImage(
      sourceOf({
        blocks: {
          0: fileSetAt(0, 1),
          1: entryAt(1, { fileType: 4, allocationType: 0, size, allocation }),
          10: entryAt(10, {}),
          40: content.subarray(0, blockSize),
          30: content.subarray(blockSize),
        },
      }),
    );
    expect(image.tree.children.map(({ name }) => name)).toEqual(names);
    expect(image.warnings).toEqual([]);
  });

  it("name another block in their tags with a warning only", async () => {
    const root = entryAt(1, {
      fileType: 4,
      allocation: identifiers(
        [
          { name: "f", icb: 10 },
          { name: "g", icb: 10 },
        ],
        7,
      ),
    });
    const image = await readImage(sourceOf({ blocks: { 0: fileSetAt(0, 1), 1: root, 10: entryAt(10, {}) } }));
    expect(image.warnings).toEqual([
      { code: "udf-tag-location", message: expect.stringMatching(/location 7, expected 1 \(and 1 more like it\)/) },
    ]);
  });

  it("leave out what is no file, with a warning", async () => {
    const image = await readImage(
      sourceOf(withRoot([{ name: "pipe", icb: 10 }], { 10: entryAt(10, { fileType: 9 }) })),
    );
    expect(image.tree.children).toEqual([]);
    expect(image.warnings).toMatchObject([{ code: "special-file" }]);
  });
});

function indirect(location: number, next: number): Uint8Array {
  const indirectIcb = { lengthAndType: blockSize, position: next, partitionReference: 0 };
  return seal(indirectEntry.encode({ indirectIcb }), tagIdentifiers.indirectEntry, location);
}

it("strategy 4096 leads to the newest version of a file", async () => {
  const image = await readImage(
    sourceOf(
      withRoot([{ name: "f", icb: 10 }], {
        10: entryAt(10, { strategyType: 4096, allocation: text("old") }),
        11: indirect(11, 14),
        14: entryAt(14, { strategyType: 4096, allocation: text("newer") }),
        15: indirect(15, 18),
      }),
    ),
  );
  expect(await contentsOf(image.tree)).toEqual({ f: "newer" });
});

describe("the versions of a file by strategy 4096", () => {
  const chain = (count: number, nextOf: (version: number) => number) => {
    const blocks: Record<number, Uint8Array> = {};
    for (let version = 0; version < count; version += 1) {
      const block = 10 + 2 * version;
      blocks[block] = entryAt(block, { strategyType: 4096, allocation: text("a") });
      blocks[block + 1] = indirect(block + 1, nextOf(version));
    }
    const composition = { ...withRoot([{ name: "f", icb: 10 }], blocks), blockCount: partitionStart + 2 * count + 40 };
    return readImage(sourceOf(composition));
  };

  it("are more than are followed: a limit, not damage", async () => {
    await expect(chain(maximumIcbChain + 1, (version) => 12 + 2 * version)).rejects.toMatchObject({
      code: "image-unsupported",
      message: expect.stringContaining("a limit of win7usb, not damage") as string,
    });
  });

  it("in a circle are damage", async () => {
    await expect(chain(3, () => 10)).rejects.toMatchObject({
      code: "image-damaged",
      message: expect.stringContaining("circle") as string,
    });
  });
});
