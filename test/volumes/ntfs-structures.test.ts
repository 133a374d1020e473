/** The small parts of NTFS: run lists, fixups, the upper-case table, aliases, descriptors, bitmaps, times. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitmapSize, encodeClusterBitmap } from "../../src/volumes/ntfs/records/bitmap.js";
import { fileTime } from "../../src/bytes/file-time.js";
import { applyFixups, protectedPieces } from "../../src/volumes/ntfs/records/fixups.js";
import { encodeRuns } from "../../src/volumes/ntfs/records/run-list.js";
import { mirrorDistance, securityHash } from "../../src/volumes/ntfs/records/security.js";
import { buildSecurityStore } from "../../src/volumes/ntfs/plan/security-store.js";
import { shortAlias } from "../../src/volumes/ntfs/plan/short-alias.js";
import { upCase } from "../../src/bytes/up-case.js";
import { encodeUpCaseTable } from "../../src/volumes/ntfs/records/up-case.js";
import { shortNameParts } from "../../src/volumes/windows-names.js";
import { decodeRuns, undoFixups } from "../support/ntfs-reader.js";
import { anyText } from "./any-text.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("run lists", () => {
  it.each([
    [[{ startCluster: 0, clusterCount: 2 }], "11020000"],
    [[{ startCluster: 4, clusterCount: 7 }], "11070400"],
    [[{ startCluster: 127, clusterCount: 127 }], "117f7f00"],
    [[{ startCluster: 128, clusterCount: 128 }], "228000800000"],
    [[{ startCluster: 0x8000, clusterCount: 0x147 }], "32470100800000"],
    [[{ startCluster: null, clusterCount: 0x100 }], "02000100"],
    [
      [
        { startCluster: 0x20, clusterCount: 1 },
        { startCluster: 0x10, clusterCount: 1 },
      ],
      "1101201101f000",
    ],
  ])("%j are %s", (runs, expected) => {
    expect(hex(encodeRuns(runs))).toBe(expected);
  });

  it("are read back as they were", () => {
    const startCluster = fc.option(fc.integer({ min: 0, max: 2 ** 40 }), { nil: null });
    const clusterCount = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }));
    fc.assert(
      fc.property(fc.array(fc.record({ startCluster, clusterCount })), (runs) => {
        expect(decodeRuns(Buffer.from(encodeRuns(runs)))).toEqual(runs);
      }),
    );
  });
});

describe("fixups", () => {
  const sizes = fc.constantFrom(1024, 4096);

  it("are undone by a reader to what was there", () => {
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat(255)), (size, stream) => {
        const record = Buffer.from([...stream.take(size)]);
        const array = 0x30;
        record.fill(0, array, array + 2 * (size / 512 + 1));
        record.writeUInt16LE(array, 4);
        record.writeUInt16LE(size / 512 + 1, 6);
        const sealed = Buffer.from(record);
        applyFixups(sealed, 0, size, array);
        const opened = undoFixups(sealed);
        opened.fill(0, array, array + 2 * (size / 512 + 1));
        expect(opened.equals(record)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it("move bytes to where the pieces say", () => {
    const range = fc.tuple(fc.integer({ min: 0x40, max: 1023 }), fc.integer({ min: 1, max: 900 }));
    fc.assert(
      fc.property(range, ([from, length]) => {
        const to = Math.min(from + length, 1024);
        const record = new Uint8Array(1024).map((_, index) => index * 7 + (index >> 8) + 2);
        const sealed = Uint8Array.from(record);
        applyFixups(sealed, 0, 1024, 0x30);
        const pieces = protectedPieces(from, to, 0x30);
        const read = pieces.flatMap((piece) => [...sealed.subarray(piece.at, piece.at + piece.to - piece.from)]);
        expect(read).toEqual([...record.subarray(from, to)]);
      }),
    );
  });
});

describe("the upper-case table", () => {
  it("is the one of Windows XP to 7", () => {
    const digest = createHash("sha256").update(encodeUpCaseTable()).digest("hex");
    expect(digest).toBe("41c26bc7a12bdaeb26025c93118697c7e3ef81ee048b00fe5cce2a472e0e0742");
  });

  it.each([
    ["bootmgr", "BOOTMGR"],
    ["größe ÿ ж ω", "GRÖßE Ÿ Ж Ω"],
    ["ı ſ ǆ ᾳ 😀", "ı ſ Ǆ ᾼ 😀"],
  ])("makes %s to %s", (name, expected) => {
    expect(upCase(name)).toBe(expected);
  });

  it("keeps the length of every name", () => {
    fc.assert(
      fc.property(anyText, (name) => {
        expect(upCase(name)).toHaveLength(name.length);
      }),
    );
  });
});

const isShortName = (name: string): boolean => shortNameParts(name) !== null;

describe("aliases", () => {
  it.each([
    ["long file name.text", "LONGFI~1.TEX"],
    [".htaccess", "HTACCE~1"],
    ["a+b,c;d=[e].f", "A_B_C_~1.F"],
    ["several.dots.in.a.name", "SEVERA~1.NAM"],
    ["Größe.txt", "GR__E~1.TXT"],
    ["a b", "AB~1"],
  ])("of %s is %s", (name, alias) => {
    expect(isShortName(name)).toBe(false);
    expect(shortAlias(name, new Set())).toBe(alias);
  });

  it.each(["bootmgr", "setup.exe", "Setup.Exe", "a", "BOOT~1.TXT"])("%s needs none", (name) => {
    expect(isShortName(name)).toBe(true);
  });

  it("are short names that nobody else has, in a directory of 20,000 like names", () => {
    const taken = new Set(["SAMENA~2.TXT"]);
    for (let index = 0; index < 20_000; index += 1) {
      const before = taken.size;
      const alias = shortAlias(`same name ${index}.txt`, taken);
      const isNew = taken.size === before + 1;
      if (alias === null || !isShortName(alias) || !isNew) throw new Error(`${alias} for ${index}`);
    }
    expect(taken.has("SAMENA~5.TXT")).toBe(false);
  });

  it("end where a directory was made to have none left", () => {
    const taken = new Set<string>();
    for (let hash = 0; hash < 0x10000; hash += 1) {
      for (let tail = 1; tail <= 9; tail += 1)
        taken.add(`SA${hash.toString(16).toUpperCase().padStart(4, "0")}~${tail}`);
    }
    for (let tail = 1; tail <= 4; tail += 1) taken.add(`SAMENA~${tail}`);
    expect(shortAlias("same name", taken)).toBeNull();
  });
});

/** The entries of a resident view index. */
function entries(index: Uint8Array): Buffer[] {
  const bytes = Buffer.from(index);
  const found: Buffer[] = [];
  for (let at = 32; (bytes.readUInt16LE(at + 12) & 2) === 0; at += bytes.readUInt16LE(at + 8)) {
    found.push(bytes.subarray(at, at + bytes.readUInt16LE(at + 8)));
  }
  return found;
}

