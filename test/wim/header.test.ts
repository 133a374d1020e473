import { describe, expect, it } from "vitest";
import type { Decoded } from "../../src/bytes/record.js";
import { memorySource } from "../../src/source/byte-source.js";
import { esdVersion, pipableImageTag, wimFlags, wimHeaderRecord } from "../../src/wim/header.js";
import { openWim, resourceFlags } from "../../src/wim/index.js";
import { resourceHeaderRecord } from "../../src/wim/resource.js";
import { countingSource, expectRejection, smallWim } from "../support/wim-fixtures.js";

type HeaderFields = Partial<Decoded<typeof wimHeaderRecord.fields>>;

async function patched(values: HeaderFields): Promise<Uint8Array> {
  const wim = await smallWim(2, { bootIndex: 2 });
  wimHeaderRecord.patch(wim, 0, values);
  return wim;
}

describe("the header", () => {
  it("tells version, compression, parts, boot index and resources", async () => {
    const data = await smallWim(2, { bootIndex: 2, integrityTable: true });
    const { header, images } = await openWim(memorySource(data));
    expect(header).toMatchObject({
      version: 0x10d00,
      compression: "none",
      chunkSize: 0,
      partNumber: 1,
      totalParts: 1,
      imageCount: 2,
      bootIndex: 2,
      pipable: false,
    });
    expect(header.guid).toMatch(/^[\da-f]{32}$/);
    expect(header.bootMetadata.flags).toBe(resourceFlags.metadata);
    expect(header.integrityTable.offset + header.integrityTable.size).toBe(data.length);
    expect(images.map((image) => image.name)).toEqual(["Image 1", "Image 2"]);
  });

  it("is all that opening reads, besides the XML data", async () => {
    const source = countingSource(await smallWim(3));
    const wim = await openWim(source);
    expect(source.bytesRead).toBe(wimHeaderRecord.size + wim.header.xmlData.size);
    const before = source.bytesRead;
    await wim.lookupTable();
    await wim.lookupTable();
    expect(source.bytesRead - before).toBe(wim.header.lookupTable.size);
  });

  it.each<[string, number, string, number]>([
    ["LZX", wimFlags.compression | wimFlags.compressLzx, "lzx", 32768],
    ["XPRESS", wimFlags.compression | wimFlags.compressXpress, "xpress", 32768],
    ["XPRESS of Windows 8", wimFlags.compression | wimFlags.compressXpress2, "xpress", 4096],
    ["LZMS", wimFlags.compression | wimFlags.compressLzms, "lzms", 131072],
    ["none, whatever the chunk size", 0, "none", 12345],
  ])("knows %s", async (_name, flags, compression, chunkSize) => {
    const wim = await openWim(memorySource(await patched({ flags, chunkSize })));
    expect(wim.header.compression).toBe(compression);
    expect(wim.header.chunkSize).toBe(compression === "none" ? 0 : chunkSize);
  });

  it("is the copy at the end in a pipable WIM", async () => {
    const data = await patched({ imageTag: pipableImageTag });
    const end = data.slice(0, wimHeaderRecord.size);
    // At the start, a pipable WIM does not know its tables yet.
    wimHeaderRecord.patch(data, 0, { lookupTable: new Uint8Array(24), xmlData: new Uint8Array(24), bootIndex: 0 });
    const whole = new Uint8Array(data.length + end.length);
    whole.set(data);
    whole.set(end, data.length);
    const wim = await openWim(memorySource(whole));
    expect(wim.header).toMatchObject({ pipable: true, bootIndex: 2 });
    expect(wim.images).toHaveLength(2);
  });
});

describe("a header that is wrong", () => {
  it.each<[string, HeaderFields, RegExp]>([
    ["another signature", { imageTag: "MZ" }, /begins with "MZ +", expected "MSWIM"/],
    ["another size", { headerSize: 96 }, /header's size is 96, expected 208/],
    ["part 0", { partNumber: 0 }, /part 0 of 1/],
    ["a part beyond the last", { partNumber: 3, totalParts: 2 }, /part 3 of 2/],
    ["a boot index without an image", { bootIndex: 3 }, /image 3 is set to boot, but it has 2 images/],
    ["an odd chunk size", { flags: 0x40002, chunkSize: 30_000 }, /chunk size is 30000/],
    ["no chunk size", { flags: 0x40002, chunkSize: 0 }, /chunk size is 0/],
    ["an image more than the XML data", { imageCount: 3 }, /describes the images 1, 2, expected 1 to 3/],
    ["an image less than the XML data", { imageCount: 1, bootIndex: 0 }, /describes the images 1, 2, expected 1 to 1/],
  ])("with %s is damage", async (_name, values, message) => {
    await expectRejection(openWim(memorySource(await patched(values)), "a.wim"), "wim-damaged", message);
  });

  it.each<[string, HeaderFields, RegExp]>([
    ["version", { version: 0x10b00 }, /version 0x10b00 is not known/],
    ["compression", { flags: wimFlags.compression, chunkSize: 32768 }, /compression \(header flags 0x2\) is not known/],
    ["number of images", { imageCount: 70_000 }, /70,000 images, expected at most 4096: a limit of win7usb/],
  ])("with an unknown %s is not supported", async (_name, values, message) => {
    await expectRejection(openWim(memorySource(await patched(values))), "wim-unsupported", message);
  });

  it.each<[string, Parameters<typeof resourceHeaderRecord.encode>[0], "wim-damaged" | "wim-unsupported", RegExp]>([
    [
      "beyond the end",
      { size: 100, originalSize: 100, offset: 1e9 },
      "wim-damaged",
      /XML data ends at byte 1000000100/,
    ],
    ["huge", { size: 2 ** 40, originalSize: 2 ** 40, offset: 0 }, "wim-damaged", /ends at byte 1099511627776/],
    ["of two sizes", { size: 100, originalSize: 200, offset: 208 }, "wim-damaged", /its sizes differ/],
    ["compressed", { size: 100, originalSize: 200, offset: 208, flags: 4 }, "wim-unsupported", /is compressed/],
    ["empty", { size: 0, originalSize: 0, offset: 0 }, "wim-damaged", /cannot be parsed/],
  ])("whose XML data is %s", async (_name, resource, code, message) => {
    const data = await patched({ xmlData: resourceHeaderRecord.encode(resource) });
    await expectRejection(openWim(memorySource(data)), code, message);
  });

  it("with 64-bit values above 2^53 is damage, not a fault", async () => {
    const data = await patched({ xmlData: new Uint8Array(24).fill(0xff) });
    await expectRejection(openWim(memorySource(data)), "wim-damaged", /out of range/);
  });

  it("cut anywhere is damage or named as cut", async () => {
    const data = await smallWim(1);
    for (let size = 0; size < data.length; size += 7) {
      await expectRejection(openWim(memorySource(data.subarray(0, size))), "wim-damaged", /./);
    }
  });
});

describe("an ESD", () => {
  it("says which images it has, but its lookup table is not supported", async () => {
    const flags = wimFlags.compression | wimFlags.compressLzms;
    const wim = await openWim(memorySource(await patched({ version: esdVersion, flags, chunkSize: 131072 })));
    expect(wim.images).toHaveLength(2);
    await expectRejection(wim.lookupTable(), "wim-unsupported", /ESD file \(version 3584, LZMS\)/);
  });
});
