/** What lies on a drive, told from its own structures: of what we write, of hand-made volumes, and of anything at all. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { Win7UsbError } from "../../src/errors.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { sliceSource, type ByteSource, type ReadBytes } from "../../src/source/byte-source.js";
import { planDisk } from "../../src/volumes/index.js";
import type { FileSystemName } from "../../src/volumes/plan.js";
import { recogniseVolume } from "../../src/volumes/recognise/index.js";
import { rounds } from "../support/sample.js";
import { directory, file, hole, tree } from "../support/memory-tree.js";

const readOf =
  (source: ByteSource): ReadBytes =>
  (offset, length) =>
    source.read(offset, length);

/** The partition of a stick. */
function volumeOf(fileSystem: FileSystemName, label: string): ByteSource {
  const given = tree(directory("sources", [file("a", 5000)]), hole("install.wim", 20 * MiB));
  const plan = planDisk(given, { diskSize: 80 * MiB }, { fileSystem, label });
  return sliceSource(layoutSource(plan.extents, plan.diskSize), MiB, 78 * MiB);
}

/** An exFAT volume of 1 MiB in sectors of 512 and clusters of 4096 bytes, with `used` clusters in use. */
function exFat(label: string, used: number): Uint8Array {
  const bytes = Buffer.alloc(MiB);
  bytes.write("EXFAT   ", 3, "latin1");
  const [heap, clusters, root] = [64, 240, 4];
  bytes.writeUInt32LE(heap, 88);
  bytes.writeUInt32LE(clusters, 92);
  bytes.writeUInt32LE(root, 96);
  bytes.set([9, 3], 108);
  const clusterAt = (cluster: number): number => heap * 512 + (cluster - 2) * 4096;
  for (let bit = 0; bit < used; bit += 1) bytes[clusterAt(2) + (bit >> 3)]! |= 1 << (bit & 7);
  // Behind the last cluster, bits mean nothing.
  bytes[clusterAt(2) + 30] = 0xff;
  const entries = clusterAt(root);
  bytes.set([0x83, label.length], entries);
  bytes.write(label, entries + 2, "utf16le");
  bytes[entries + 32] = 0x81;
  bytes.writeUInt32LE(2, entries + 52);
  bytes.writeBigUInt64LE(30n, entries + 56);
  return bytes;
}

const inMemory =
  (bytes: Uint8Array): ReadBytes =>
  async (offset, length) => {
    if (offset < 0 || offset + length > bytes.length) throw new Win7UsbError("write-failed", "it ends there");
    return bytes.slice(offset, offset + length);
  };

describe("what lies on a drive", () => {
  it.each([
    ["fat32", "HOLIDAY 1", "HOLIDAY 1"],
    ["fat32", "", "WIN7USB"],
    ["ntfs", "Urlaub äöü", "Urlaub äöü"],
    ["ntfs", "", null],
  ] as const)("is %s with the label %j, and as full as its files make it", async (fileSystem, label, told) => {
    const volume = volumeOf(fileSystem, label);
    const found = await recogniseVolume(readOf(volume), volume.size);
    expect(found).toMatchObject({ fileSystem, label: told });
    expect(found!.used).toBeGreaterThan(20 * MiB);
    expect(found!.used).toBeLessThan(30 * MiB);
  });

  it("is exFAT with its label, and the clusters of its bitmap", async () => {
    const bytes = exFat("Stick ü", 77);
    const found = await recogniseVolume(inMemory(bytes), bytes.length);
    expect(found).toEqual({ fileSystem: "exfat", label: "Stick ü", used: 77 * 4096 });
  });

  it("is nothing where nothing is", async () => {
    expect(await recogniseVolume(inMemory(new Uint8Array(MiB)), MiB)).toBeNull();
    expect(await recogniseVolume(inMemory(new Uint8Array(0)), 0)).toBeNull();
  });

  it("whatever is changed in it, or cannot be read, is not known and never an error", async () => {
    const volumes = await Promise.all(
      [volumeOf("fat32", "A"), volumeOf("ntfs", "B")].map(async (volume) => volume.read(0, 2 * MiB)),
    );
    volumes.push(exFat("C", 5));
    const change = fc.tuple(fc.oneof(fc.nat(1023), fc.nat(MiB - 1)), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...volumes),
        fc.array(change, { maxLength: 8 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        async (volume, changes, answers) => {
          const bytes = volume.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const read = inMemory(bytes);
          let asked = 0;
          const failing: ReadBytes = (offset, length) => {
            if (answers[(asked += 1) % answers.length] !== true) throw new Win7UsbError("write-failed", "EIO");
            return read(offset, length);
          };
          for (const each of [read, failing]) {
            const found = await recogniseVolume(each, 78 * MiB);
            expect(found?.used ?? 0).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: rounds(400) },
    );
  });
});