const headers = (index: Uint8Array) => entries(index).map((entry) => entry.subarray(entry.readUInt16LE(0)));

describe("security descriptors", () => {
  it("have the hash that other formatters give the same descriptor", () => {
    // The descriptor of the system's read-only files as mkntfs 2022.10.3 stores it, and the hash it gives it.
    const descriptor =
      "010004804800000058000000000000001400000002003400020000000000140089001200010100000000000512000000" +
      "000018008900120001020000000000052000000020020000010200000000000520000000200200000102000000000005" +
      "2000000020020000";
    expect(securityHash(Buffer.from(descriptor, "hex")).toString(16)).toBe("f80312f0");
  });

  it("lie in the stream as both indexes say, in the indexes' order", () => {
    const { block, streamSize, hashIndex, idIndex } = buildSecurityStore();
    expect(streamSize).toBe(mirrorDistance + block.length);
    const stream = Buffer.from(block);
    const ids = headers(idIndex).map((header) => header.readUInt32LE(4));
    expect(ids).toEqual([0x100, 0x101, 0x102, 0x103, 0x104]);
    const hashes = headers(hashIndex).map((header) => header.readUInt32LE(0));
    expect(hashes).toEqual(hashes.toSorted((a, b) => a - b));
    expect(new Set(hashes).size).toBe(5);
    for (const header of [...headers(idIndex), ...headers(hashIndex)]) {
      const offset = Number(header.readBigUInt64LE(8));
      const length = header.readUInt32LE(16);
      expect(offset % 16).toBe(0);
      expect(stream.subarray(offset, offset + 20).equals(header.subarray(0, 20))).toBe(true);
      expect(securityHash(stream.subarray(offset + 20, offset + length))).toBe(header.readUInt32LE(0));
    }
  });
});

describe("cluster bitmaps", () => {
  it("have the used clusters and what is beyond the volume", () => {
    const counts = fc.integer({ min: 1, max: 5000 }).chain((count) => fc.tuple(fc.constant(count), fc.nat(count)));
    fc.assert(
      fc.property(counts, ([clusterCount, usedClusters]) => {
        const bitmap = new Uint8Array(bitmapSize(clusterCount));
        let position = 0;
        for (const { offset, bytes } of encodeClusterBitmap(clusterCount, usedClusters)) {
          expect(offset).toBeGreaterThanOrEqual(position);
          bitmap.set(bytes, offset);
          position = offset + bytes.length;
        }
        for (let bit = 0; bit < bitmap.length * 8; bit += 1) {
          const expected = bit < usedClusters || bit >= clusterCount;
          if (((bitmap[bit >>> 3]! >>> (bit & 7)) & 1) !== (expected ? 1 : 0)) throw new Error(`bit ${bit}`);
        }
      }),
    );
  });
});

describe("times", () => {
  it.each([
    [0, 116_444_736_000_000_000n],
    [1_290_291_901_000, 129_347_655_010_000_000n],
    [0.5, 116_444_736_000_005_000n],
    [-11_644_473_600_000, 0n],
    [-1e15, 0n],
    [1e18, 2n ** 63n - 1n],
  ])("%d ms are %s", (instant, ticks) => {
    expect(fileTime(instant)).toBe(ticks);
  });
});
