/** What is on a stick: disks that are blank, that only look so, and volumes with and without a file. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { stickContent } from "../../src/station/look.js";
import { readerOf } from "../support/memory-reader.js";

const size = 8 * MiB;
const disk = (fill = 0): Uint8Array => new Uint8Array(size).fill(fill);
const kindOf = async (bytes: Uint8Array): Promise<string> => (await stickContent(readerOf(bytes))).kind;

describe("a disk without a file system", () => {
  it.each([0x00, 0xff])("of %i alone is empty", async (fill) => expect(await kindOf(disk(fill))).toBe("empty"));

  it("of another byte is none that was erased", async () => expect(await kindOf(disk(0x55))).toBe("data"));

  it("has data where one byte at its ends is another", async () => {
    const ends = fc.oneof(fc.integer({ min: 0, max: MiB - 1 }), fc.integer({ min: size - MiB, max: size - 1 }));
    await fc.assert(
      fc.asyncProperty(ends, fc.integer({ min: 1, max: 254 }), async (at, value) => {
        const bytes = disk();
        bytes[at] = value;
        expect(await kindOf(bytes)).toBe("data");
      }),
      { numRuns: 8 },
    );
  });

  it("has data where a part of it in its middle is", async () => {
    const bytes = disk();
    bytes.fill(0xa5, 3 * MiB, 3 * MiB + 256 * KiB);
    expect(await kindOf(bytes)).toBe("data");
  });

  it("that cannot be read rejects, and is no empty one", async () => {
    await expect(stickContent(readerOf(disk(), (offset) => offset > 4 * MiB))).rejects.toMatchObject({
      code: "write-failed",
    });
  });
});

const sector = 512;
const clusterSize = 4 * KiB;
const heap = 64 * KiB;

/** An exFAT volume from byte `start` (exFAT specification 3.1, 7): the root is its first cluster. */
function exFat(bytes: Uint8Array, start: number, entries: readonly (readonly number[])[], fillRoot = false): void {
  const view = new DataView(bytes.buffer, start);
  bytes.set(new TextEncoder().encode("\u00eb\u0076\u0090EXFAT   ".slice(3)), start + 3);
  view.setUint32(88, heap / sector, true);
  view.setUint32(92, 2000, true);
  view.setUint32(96, 2, true);
  bytes.set([9, 3], start + 108);
  if (fillRoot) bytes.fill(0x05, start + heap, start + heap + clusterSize);
  for (const [index, entry] of entries.entries()) bytes.set(entry, start + heap + index * 32);
}

const volumeEntries = [[0x83, 0], [0x81, 0], [0x82]];
const fileEntry = [0x85, 2];
const streamEntry = [0xc0];
const nameEntry = (name: string): number[] => [0xc1, 0, ...Buffer.from(name, "utf16le")];

describe("an exFAT volume", () => {
  it.each([
    ["as it is sold", volumeEntries, "empty"],
    ["with a deleted file", [...volumeEntries, [0x05], [0x40], [0x41]], "empty"],
    [
      "that Windows has seen",
      [...volumeEntries, fileEntry, streamEntry, nameEntry("System Volume I"), nameEntry("nformation")],
      "empty",
    ],
    ["with a file", [...volumeEntries, fileEntry, streamEntry, nameEntry("letter.txt")], "data"],
    ["with a bin", [...volumeEntries, fileEntry, streamEntry, nameEntry("$RECYCLE.BIN")], "data"],
    ["with an entry of a kind that is not known", [...volumeEntries, [0xa7]], "data"],
  ] as const)("%s is %s", async (_, entries, expected) => {
    const bytes = disk();
    exFat(bytes, 0, entries);
    expect(await kindOf(bytes)).toBe(expected);
  });

  it("whose root does not end where it can be seen is not known to be empty", async () => {
    const bytes = disk();
    exFat(bytes, 0, volumeEntries, true);
    expect(await kindOf(bytes)).toBe("data");
  });

  it("is looked for in each partition", async () => {
    const bytes = disk();
    const view = new DataView(bytes.buffer);
    view.setUint16(510, 0xaa55, true);
    for (const [index, start] of [2 * MiB, 5 * MiB].entries()) {
      const entry = 446 + index * 16;
      bytes[entry + 4] = 7;
      view.setUint32(entry + 8, start / sector, true);
      view.setUint32(entry + 12, (2 * MiB) / sector, true);
      exFat(bytes, start, volumeEntries);
    }
    expect(await kindOf(bytes)).toBe("empty");
    exFat(bytes, 5 * MiB, [...volumeEntries, fileEntry, streamEntry, nameEntry("a")]);
    expect(await stickContent(readerOf(bytes))).toEqual({ kind: "data", words: "holds exFAT with a" });
    // A partition that leads out of the disk is none that was made for it.
    view.setUint32(446 + 16 + 8, (2 * size) / sector, true);
    expect(await kindOf(bytes)).toBe("data");
  });
});
