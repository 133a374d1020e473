/** Times, text, checksums, the boot catalogue, and how much is read. */
import { layoutSource } from "../../src/extents/layout-source.js";
import { describe, expect, it } from "vitest";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { compressedUnicode, dstring } from "../../fixtures/iso/udf-encoding.js";
import { bootCatalogueEntrySize, bootEntry, validationEntry } from "../../src/iso9660-reader/el-torito.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { bootRecordVolumeDescriptor } from "../../src/iso9660-reader/iso9660/records.js";
import { instantOfRecordingTime, instantOfVolumeTime } from "../../src/iso9660-reader/iso9660/time.js";
import { descriptorCrc } from "../../src/iso9660-reader/udf/crc.js";
import { timestamp } from "../../src/iso9660-reader/udf/fields.js";
import { decodeCompressedUnicode, decodeDstring } from "../../src/iso9660-reader/udf/text.js";
import { instantField } from "../../src/iso9660-reader/udf/time.js";
import { memorySource } from "../../src/source/byte-source.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { composeIso, isoDirectory, sectorSize } from "./iso-composer.js";

it("the CRC of ECMA-167 7.2.6's example", () => {
  expect(descriptorCrc(Uint8Array.of(0x70, 0x6a, 0x77), 0, 3)).toBe(0x3299);
});

describe("timestamps of ECMA-167", () => {
  const date = {
    year: 2010,
    month: 11,
    day: 20,
    hour: 22,
    minute: 25,
    second: 3,
    centiseconds: 45,
    hundredsOfMicroseconds: 67,
  };
  const instantOf = (values: Partial<ReturnType<typeof timestamp.decode>>): number | undefined => {
    const bytes = timestamp.encode({ ...date, typeAndTimeZone: 0x1000, ...values });
    return instantField(0).read(new DataView(bytes.buffer), 0);
  };
  const utc = Date.UTC(2010, 10, 20, 22, 25, 3, 456);
  const minute = 60_000;
  it.each([
    ["local time without an offset from UTC", {}, utc],
    ["an hour ahead", { typeAndTimeZone: 0x1000 | 60 }, utc - 60 * minute],
    ["eight hours behind", { typeAndTimeZone: 0x1000 | (-480 & 0xfff) }, utc + 480 * minute],
    ["no offset given (-2047)", { typeAndTimeZone: 0x1000 | (-2047 & 0xfff) }, utc],
    ["coordinated time, whose offset does not count", { typeAndTimeZone: 60 }, utc],
    ["a fraction out of its range", { centiseconds: 200 }, utc - 456],
    ["month 0", { month: 0 }, undefined],
    ["day 32", { day: 32 }, undefined],
    ["hour 24", { hour: 24 }, undefined],
    ["nothing", { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, typeAndTimeZone: 0 }, undefined],
    ["before 1900", { year: 1899 }, undefined],
  ])("%s", (_, values, expected) => expect(instantOf(values)).toBe(expected));
});

describe("times of ECMA-119", () => {
  it.each([
    ["7 bytes, an hour ahead", [110, 11, 20, 22, 25, 3, 4], Date.UTC(2010, 10, 20, 21, 25, 3)],
    ["7 bytes, eight hours behind", [110, 11, 20, 22, 25, 3, 0xe0], Date.UTC(2010, 10, 21, 6, 25, 3)],
    ["7 zeros", [0, 0, 0, 0, 0, 0, 0], undefined],
  ])("%s", (_, bytes, expected) => expect(instantOfRecordingTime(Uint8Array.from(bytes))).toBe(expected));

  it.each([
    ["2010112022250345", 4, Date.UTC(2010, 10, 20, 21, 25, 3, 450)],
    ["2010112022250345", 0xe0, Date.UTC(2010, 10, 21, 6, 25, 3, 450)],
    ["0000000000000000", 0, undefined],
    ["                ", 0, undefined],
  ])("%s, offset %i", (digits, offset, expected) => {
    expect(instantOfVolumeTime(Uint8Array.of(...new TextEncoder().encode(digits), offset))).toBe(expected);
  });
});

describe("OSTA compressed Unicode", () => {
  it.each(["", "ascii.txt", "ünïcode é", "雪 ☃", "😀"])("%j comes back", (name) => {
    expect(decodeCompressedUnicode(compressedUnicode(name), "a name")).toBe(name);
    expect(decodeDstring(dstring(name, 32), "a label")).toBe(name);
  });
  it("other compression, or half a character, is damage", () => {
    expect(() => decodeCompressedUnicode(Uint8Array.of(9, 65), "a name")).toThrow("compression ID 9, expected 8 or 16");
    expect(() => decodeCompressedUnicode(Uint8Array.of(16, 65), "a name")).toThrow("expected an even number");
    expect(() => decodeDstring(new Uint8Array(32).fill(32), "a label")).toThrow("claims 32 bytes, expected at most 31");
  });
});

