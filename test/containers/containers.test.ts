/** A disk in a file of each format is the disk again when it is read, and the file is the same each time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFileUnit, KiB, MiB } from "../../src/bytes/units.js";
import {
  containerFor,
  containerFormats,
  formatByName,
  isCompressed,
  readContainer,
} from "../../src/containers/index.js";
import { crc32c } from "../../src/containers/crc32c.js";
import { vhdGeometry } from "../../src/containers/vhd.js";
import { coalesce } from "../../src/extents/spans.js";
import { memorySource } from "../../src/source/byte-source.js";
import { rounds } from "../support/sample.js";
import { diskIn, fileOf, filledDisk, mixedDisk } from "./disks.js";

const formats = containerFormats.filter((format) => format !== "raw" && !isCompressed(format));
const mixed = mixedDisk();

describe.each(formats)("a disk as %s", (format) => {
  it("is the same disk when it is read", async () => {
    const disk = mixed;
    const file = memorySource(await fileOf(containerFor(format, disk), disk));
    const found = await readContainer(file, "stick");
    expect(found).toMatchObject({ format, map: { diskSize: disk.diskSize } });
    expect(Buffer.compare(await diskIn(file, found!.map), disk.bytes)).toBe(0);
  });

  it("is the same disk whatever of it is used", async () => {
    const span = fc.record({ start: fc.nat(5 * MiB), length: fc.integer({ min: 1, max: MiB }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(span, { maxLength: 4 }),
        fc.integer({ min: 1, max: 12 * KiB }),
        async (spans, sectors) => {
          const diskSize = sectors * 512;
          const ends = spans.map(({ start, length }) => ({ start, end: Math.min(start + length, diskSize) }));
          const disk = filledDisk(diskSize, coalesce(ends.filter(({ start, end }) => start < end)));
          const container = containerFor(format, disk);
          const file = memorySource(await fileOf(container, disk));
          const { map } = (await readContainer(file, "stick"))!;
          expect([...map.places]).toEqual([...container.map.places]);
          expect(Buffer.compare(await diskIn(file, map), disk.bytes)).toBe(0);
        },
      ),
      { numRuns: rounds(60, 4) },
    );
  });

  it("has its blocks on pages that none of its structures is in", () => {
    const { map, structures, fileSize } = containerFor(format, mixed);
    const pages = new Set<number>();
    for (const { offset, length } of structures) {
      for (let page = Math.floor(offset / imageFileUnit); page * imageFileUnit < offset + length; page += 1)
        pages.add(page);
    }
    const shared: number[] = [];
    for (const place of map.places) {
      if (place < 0) continue;
      expect(place % imageFileUnit).toBe(0);
      const end = Math.min(place + map.blockSize, fileSize);
      for (let page = place / imageFileUnit; (page + 1) * imageFileUnit <= end; page += 1)
        if (pages.has(page)) shared.push(page);
    }
    expect(shared).toEqual([]);
  });

  it("is the same file each time, and another one for other contents", async () => {
    const disk = mixed;
    const file = await fileOf(containerFor(format, disk), disk);
    expect(Buffer.compare(file, await fileOf(containerFor(format, mixedDisk()), disk))).toBe(0);
    const other = containerFor(format, { ...disk, identity: disk.identity.map((byte) => byte ^ 1) });
    // A qcow2 file has no identifier of its own.
    if (format !== "qcow2") expect(Buffer.compare(file, await fileOf(other, disk))).not.toBe(0);
  });
});

describe("what is larger than a format", () => {
  it.each(formats)("is refused by name: %s", (format) => {
    const disk = { ...filledDisk(512, []), diskSize: 2 ** 50 };
    expect(() => containerFor(format, disk)).toThrow(expect.objectContaining({ code: "target-unsupported" }));
  });
});

it.each([
  ["usb.img", "raw"],
  ["usb.VHD", "vhd"],
  ["a.b/usb.vhdx", "vhdx"],
  ["usb.qcow2", "qcow2"],
  ["vmdk", "raw"],
  ["usb.vdi.img", "raw"],
  ["usb.img.gz", "gz"],
  ["usb.ZST", "zst"],
])("%s is made %s", (path, format) => {
  expect(formatByName(path)).toBe(format);
});

it("the checksum is that of RFC 3720, B.4", () => {
  expect(crc32c(new Uint8Array(32)).toString(16)).toBe("8a9136aa");
  expect(crc32c(Uint8Array.from({ length: 32 }, (_unused, index) => index)).toString(16)).toBe("46dd794e");
});

// What qemu-img gives its own files of these sizes, which it makes so that the geometry holds them exactly.
it.each([
  [41_953_280, 964, 5, 17],
  [2_097_414_144, 4064, 16, 63],
  [4_295_467_008, 8323, 16, 63],
  [136_315_084_800, 65_255, 16, 255],
])("a disk of %d bytes has %d cylinders of %d heads and %d sectors", (size, cylinders, heads, sectors) => {
  expect(vhdGeometry(size)).toEqual({ cylinders, heads, sectors });
});
