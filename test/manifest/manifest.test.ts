/** The manifest that a write leaves behind the partition: what it says, that it is the same twice, and hostile ones. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { planDisk } from "../../src/volumes/index.js";
import { manifestAreaSize, partitionOf } from "../../src/volumes/mbr.js";
import type { DiskPlan, FileSystemName } from "../../src/volumes/plan.js";
import { noFile, ownersOf, unitsOf } from "../../src/manifest/hash-units.js";
import {
  digestSize,
  encodeManifest,
  largestManifest,
  manifestHeader,
  sectionRecord,
  layoutManifest,
  type Manifest,
} from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive } from "../support/memory-drive.js";
import { directory, file, hole, tree } from "../support/memory-tree.js";
import { executeNaively } from "../support/plans.js";
import { rounds } from "../support/sample.js";

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
const diskSize = 64 * MiB;

const sampleTree = () =>
  tree(
    file("bootmgr", 3000),
    directory("sources", [file("install.wim", 3 * MiB + 77), file("setup.exe", 600), hole("holes.bin", 9000)]),
    directory("empty", []),
    file("nothing.txt", 0),
  );

function planFor(fileSystem: FileSystemName, size = diskSize): DiskPlan {
  return planDisk(sampleTree(), { diskSize: size }, { fileSystem, label: "SAMPLE Ä" });
}

async function written(plan: DiskPlan, options: { verify?: boolean; skipsZeros?: boolean; alignment?: number } = {}) {
  const { verify = true, ...rest } = options;
  const drive = memoryDrive(plan.diskSize, rest);
  const { done } = await writePlan({ plan, targets: [drive], verify, onEvent: () => undefined, now: () => 0 });
  return { drive, done: done[0]! };
}

/** Written once for all tests that look at the same disk: they leave it as it is. */
const usual = { fat32: written(planFor("fat32")), ntfs: written(planFor("ntfs")) };

const areaStart = (size: number): number => {
  const { startSector, sectorCount } = partitionOf(size);
  return (startSector + sectorCount) * 512;
};

function manifestOn(bytes: Uint8Array, size: number): Manifest {
  const start = areaStart(size);
  const read = readManifest(bytes.subarray(start, start + manifestAreaSize), start);
  if (read.kind !== "manifest") throw new Error(read.reason);
  return read.manifest;
}

/** Files of a cluster each, one behind the other. */
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    path: `folder/with a name of usual length/file ${index}.txt`,
    size: 4096,
    runs: [{ offset: MiB + index * 4096, length: 4096 }],
  }));

