import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GiB, MiB, TiB } from "../../src/bytes/units.js";
import { chsAddress, encodeMasterBootRecord, partitionOf, partitionTypes } from "../../src/volumes/mbr.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("CHS addresses with 255 heads and 63 sectors", () => {
  it.each([
    [0, "000100"],
    [62, "003f00"],
    [63, "010100"],
    [2048, "202100"],
    [255 * 63 - 1, "fe3f00"],
    [255 * 63, "000101"],
    [256 * 255 * 63, "004100"],
    [1024 * 255 * 63 - 1, "feffff"],
    [1024 * 255 * 63, "feffff"],
    [2 ** 32 - 1, "feffff"],
  ])("sector %d is %s", (sector, expected) => expect(hex(chsAddress(sector))).toBe(expected));

  it("gives the sector back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1024 * 255 * 63 - 1 }), (sector) => {
        const [head, packed, low] = chsAddress(sector) as unknown as [number, number, number];
        const cylinder = ((packed & 0xc0) << 2) | low;
        expect((cylinder * 255 + head) * 63 + (packed & 0x3f) - 1).toBe(sector);
      }),
    );
  });
});

describe("the partition", () => {
  it.each([
    [64 * MiB, 62 * MiB],
    [64 * MiB + 512, 62 * MiB],
    [4 * GiB, 4 * GiB - 2 * MiB],
    [2 * TiB - MiB, 2 * TiB - 3 * MiB],
    [2 * TiB, 2 * TiB - 2 * MiB],
    [8 * TiB, 2 * TiB - 2 * MiB],
    [2 * MiB, 0],
    [MiB, 0],
    [0, 0],
  ])("of a disk of %d bytes has %d", (diskSize, bytes) => {
    expect(partitionOf(diskSize)).toEqual({ startSector: 2048, sectorCount: bytes / 512 });
  });

  it("is one active entry in a record of 512 bytes", () => {
    const bootCode = Uint8Array.from({ length: 440 }, (_, index) => index);
    const partition = { startSector: 2048, sectorCount: 2 ** 32 - 4096 };
    const bytes = encodeMasterBootRecord({
      bootCode,
      diskSignature: 0x12345678,
      osType: partitionTypes.fat32,
      partition,
    });
    expect(bytes).toHaveLength(512);
    expect(hex(bytes.subarray(0, 440))).toBe(hex(bootCode));
    expect(hex(bytes.subarray(440, 446))).toBe("785634120000");
    expect(hex(bytes.subarray(446, 462))).toBe("802021000cfeffff0008000000f0ffff");
    expect(hex(bytes.subarray(462, 510))).toBe("00".repeat(48));
    expect(hex(bytes.subarray(510))).toBe("55aa");
  });

  it("takes no boot code that would reach into the table", () => {
    const partition = partitionOf(GiB);
    const options = { bootCode: new Uint8Array(441), diskSignature: 1, osType: partitionTypes.ntfs, partition };
    expect(() => encodeMasterBootRecord(options)).toThrow(RangeError);
  });
});
