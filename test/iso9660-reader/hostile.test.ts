/** Input that is no image, is cut short, or was changed: typed errors that name the cause, and never a hang. */
import { array, assert, asyncProperty, integer, nat, oneof, record, uint8Array } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { seal } from "../../fixtures/iso/udf-encoding.js";
import { Win7UsbError } from "../../src/errors.js";
import { assertWhole, readImage } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { directory, file, tree } from "../support/memory-tree.js";
import type { Composition } from "./udf-composer.js";
import {
  allocationExtentAt,
  blockSize,
  compose,
  directoryAt,
  entryAt,
  longDescriptors,
  partitionStart,
  shortDescriptors,
  sourceOf,
  withRoot,
} from "./udf-composer.js";

const isDirectory = 0x02;

async function failureOf(bytes: Uint8Array): Promise<unknown> {
  try {
    assertWhole(await readImage(memorySource(bytes)));
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("what is no image", () => {
  it.each([
    ["nothing", new Uint8Array(), "it is empty"],
    ["few bytes", new Uint8Array(1000), "it has 1000 bytes"],
    ["a system area alone", new Uint8Array(32 * 1024), "it has 32768 bytes"],
    ["zeros", new Uint8Array(1 << 20), "CD001"],
    ["other bytes", Uint8Array.from({ length: 1 << 20 }, (_, index) => (index * 7919) >>> 5), "NSR02"],
  ])("%s", async (_, bytes, words) => {
    expect(await failureOf(bytes)).toMatchObject({ code: "image-not-iso", message: expect.stringContaining(words) });
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

function fileIs(allocation: Uint8Array, size: number, allocationType = 0): Composition {
  return withRoot([{ name: "f", icb: 10 }], { 10: entryAt(10, { allocationType, size, allocation }) });
}

/** Directories in one another, each with a name of 250 characters. */
function deepVolume(levels: number): Composition {
  const blocks: Record<number, Uint8Array> = {};
  const below = (level: number) => [{ name: "d".repeat(250), icb: 10 + level, characteristics: isDirectory }];
  for (let level = 0; level < levels; level += 1) {
    blocks[10 + level] = directoryAt(10 + level, level + 1 < levels ? below(level + 1) : []);
  }
  return withRoot(below(0), blocks);
}

describe("UDF that contradicts itself", () => {
  const file10 = entryAt(10, {});
  const cases: [string, Composition, string, string][] = [
    ["a wrong checksum", withRoot([{ name: "f", icb: 10 }], { 10: flipped(file10, 4) }), "image-damaged", "checksum"],
    ["a wrong CRC", withRoot([{ name: "f", icb: 10 }], { 10: flipped(file10, 60) }), "image-damaged", "CRC"],
    ["no File Entry", withRoot([{ name: "f", icb: 10 }], {}), "image-damaged", "identifier 0, expected 261 or 266"],
    ["the name ..", withRoot([{ name: "..", icb: 10 }], { 10: file10 }), "image-damaged", '".."'],
    ["the name .", withRoot([{ name: ".", icb: 10 }], { 10: file10 }), "image-damaged", '"."'],
    ["a name of nothing", withRoot([{ name: "", icb: 10 }], { 10: file10 }), "image-damaged", "empty"],
    ["a slash in a name", withRoot([{ name: "a/b", icb: 10 }], { 10: file10 }), "image-damaged", "slash"],
    ["a NUL in a name", withRoot([{ name: "a\0b", icb: 10 }], { 10: file10 }), "image-damaged", "NUL"],
    [
      "the root inside of the root",
      withRoot([{ name: "d", icb: 1, characteristics: isDirectory }], {}),
      "image-damaged",
      "circle",
    ],
    [
      "a circle of two directories",
      withRoot([{ name: "d", icb: 10, characteristics: isDirectory }], {
        10: directoryAt(10, [{ name: "e", icb: 11, characteristics: isDirectory }]),
        11: directoryAt(11, [{ name: "d", icb: 10, characteristics: isDirectory }]),
      }),
      "image-damaged",
      "/d/e/d is entered twice",
    ],
    [
      "a file that calls itself a directory",
      withRoot([{ name: "d", icb: 10, characteristics: isDirectory }], { 10: file10 }),
      "image-damaged",
      "file type 5",
    ],
    [
      "a file longer than its extents",
      fileIs(shortDescriptors({ length: 10, position: 20 }), 11),
      "image-damaged",
      "cover 10",
    ],
    ["a file of 2^52 bytes", fileIs(new Uint8Array(), 2 ** 52), "image-damaged", "cover 0"],
    [
      "a file outside of its partition",
      fileIs(shortDescriptors({ length: 10, position: 60 }), 10),
      "image-damaged",
      "leave partition 0",
    ],
    [
      "an unknown partition",
      fileIs(longDescriptors({ length: 10, position: 0, reference: 7 }), 10, 1),
      "image-damaged",
      "reference number 7",
    ],
    [
      "extended descriptors",
      fileIs(shortDescriptors({ length: 10, position: 20 }), 10, 2),
      "image-unsupported",
      "extended allocation",
    ],
    [
      "an unknown strategy",
      withRoot([{ name: "f", icb: 10 }], { 10: entryAt(10, { strategyType: 1 }) }),
      "image-unsupported",
      "strategy 1",
    ],
    [
      "an allocation extent that leads to itself",
      withRoot([{ name: "f", icb: 10 }], {
        10: entryAt(10, {
          allocationType: 0,
          size: 9,
          allocation: shortDescriptors({ length: 512, position: 30, type: 3 }),
        }),
        30: allocationExtentAt(30, shortDescriptors({ length: 512, position: 30, type: 3 })),
      }),
      "image-damaged",
      "allocation extents",
    ],
    [
      "a directory of 1 GiB",
      withRoot([{ name: "d", icb: 10, characteristics: isDirectory }], {
        10: entryAt(10, {
          fileType: 4,
          allocationType: 0,
          size: 2 ** 30 - 512,
          allocation: shortDescriptors({ length: 2 ** 30 - 512, position: 20 }),
        }),
      }),
      "image-damaged",
      "expected at most",
    ],
    [
      "a directory of 32 MiB",
      withRoot([{ name: "d", icb: 10, characteristics: isDirectory }], {
        10: entryAt(10, {
          fileType: 4,
          allocationType: 0,
          size: 2 ** 25,
          allocation: shortDescriptors({ length: 2 ** 25, position: 20 }),
        }),
      }),
      "image-damaged",
      "32.0 MiB (33554432 bytes), expected at most the ",
    ],
    ["a path of 1,254 characters", deepVolume(5), "image-unsupported", "has 1254 characters, expected at most 1023"],
    [
      "a directory that was never recorded",
      withRoot([{ name: "d", icb: 10, characteristics: isDirectory }], {
        10: entryAt(10, {
          fileType: 4,
          allocationType: 0,
          size: 512,
          allocation: shortDescriptors({ length: 512, position: 20, type: 1 }),
        }),
      }),
      "image-damaged",
      "never recorded",
    ],
  ];
  it.each(cases)("%s", async (_, composition, code, words) => {
    const reading = readImage(sourceOf(composition));
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it("may have a path of 1,003 characters", async () => {
    expect((await readImage(sourceOf(deepVolume(4)))).tree.children).toHaveLength(1);
  });
});

describe("a bridge like Microsoft's", () => {
  let image: Uint8Array;

  beforeAll(async () => {
    const files = Array.from({ length: 30 }, (_, index) => file(`file ${index}`, 100 * index));
    const content = tree(
      file("bootmgr", 5000),
      directory("boot", [file("etfsboot.com", 4096)]),
      directory("sources", files),
    );
    const { extents, size } = await buildBridge(content, { label: "BRIDGE" });
    image = new Uint8Array(size);
    for (const { offset, length, source } of extents) {
      if (source.kind === "bytes") image.set(source.bytes.subarray(0, length), offset);
      if (source.kind === "range") image.set(await source.source.read(source.offset, length), offset);
    }
    expect(await failureOf(image)).toBeUndefined();
  });

  it("is an error wherever it is cut short, and names what is missing", async () => {
    for (let size = 0; size < image.length - 2048; size += 1024) {
      const failure = await failureOf(image.subarray(0, size));
      expect(failure, `cut at ${size}`).toBeInstanceOf(Win7UsbError);
      const { code } = failure as Win7UsbError;
      const least = 19 * 2048;
      if (size > 300 * 2048) expect(["image-truncated", "padding-missing"], `cut at ${size}`).toContain(code);
      else if (size <= 16 * 2048) expect(code).toBe("image-not-iso");
      else if (size > least) expect(["image-truncated", "image-damaged"]).toContain(code);
    }
  });

  it("never shows its README when UDF is damaged", async () => {
    const lastSector = image.length - 2048;
    for (const offsets of [
      [20 * 2048 + 1],
      [256 * 2048, lastSector],
      [32 * 2048, 48 * 2048],
      [257 * 2048],
      [259 * 2048],
    ]) {
      const changed = Uint8Array.from(image);
      for (const offset of offsets) changed.fill(0xff, offset, offset + 16);
      expect(await failureOf(changed), `damage at ${offsets.join()}`).toMatchObject({ code: "image-damaged" });
    }
  });

  it("is read or refused by name, whatever bytes are changed", { timeout: 60_000 }, async () => {
    // Where structure lies: descriptors, directories and entries; a change elsewhere is a change of content.
    const change = record({
      offset: oneof(integer({ min: 16 * 2048, max: 66 * 2048 }), integer({ min: 256 * 2048, max: 300 * 2048 })),
      bytes: uint8Array({ minLength: 1, maxLength: 8 }),
    });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const changed = Uint8Array.from(image);
        for (const { offset, bytes } of changes) changed.set(bytes, offset);
        const failure = await failureOf(changed);
        if (failure !== undefined) expect(failure).toBeInstanceOf(Win7UsbError);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a volume whose tags are made right again after a change", () => {
  const entry = entryAt(10, {
    allocationType: 0,
    size: 600,
    allocation: shortDescriptors({ length: 600, position: 20 }),
  });
  const base = compose(
    withRoot(
      [
        { name: "f", icb: 10 },
        { name: "d", icb: 11, characteristics: isDirectory },
      ],
      {
        10: entry,
        11: directoryAt(11, [{ name: "g", icb: 10 }]),
      },
    ),
  );

  it("is read or refused by name", { timeout: 60_000 }, async () => {
    const descriptors = [
      { at: partitionStart * blockSize, length: 512, identifier: 256, location: 0 },
      { at: (partitionStart + 10) * blockSize, length: entry.length, identifier: 261, location: 10 },
      { at: 100 * blockSize, length: 512, identifier: 5, location: 100 },
      { at: 101 * blockSize, length: 512, identifier: 6, location: 101 },
    ];
    const change = record({ which: nat(descriptors.length - 1), at: nat(495), value: nat(255) });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const image = Uint8Array.from(base);
        for (const { which, at, value } of changes) {
          const { at: start, length, identifier, location } = descriptors[which]!;
          const bytes = image.subarray(start, start + length);
          if (16 + at < length) bytes[16 + at] = value;
          seal(bytes, identifier, location);
        }
        const failure = await failureOf(image);
        if (failure !== undefined) expect(failure).toBeInstanceOf(Win7UsbError);
      }),
      { numRuns: 500 },
    );
  });
});