describe("a manifest", () => {
  it.each(["fat32", "ntfs"] as const)("says what lies where, with the SHA-256 of every unit (%s)", async (name) => {
    const plan = planFor(name);
    const { drive } = await usual[name];
    const manifest = manifestOn(drive.bytes, diskSize);
    const { label, contentEnd, clusterSize } = plan;
    expect(manifest).toMatchObject({ fileSystem: name, label, diskSize, contentEnd, clusterSize });
    expect(manifest.files!.map(({ path, size, runs }) => ({ path, size, runs }))).toEqual(
      plan.files.map(({ path, size, runs }) => ({ path, size, runs })),
    );
    expect(manifest.spans).toEqual([{ start: 0, end: areaStart(diskSize) }]);
    for (const [index, { start, end }] of manifest.units.entries()) {
      const digest = manifest.digests.subarray(index * digestSize, (index + 1) * digestSize);
      expect(sha256(drive.bytes.subarray(start, end)).equals(digest), `unit ${start} to ${end}`).toBe(true);
    }
  });

  it.each(["fat32", "ntfs"] as const)("is all that the plan alone does not say (%s)", async (name) => {
    const plan = planFor(name);
    const { drive, done } = await usual[name];
    const bare = await executeNaively(plan, new Uint8Array(diskSize));
    const start = areaStart(diskSize);
    expect(Buffer.compare(drive.bytes.subarray(0, start), bare.subarray(0, start))).toBe(0);
    expect(drive.bytes.subarray(start + largestManifest).every((byte) => byte === 0)).toBe(true);
    expect(done.sha256, "what is told covers the manifest").toBe(sha256(drive.bytes).toString("hex"));
  });

  it("is the same on a drive and in an image file, in transfers of any unit", async () => {
    const plan = planFor("fat32", 64 * MiB + 4096);
    const first = await written(plan);
    const others = [{ skipsZeros: true, alignment: 512 }, { alignment: 4096 }];
    for (const options of others) {
      const { drive, done } = await written(plan, options);
      expect(Buffer.compare(drive.bytes, first.drive.bytes)).toBe(0);
      expect(done.sha256).toBe(first.done.sha256);
    }
  });

  it("is left out by a write that is not verified, which hashes nothing", async () => {
    const plan = planFor("fat32");
    const { drive, done } = await written(plan, { verify: false });
    expect(Buffer.compare(drive.bytes, await executeNaively(plan, new Uint8Array(diskSize)))).toBe(0);
    expect(done.sha256).toBeNull();
    const start = areaStart(diskSize);
    const read = readManifest(drive.bytes.subarray(start, start + manifestAreaSize), start);
    expect(read).toEqual({ kind: "absent", reason: expect.stringContaining("--no-verify") });
  });

  it("says that the disk asks for a key, beside the signature that was asked for", async () => {
    const options = { fileSystem: "fat32", label: "L", signature: 5, bootPrompt: true } as const;
    const { drive } = await written(planDisk(sampleTree(), { diskSize }, options));
    expect(manifestOn(drive.bytes, diskSize)).toMatchObject({ bootPrompt: true, signature: 5 });
  });

  it("lies behind a content that leaves most of the disk alone", async () => {
    const size = 140 * MiB;
    const plan = planFor("fat32", size);
    expect(plan.contentEnd).toBeLessThan(100 * MiB);
    const { drive, done } = await written(plan);
    const { spans } = manifestOn(drive.bytes, size);
    expect(spans).toEqual([{ start: 0, end: plan.contentEnd }]);
    expect(done.sha256).toBe(sha256(drive.bytes.subarray(0, plan.contentEnd)).toString("hex"));
  });

  it("fits whatever is written: units grow, and beyond that the files' names go", () => {
    const large: DiskPlan = { ...planFor("fat32"), diskSize: 2 ** 41, contentEnd: 2 ** 40 };
    const extents = [{ offset: 0, length: 2 ** 40, source: { kind: "zeros" } }] as const;
    const few = layoutManifest(
      { ...large, extents: [{ ...extents[0], length: 2 ** 33 }], files: names(10) },
      2 ** 41 - MiB,
    );
    expect([few.files?.length, few.unitSize]).toEqual([10, MiB]);
    const more = layoutManifest(
      { ...large, extents: [{ ...extents[0], length: 2 ** 36 }], files: names(10) },
      2 ** 41 - MiB,
    );
    expect([more.files?.length, more.unitSize]).toEqual([10, 4 * MiB]);
    const many = layoutManifest({ ...large, extents, files: names(30_000) }, 2 ** 41 - MiB);
    expect(many.files).toBeNull();
    expect(many.units.length * digestSize).toBeLessThan(largestManifest);
  });
});

describe("who owns a byte", () => {
  it("is told of every byte once, whatever the runs", () => {
    const runs = fc.array(
      fc.record({ gap: fc.nat(9000), length: fc.integer({ min: 1, max: 9000 }), aligned: fc.boolean() }),
    );
    fc.assert(
      fc.property(runs, fc.constantFrom(4096, 65_536), (steps, unitSize) => {
        let position = 512;
        const files = steps.map(({ gap, length, aligned }) => {
          const offset = aligned ? Math.ceil((position + gap) / 4096) * 4096 : position + gap;
          position = offset + length;
          return { runs: [{ offset, length }] };
        });
        const span = { start: 0, end: position + 5000 };
        const units = unitsOf(ownersOf([span], files, 4096), unitSize);
        let at = 0;
        for (const { start, end } of units) {
          expect(start).toBe(at);
          expect(end - start).toBeLessThanOrEqual(unitSize);
          at = end;
        }
        expect(at).toBe(span.end);
        for (const [index, { runs: own }] of files.entries()) {
          const { offset, length } = own[0]!;
          const of = units.filter((unit) => unit.start < offset + length && unit.end > offset);
          expect(of.every((unit) => unit.file === index)).toBe(true);
        }
        expect(units[0]!.file).toBe(noFile);
      }),
    );
  });
});

