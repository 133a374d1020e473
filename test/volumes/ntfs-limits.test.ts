/** What of a volume's structures lies above a bound is a limit of win7usb: a check says that it cannot tell, and not that it is damage. */
import { describe, expect, it } from "vitest";
import { writeIndexBlocks, writeIndexRoot } from "../../src/volumes/ntfs/plan/index-encoding.js";
import { readDirectoryIndex } from "../../src/volumes/ntfs/read/directory-index.js";
import type { NtfsAttribute, NtfsFile } from "../../src/volumes/ntfs/read/files.js";
import { attributeTypes } from "../../src/volumes/ntfs/records/attributes.js";
import { fileNameIndex } from "../../src/volumes/ntfs/records/index-records.js";
import { indexBlockSize } from "../../src/volumes/ntfs/records/volume-format.js";
import { VolumeLimit } from "../../src/volumes/volume-fault.js";

const home = { offset: 0, length: 1024 };
const noKeys = () => {
  throw new Error("there are no entries");
};

/** A directory whose index is one buffer below the other, without a name; its bitmap has `bitmapSize` bytes. */
function chainOf(levels: number, bitmapSize: number) {
  const nodes = Array.from({ length: levels }, (_, level) => ({
    entries: [],
    children: level + 1 < levels ? [level + 1] : null,
  }));
  const root = { entries: [], children: [0] };
  const disk = new Uint8Array(levels * indexBlockSize);
  writeIndexBlocks(disk, 0, { nodes, root }, noKeys);
  const rootValue = new Uint8Array(128);
  writeIndexRoot(rootValue, 0, root, noKeys);
  const attribute = (typeCode: number, value: Uint8Array | null, size: number): NtfsAttribute => ({
    typeCode,
    name: fileNameIndex,
    flags: 0,
    size,
    validSize: size,
    value,
    spans: value === null ? [{ start: 0, end: size, disk: 0 }] : [],
    residentRuns: null,
  });
  const bitmap = new Uint8Array(bitmapSize);
  for (let level = 0; level < levels; level += 1) bitmap[level >>> 3]! |= 1 << (level & 7);
  const attributes = [
    attribute(attributeTypes.indexRoot, rootValue, rootValue.length),
    attribute(attributeTypes.indexAllocation, null, disk.length),
    attribute(attributeTypes.bitmap, bitmap, bitmap.length),
  ];
  const file: NtfsFile = {
    record: 5,
    sequence: 5,
    directory: true,
    written: false,
    names: [],
    standard: null,
    attributes,
  };
  return readDirectoryIndex(async (offset, length) => disk.slice(offset, offset + length), file, home);
}

describe("an index", () => {
  it("of as many levels as are followed is one", async () => {
    expect(await chainOf(15, 8)).toMatchObject({ names: [], faults: [] });
  });

  it("of more levels is a limit and no fault", async () => {
    await expect(chainOf(17, 8)).rejects.toBeInstanceOf(VolumeLimit);
  });

  it("with a bitmap for more buffers than names are read is a limit and no fault", async () => {
    await expect(chainOf(3, 500_000)).rejects.toBeInstanceOf(VolumeLimit);
  });
});