function catalogue(): Uint8Array {
  const bytes = new Uint8Array(sectorSize);
  // The words 0x0001, "ab" and 0xaa55 and the checksum add up to 0.
  validationEntry.patch(bytes, 0, {
    headerId: 1,
    idString: "ab".padEnd(24, "\0"),
    checksum: -(0x0001 + 0x6261 + 0xaa55) & 0xffff,
    keyBytes: Uint8Array.of(0x55, 0xaa),
  });
  bootEntry.patch(bytes, bootCatalogueEntrySize, { bootIndicator: 0x88, sectorCount: 8, loadRba: 735 });
  return bytes;
}

describe("the boot catalogue", () => {
  const bootRecord = bootRecordVolumeDescriptor.encode({
    standardIdentifier: "CD001",
    version: 1,
    bootSystemIdentifier: "EL TORITO SPECIFICATION".padEnd(32, "\0"),
    bootCatalogueLocation: 25,
  });
  const withCatalogue = (bytes: Uint8Array): Uint8Array =>
    composeIso({ root: [], sectors: { 17: bootRecord, 25: bytes } });

  it("with sections", async () => {
    const bytes = catalogue();
    const put = (index: number, entry: number[]): void => bytes.set(entry, index * bootCatalogueEntrySize);
    // A section of two entries, the first with an extension, and a last section of one.
    put(2, [0x90, 0xef, 2, 0]);
    put(3, [0x88, 0x20, 0, 0, 0, 0, 1]);
    put(4, [0x44]);
    put(5, [0x00, 0, 0, 0, 0, 0, 2]);
    put(6, [0x91, 1, 1, 0]);
    put(7, [0x88, 4, 0, 0, 6, 0, 3]);
    const { elTorito, warnings } = await readImage(memorySource(withCatalogue(bytes)));
    expect(warnings).toEqual([]);
    expect(elTorito).toMatchObject({ catalogLocation: 25, platform: 0, idString: "ab" });
    expect(elTorito?.entries).toMatchObject([
      { bootable: true, platform: 0, mediaType: 0, sectorCount: 8, loadRba: 735 },
      { bootable: true, platform: 0xef, mediaType: 0, sectorCount: 1 },
      { bootable: false, platform: 0xef, sectorCount: 2 },
      { bootable: true, platform: 1, mediaType: 4, systemType: 6, sectorCount: 3 },
    ]);
  });

  it("that claims 65535 entries ends with the catalogue", async () => {
    const bytes = catalogue();
    bytes.set([0x90, 0xef, 0xff, 0xff], 2 * bootCatalogueEntrySize);
    const { elTorito, warnings } = await readImage(memorySource(withCatalogue(bytes)));
    expect(elTorito?.entries.length).toBeLessThan(128);
    const [{ code, message } = { code: "", message: "" }, ...others] = warnings;
    expect([code, others]).toEqual(["el-torito", []]);
    const left = 0xffff - elTorito!.entries.length + 1;
    expect(message).toContain(`promises ${left.toLocaleString("en-US")} further entries, which are not looked at`);
  });

  it.each([
    [
      "its entries",
      [0x91, 0xef, 200, 0],
      /promises 75 further entries, which are not looked at: at most 128 entries are/,
    ],
    ["another section", [0x90, 0xef, 125, 0], /promises further sections, which are not looked at/],
  ])("with more than is looked at of %s is told so", async (_, header, message) => {
    const bytes = catalogue();
    bytes.set(header, 2 * bootCatalogueEntrySize);
    const image = composeIso({ root: [], sectors: { 17: bootRecord, 25: bytes }, sectorCount: 40 });
    const { elTorito, warnings } = await readImage(memorySource(image));
    expect(elTorito?.entries).toHaveLength(126);
    expect(warnings).toEqual([{ code: "el-torito", message: expect.stringMatching(message) }]);
  });

  it.each([
    ["has a wrong checksum", 0],
    ["has no key", 30],
  ])("that %s is a warning", async (_, at) => {
    const bytes = catalogue();
    bytes[at]! ^= 2;
    const { elTorito, warnings } = await readImage(memorySource(withCatalogue(bytes)));
    expect(elTorito).toBeNull();
    expect(warnings).toMatchObject([{ code: "el-torito" }]);
  });
});

it("a thousand files are read in few, large, aligned reads, and contents not at all", async () => {
  const folders = Array.from({ length: 20 }, (_, index) =>
    directory(
      `folder ${index}`,
      Array.from({ length: 50 }, (__, count) => file(`file ${count}.dll.mui`, 3)),
    ),
  );
  const { extents, size } = await buildBridge(tree(...folders), { label: "MANY" });
  const image = layoutSource(extents, size);
  const reads: number[] = [];
  const counting = {
    ...image,
    read: (offset: number, length: number) => {
      reads.push(length);
      expect(offset % (128 * 1024)).toBe(0);
      return image.read(offset, length);
    },
  };
  const { tree: read } = await readImage(counting);
  expect(read.children).toHaveLength(20);
  // 1020 File Entries of a block each, and the directories: 2.2 MiB.
  expect(reads.length).toBeLessThan(24);
});

it("an image of the directory's size in the root's record and no more is enough", async () => {
  const image = composeIso({ root: [], sectors: { 20: isoDirectory(20, []) }, sectorCount: 21 });
  expect((await readImage(memorySource(image))).tree.children).toEqual([]);
});
