/** UDF's volume structure: anchors, descriptor sequences, and the four kinds of partitions. */
import { describe, expect, it } from "vitest";
import { joinBytes } from "../../src/bytes/join.js";
import { entity, seal } from "../../fixtures/iso/udf-encoding.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { maximumVirtualTableSearch } from "../../src/iso9660-reader/limits.js";
import {
  metadataPartitionMap,
  sparablePartitionMap,
  sparingTable,
  sparingTableEntry,
  tagIdentifiers,
  virtualTableHeader,
  virtualTableTrailer,
  volumeDescriptorPointer,
} from "../../src/iso9660-reader/udf/volume-records.js";
import { contentsOf } from "./contents.js";
import type { Composition } from "./udf-composer.js";
import {
  blockSize,
  directoryAt,
  entryAt,
  fileSetAt,
  identifiers,
  logicalVolume,
  mainSequence,
  partition,
  partitionStart,
  plainMap,
  reserveSequence,
  shortDescriptors,
  type2Map,
  longDescriptors,
  sourceOf,
  text,
  withRoot,
} from "./udf-composer.js";

const small = withRoot([{ name: "f", icb: 10 }], { 10: entryAt(10, { allocation: text("content") }) });
const blockCount = partitionStart + 300;
const damage = new Uint8Array(blockSize).fill(0x5a);

async function expectSmall(composition: Composition, codes: string[] = []): Promise<void> {
  const image = await readImage(sourceOf(composition));
  expect(await contentsOf(image.tree)).toEqual({ f: "content" });
  expect(image.warnings.map(({ code }) => code)).toEqual(codes);
  expect(image).toMatchObject({ fileSystem: "udf", volumeLabel: "COMPOSED", primaryVolume: null, elTorito: null });
}

describe("anchors", () => {
  it.each([
    ["256", [256]],
    ["N - 1", [blockCount - 1]],
    ["N - 257", [blockCount - 257]],
    ["512, on a disc that is not closed", [512]],
  ])("one at %s is enough", async (_, anchors) => expectSmall({ ...small, blockCount, anchors }));

  it("none is damage", async () => {
    await expect(readImage(sourceOf({ ...small, anchors: [] }))).rejects.toMatchObject({ code: "image-damaged" });
  });
});

describe("descriptor sequences", () => {
  const fileSet = { reference: 0, block: 0 };

  it("the reserve one is used where the main one is damaged", async () =>
    expectSmall({ ...small, over: { [mainSequence + 1]: damage } }, ["udf-main-sequence"]));

  it("both damaged are an error", async () => {
    const over = { [mainSequence + 1]: damage, [reserveSequence + 1]: damage };
    await expect(readImage(sourceOf({ ...small, over }))).rejects.toMatchObject({ code: "image-damaged" });
  });

  it("the descriptors with the highest numbers prevail, and a pointer leads on", async () => {
    const pointer = volumeDescriptorPointer.encode({ nextSequence: { length: 3 * blockSize, location: 140 } });
    const over = {
      [mainSequence]: partition(mainSequence, 60, partitionStart + 1),
      [mainSequence + 1]: logicalVolume(mainSequence + 1, "OLD", [plainMap], fileSet, 3),
      [mainSequence + 2]: seal(pointer, tagIdentifiers.volumeDescriptorPointer, mainSequence + 2),
      140: logicalVolume(140, "COMPOSED", [plainMap], fileSet, 4),
      141: partition(141, 60),
      142: logicalVolume(142, "OLDER", [plainMap], fileSet, 1),
    };
    await expectSmall({ ...small, over });
  });

  it("a pointer to itself ends at the limit", async () => {
    const itself = { length: blockSize, location: mainSequence };
    const pointer = seal(volumeDescriptorPointer.encode({ nextSequence: itself }), 3, mainSequence);
    await expectSmall({ ...small, over: { [mainSequence]: pointer } }, ["udf-main-sequence"]);
  });
});

function sparingTableAt(location: number, sequenceNumber: number, original: number, mapped: number): Uint8Array {
  const entries = [
    { originalLocation: original, mappedLocation: mapped },
    { originalLocation: 0xffffffff, mappedLocation: 280 },
  ].map((entry) => sparingTableEntry.encode(entry));
  const head = sparingTable.encode({
    sparingIdentifier: entity("*UDF Sparing Table"),
    reallocationTableLength: entries.length,
    sequenceNumber,
  });
  return seal(joinBytes([head, ...entries]), tagIdentifiers.sparingTable, location);
}