describe("a manifest that is not as it was written", () => {
  const plan = planFor("fat32");
  const start = areaStart(diskSize);
  const area = usual.fat32.then(({ drive }) => new Uint8Array(drive.bytes.subarray(start, start + manifestAreaSize)));

  it("is absent where there is none", () => {
    expect(readManifest(new Uint8Array(manifestAreaSize), start).kind).toBe("absent");
  });

  it("is damaged whatever byte changed", async () => {
    const intact = await area;
    const { length } = manifestHeader.decode(intact);
    fc.assert(
      fc.property(fc.nat(length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const copy = intact.slice();
        copy[at]! ^= change;
        expect(readManifest(copy, start).kind).toBe(at < 8 ? "absent" : "damaged");
      }),
    );
  });

  it("ends by name wherever its area is cut off", async () => {
    const intact = await area;
    const { length } = manifestHeader.decode(intact);
    for (let end = 0; end < length; end += end < 2 * manifestHeader.size ? 1 : 97) {
      const kind = readManifest(intact.subarray(0, end), start).kind;
      expect(kind, `${end} bytes`).toBe(end < manifestHeader.size ? "absent" : "damaged");
    }
  });

  it("ends by name with any content under a right SHA-256", async () => {
    const intact = await area;
    const { length } = manifestHeader.decode(intact);
    const changes = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, (edits) => {
        const copy = intact.slice();
        for (const [at, value] of edits) copy[10 + at] = value;
        manifestHeader.patch(copy, 0, { length });
        copy.set(sha256(copy.subarray(0, length - digestSize)), length - digestSize);
        const read = readManifest(copy, start);
        if (read.kind !== "manifest") expect(read.reason).not.toBe("");
        else expect(read.manifest.units.length * digestSize).toBe(read.manifest.digests.length);
      }),
      { numRuns: rounds(3000) },
    );
  });

  /** With other values in its header, and a SHA-256 that fits. */
  async function changed(values: Parameters<typeof manifestHeader.patch>[2]): Promise<Uint8Array> {
    const copy = (await area).slice();
    const { length } = manifestHeader.decode(copy);
    manifestHeader.patch(copy, 0, values);
    copy.set(sha256(copy.subarray(0, length - digestSize)), length - digestSize);
    return copy;
  }

  it("is read in its first format, which had no sections", async () => {
    const read = readManifest(await changed({ format: 1, oldestReader: 0 }), start);
    expect(read).toMatchObject({ kind: "manifest", manifest: { origin: null, edits: [], label: plan.label } });
  });

  it.each([
    ["newer, and would be misread", { format: 3, oldestReader: 3 }, "newer"],
    ["newer, and only has more", { format: 3, oldestReader: 2 }, "manifest"],
    ["of no format", { format: 0 }, "damaged"],
  ])("is %s", async (_, values, kind) => {
    expect(readManifest(await changed(values), start).kind).toBe(kind);
  });

  it("passes over sections that it does not know, and reads the image's and the edits'", () => {
    const origin = { size: 2_564_476_928, volumeLabel: "GSP1RMCULFRER_EN_DVD \u00e9", sha256: "ab".repeat(32) };
    const edits = [
      { kind: "edition", value: "Ultimate", sha256: null },
      { kind: "add", value: "sources/$OEM$ \u00e9", sha256: "cd".repeat(32) },
    ];
    const shape = layoutManifest({ ...plan, origin, edits }, start);
    const bytes = encodeManifest(shape, new Uint8Array(shape.units.length * digestSize));
    const { labelLength, sectionsLength, length } = manifestHeader.decode(bytes);
    const at = manifestHeader.size + labelLength;
    const unknown = Buffer.concat([sectionRecord.encode({ name: "FUTR", length: 3 }), Uint8Array.of(1, 2, 3)]);
    const more = Buffer.concat([bytes.subarray(0, at), unknown, bytes.subarray(at)]);
    manifestHeader.patch(more, 0, { sectionsLength: sectionsLength + unknown.length, length: length + unknown.length });
    more.set(sha256(more.subarray(0, -digestSize)), more.length - digestSize);
    for (const each of [bytes, more]) {
      const padded = Buffer.alloc(manifestAreaSize);
      padded.set(each);
      expect(readManifest(padded, start)).toMatchObject({ kind: "manifest", manifest: { origin, edits } });
    }
  });

  it.each([
    ["more spans than there is room for", { spanCount: 2 ** 32 - 1 }],
    ["more files than there is room for", { fileCount: 2 ** 32 - 1 }],
    ["more units", { unitCount: 2 ** 32 - 1 }],
    ["units of nothing", { unitSize: 0 }],
    ["units of a byte", { unitSize: 1 }],
    ["a length beyond its area", { length: 2 ** 32 - 1 }],
    ["a length of nothing", { length: 0 }],
    ["more sections than there is room for", { sectionsLength: 2 ** 32 - 1 }],
    ["sections that end inside a section", { sectionsLength: 5 }],
    ["content beyond the disk", { contentEnd: diskSize + 1 }],
    ["a partition type of others", { osType: 0x83 }],
  ])("is damaged where it claims %s", async (_, values) => {
    expect(readManifest(await changed(values), start).kind).toBe("damaged");
  });
});