describe("sparable partitions", () => {
  const packetLength = 4;
  const map = type2Map(
    "*UDF Sparable Partition",
    sparablePartitionMap.encode({
      packetLength,
      numberOfSparingTables: 2,
      sizeOfEachSparingTable: blockSize,
      locationsOfSparingTables: [200, 201],
    }),
  );
  const letters = text(["a", "b", "c", "d", "e", "f"].map((letter) => letter.repeat(blockSize)).join(""));
  const composition = (first: Uint8Array, second: Uint8Array): Composition => ({
    ...withRoot([{ name: "f", icb: 10 }], {
      10: entryAt(10, {
        allocationType: 0,
        size: 6 * blockSize,
        allocation: shortDescriptors({ length: 6 * blockSize, position: 19 }),
      }),
      19: letters,
      // The spare packet for blocks 20 to 23.
      50: text("SPARE".padEnd(packetLength * blockSize, "s")),
    }),
    maps: [map],
    over: { 200: first, 201: second },
  });
  const spared = `${"a".repeat(blockSize)}${"SPARE".padEnd(packetLength * blockSize, "s")}${"f".repeat(blockSize)}`;
  const mapped = partitionStart + 50;

  it("read a spared packet from its new place", async () => {
    const image = await readImage(
      sourceOf(composition(sparingTableAt(200, 1, 20, mapped), sparingTableAt(201, 1, 20, mapped))),
    );
    expect(await contentsOf(image.tree)).toEqual({ f: spared });
    expect(image.warnings).toEqual([]);
  });

  it("take the newest table", async () => {
    const image = await readImage(
      sourceOf(composition(sparingTableAt(200, 1, 0xffffffff, 0), sparingTableAt(201, 2, 20, mapped))),
    );
    expect(await contentsOf(image.tree)).toEqual({ f: spared });
  });

  it("take the sound table, with a warning", async () => {
    const image = await readImage(sourceOf(composition(damage, sparingTableAt(201, 1, 20, mapped))));
    expect(await contentsOf(image.tree)).toEqual({ f: spared });
    expect(image.warnings).toMatchObject([{ code: "udf-sparing-table" }]);
  });

  it("without a sound table are damaged", async () => {
    await expect(readImage(sourceOf(composition(damage, damage)))).rejects.toMatchObject({ code: "image-damaged" });
  });
});

describe("virtual partitions", () => {
  const maps = [plainMap, type2Map("*UDF Virtual Partition", new Uint8Array(64))];
  const entries = new Uint8Array(12);
  // Virtual block 0 is the file set at block 30, 1 the root at 31, 2 the file at 35.
  for (const [index, block] of [30, 31, 35].entries()) new DataView(entries.buffer).setUint32(index * 4, block, true);
  const older = virtualTableTrailer.encode({ identifier: "*UDF Virtual Alloc Tbl".padEnd(23, "\0") });
  const header = virtualTableHeader.encode({ lengthOfHeader: virtualTableHeader.size });
  const composition = (table: Uint8Array): Composition => ({
    blocks: {
      30: fileSetAt(0, 1, 1),
      31: directoryAt(1, [{ name: "f", icb: 2, reference: 1 }]),
      35: entryAt(2, { allocation: text("content") }),
      55: table,
    },
    maps,
    fileSet: { reference: 1, block: 0 },
  });

  it("of UDF 1.50, whose table ends in its identifier", async () =>
    expectSmall(composition(entryAt(55, { fileType: 0, allocation: joinBytes([entries, older]) }))));

  it("of UDF 2.00, whose table begins with a header", async () =>
    expectSmall(composition(entryAt(55, { fileType: 248, allocation: joinBytes([header, entries]) }))));

  it("with a block that is not in use are damaged", async () => {
    const unused = Uint8Array.from(entries);
    unused.fill(0xff, 8);
    const table = entryAt(55, { fileType: 248, allocation: joinBytes([header, unused]) });
    await expect(readImage(sourceOf(composition(table)))).rejects.toThrow("block 2 of the virtual partition");
  });

  it("without a table are damaged", async () => {
    await expect(readImage(sourceOf(composition(new Uint8Array())))).rejects.toMatchObject({ code: "image-damaged" });
  });

  it("whose table may lie before the blocks that are looked through are not called damaged", async () => {
    const far = { ...composition(new Uint8Array()), blockCount: partitionStart + maximumVirtualTableSearch + 20 };
    await expect(readImage(sourceOf(far))).rejects.toMatchObject({
      code: "image-unsupported",
      message: expect.stringMatching(/last 513 blocks.*not damage/) as string,
    });
  });
});

function metadataFile(location: number, fileType: number): Uint8Array {
  // Blocks 0 and 1 of the metadata partition, then block 2 elsewhere.
  const allocation = shortDescriptors({ length: 2 * blockSize, position: 20 }, { length: blockSize, position: 30 });
  return entryAt(location, { fileType, extended: true, allocationType: 0, size: 3 * blockSize, allocation });
}

describe("metadata partitions", () => {
  const map = type2Map(
    "*UDF Metadata Partition",
    metadataPartitionMap.encode({ metadataFileLocation: 3, metadataMirrorFileLocation: 4 }),
  );
  const composition = (main: Uint8Array, mirror: Uint8Array): Composition => ({
    blocks: {
      3: main,
      4: mirror,
      20: fileSetAt(0, 1, 1),
      21: entryAt(1, { fileType: 4, allocation: identifiers([{ name: "f", icb: 2, reference: 1 }], 1) }),
      30: entryAt(2, { allocationType: 1, size: 7, allocation: longDescriptors({ length: 7, position: 40 }) }),
      40: text("content"),
    },
    maps: [plainMap, map],
    fileSet: { reference: 1, block: 0 },
  });

  it("have their blocks in the metadata file", async () =>
    expectSmall(composition(metadataFile(3, 250), metadataFile(4, 251))));

  it("fall back to the mirror, with a warning", async () =>
    expectSmall(composition(damage, metadataFile(4, 251)), ["udf-metadata-file"]));

  it("without either are damaged", async () => {
    await expect(readImage(sourceOf(composition(damage, damage)))).rejects.toMatchObject({ code: "image-damaged" });
  });
});
