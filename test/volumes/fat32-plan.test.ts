/** Plans of FAT32 disks: geometry, coverage, and reading back what was laid out. */
import { layoutSource } from "../../src/extents/layout-source.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import { GiB, KiB, MiB, TiB } from "../../src/bytes/units.js";
import { fatGeometry } from "../../src/volumes/fat32/plan/geometry.js";
import { planFat32, smallestFat32Disk } from "../../src/volumes/fat32/plan/index.js";
import { nameFault } from "../../src/volumes/windows-names.js";
import { chooseFileSystem, planDisk, smallestDisk } from "../../src/volumes/index.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import type { FileTree, TreeNode } from "../../src/tree/index.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { checkExtents, thrownBy, treeOfWindows } from "../support/disk-plans.js";
import { planDigest } from "../support/execute-plan.js";
import type { FatFound } from "../support/fat-reader.js";
import { readFat32 } from "../support/fat-reader.js";
import { directory, file, hole, tree } from "../support/memory-tree.js";
import { rounds } from "../support/sample.js";

const label = "TEST";
const diskSizes = fc.oneof(
  fc.integer({ min: 64, max: 2 * 1024 * 1024 }).map((mebibytes) => mebibytes * MiB),
  fc.integer({ min: 64, max: 600 }).map((mebibytes) => mebibytes * MiB),
  fc.integer({ min: (64 * MiB) / 512, max: (40 * GiB) / 512 }).map((sectors) => sectors * 512),
);

/** As every plan, with little left of the disk behind its content. */
function checkCoverage(plan: DiskPlan): void {
  checkExtents(plan);
  expect(plan.contentEnd).toBeLessThanOrEqual(plan.diskSize);
  if (plan.contentEnd < plan.diskSize) expect(plan.diskSize - plan.contentEnd).toBeGreaterThan(64 * MiB);
}

/** Every file and directory of `source` is in the plan, with its bytes, and nothing else. */
async function checkContents(source: FileTree, plan: DiskPlan): Promise<FatFound[]> {
  const volume = await readFat32(layoutSource(plan.extents, plan.diskSize));
  const found = new Map(volume.entries.map((entry) => [entry.path, entry]));
  let count = 0;
  for (const { path, node } of walk(source)) {
    count += 1;
    const entry = found.get(path);
    expect(entry, path).toBeDefined();
    expect(entry!.directory).toBe(node.kind === "directory");
    if (node.kind !== "file") continue;
    const expected = await contentSource(node).read(0, node.size);
    expect(Buffer.from(await volume.read(entry!)).equals(Buffer.from(expected)), path).toBe(true);
    const runs = plan.files.find((planned) => planned.path === path)!.runs;
    const read = await Promise.all(
      runs.map(({ offset, length }) => layoutSource(plan.extents, plan.diskSize).read(offset, length)),
    );
    expect(Buffer.concat(read).equals(Buffer.from(expected)), `runs of ${path}`).toBe(true);
  }
  expect(volume.entries).toHaveLength(count);
  expect(volume.label).toBe(plan.label);
  return [...volume.entries];
}

describe("geometry", () => {
  it("keeps the specification's limits from 64 MiB to 2 TiB", () => {
    fc.assert(
      fc.property(diskSizes, (diskSize) => {
        const geometry = fatGeometry(diskSize);
        const { clusterSize, clusterCount, fatSectors, reservedSectors, dataStart, startSector, sectorCount } =
          geometry;
        expect(startSector).toBe(2048);
        expect(sectorCount).toBeLessThan(2 ** 32 - startSector);
        expect([512, 4 * KiB, 8 * KiB, 16 * KiB, 32 * KiB]).toContain(clusterSize);
        expect(clusterCount).toBeGreaterThanOrEqual(65_525 + 16);
        expect(clusterCount).toBeLessThanOrEqual(0x0ffffff5);
        expect(reservedSectors).toBeGreaterThanOrEqual(32);
        expect(reservedSectors).toBeLessThan(2 ** 16);
        expect(fatSectors).toBe(Math.ceil((clusterCount + 2) / 128));
        expect(dataStart % MiB).toBe(0);
        expect(dataStart).toBe((startSector + reservedSectors + 2 * fatSectors) * 512);
        const left = (startSector + sectorCount) * 512 - dataStart - clusterCount * clusterSize;
        expect(left).toBeGreaterThanOrEqual(0);
        expect(left).toBeLessThan(clusterSize);
        // Not a MiB later than need be: one MiB earlier the FATs would not fit.
        if (dataStart > 2 * MiB) {
          const clusters = Math.floor((clusterCount * clusterSize + left + MiB) / clusterSize);
          expect(32 + 2 * Math.ceil((clusters + 2) / 128)).toBeGreaterThan((dataStart - 2 * MiB) / 512);
        }
      }),
    );
  });

  it.each([
    [64 * MiB, 512, 61 * MiB],
    [262 * MiB, 512, 255 * MiB],
    [263 * MiB, 4 * KiB, 260 * MiB],
    [8 * GiB, 4 * KiB, 8 * GiB - 18 * MiB],
    [32 * GiB, 16 * KiB, 32 * GiB - 19 * MiB],
    [128 * GiB, 32 * KiB, 128 * GiB - 35 * MiB],
    [2 * TiB, 32 * KiB, 2 * TiB - 514 * MiB],
    [16 * TiB, 32 * KiB, 2 * TiB - 514 * MiB],
  ])("of %d bytes has clusters of %d bytes and %d bytes of them", (diskSize, clusterSize, bytes) => {
    const geometry = fatGeometry(diskSize);
    expect(geometry.clusterSize).toBe(clusterSize);
    expect(geometry.clusterCount * geometry.clusterSize).toBe(bytes);
  });
});

const windowsTree = (): FileTree => treeOfWindows({ hidden: true, readOnly: true, system: true });
const digest = (text: string) => planDigest(planFat32(windowsTree(), { diskSize: GiB }, { label: text }));

describe("a plan", () => {
  it.each([64 * MiB, 64 * MiB + 12_800, 512 * MiB, 4 * GiB, 32 * GiB, 2 * TiB, 3 * TiB + 512])(
    "of a disk of %d bytes holds the tree",
    async (diskSize) => {
      const plan = planFat32(windowsTree(), { diskSize }, { label });
      checkCoverage(plan);
      await checkContents(windowsTree(), plan);
    },
  );

  it("begins with the sector that makes the disk bootable", () => {
    const [first] = planFat32(windowsTree(), { diskSize: GiB }, { label }).extents;
    expect(first).toMatchObject({ offset: 0, length: 512, source: { kind: "bytes" } });
  });

  it("puts directories first, then the files in the order of booting, each in one run", async () => {
    const plan = planFat32(windowsTree(), { diskSize: GiB }, { label });
    const paths = plan.files.map(({ path }) => path);
    expect(paths.slice(0, 5)).toEqual([
      "bootmgr",
      "boot/bcd",
      "boot/boot.sdi",
      "boot/fonts/wgl4_boot.ttf",
      "sources/boot.wim",
    ]);
    expect(plan.files.every(({ runs, size }) => runs.length === (size === 0 ? 0 : 1))).toBe(true);
    const entries = await checkContents(windowsTree(), plan);
    const lastDirectory = Math.max(...entries.filter((entry) => entry.directory).flatMap((entry) => entry.clusters));
    const firstFile = Math.min(...entries.filter((entry) => !entry.directory).flatMap((entry) => entry.clusters));
    expect(firstFile).toBe(lastDirectory + 1);
  });

  it("records times, attributes and a bootmgr that the boot record finds", async () => {
    const entries = await checkContents(windowsTree(), planFat32(windowsTree(), { diskSize: GiB }, { label }));
    const raw = (path: string): Buffer => Buffer.from(entries.find((entry) => entry.path === path)!.raw);
    expect(raw("bootmgr").toString("latin1", 0, 11)).toBe("BOOTMGR    ");
    expect(raw("autorun.inf")[11]).toBe(0x27);
    expect(raw("sources")[11]).toBe(0x10);
    const setup = raw("setup.exe");
    expect(setup[13]).toBe(105);
    expect(setup.readUInt16LE(14)).toBe((1 << 11) | (2 << 5) | 1);
    expect(setup.readUInt16LE(16)).toBe((29 << 9) | (7 << 5) | 14);
    expect(setup.readUInt16LE(22)).toBe((22 << 11) | (25 << 5) | 0);
    expect(setup.readUInt16LE(24)).toBe((30 << 9) | (11 << 5) | 20);
    expect(setup.readUInt16LE(18)).toBe(0);
  });

  it("has a boot sector that says what the disk is, and its copy", async () => {
    const plan = planFat32(windowsTree(), { diskSize: GiB }, { label: "gsp1rmculfrer_en_dvd" });
    const disk = layoutSource(plan.extents, plan.diskSize);
    const boot = Buffer.from(await disk.read(MiB, 32 * 512));
    expect(boot.toString("hex", 0, 3)).toBe("eb5890");
    expect(boot.toString("latin1", 71, 90)).toBe("GSP1RMCULFRFAT32   ");
    expect([boot.readUInt16LE(0x18), boot.readUInt16LE(0x1a), boot.readUInt32LE(0x1c)]).toEqual([63, 255, 2048]);
    expect([boot[0x15], boot[0x40], boot[0x42], boot.readUInt16LE(0x16), boot.readUInt16LE(0x2a)]).toEqual([
      0xf8, 0x80, 0x29, 0, 0,
    ]);
    expect(boot.subarray(6 * 512, 9 * 512).equals(boot.subarray(0, 3 * 512))).toBe(true);
    expect(boot.readUInt16LE(2 * 512 + 510)).toBe(0xaa55);
    const mbr = Buffer.from(await disk.read(0, 512));
    expect(mbr.readUInt32LE(0x1b8)).not.toBe(0);
    expect(boot.readUInt32LE(67)).not.toBe(0);
  });

  it("is the same twice, and another for another label", async () => {
    expect(await digest("A")).toBe(await digest("A"));
    expect(await digest("A")).not.toBe(await digest("B"));
  });

  it("fills a volume to its last cluster", async () => {
    // 61 MiB of clusters of 512 bytes, one of them for the root directory.
    const full = planFat32(tree(hole("all.bin", 61 * MiB - 512)), { diskSize: 64 * MiB }, { label });
    checkCoverage(full);
    const volume = await readFat32(layoutSource(full.extents, full.diskSize));
    expect(volume.freeCount).toBe(0);
    expect(volume.entries[0]!.clusters.at(-1)).toBe(volume.clusterCount + 1);
  });

  it("refuses a second stage over the boot sector's copy", () => {
    const mbr = new Uint8Array(0);
    const volume = { sector0: new Uint8Array(0), reserved: new Uint8Array(1024), reservedStartSector: 5 };
    const plan = (start: number) =>
      planFat32(
        windowsTree(),
        { diskSize: GiB },
        { label },
        { mbr, volume: { ...volume, reservedStartSector: start } },
      );
    for (const start of [0, 1, 5, 6, 7, 8, 31]) expect(() => plan(start)).toThrow(RangeError);
    for (const start of [2, 9, 30]) expect(plan(start).files).toHaveLength(10);
  });

  it("holds whatever tree it accepts", async () => {
    const name = fc.oneof(
      fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,3})?$/),
      fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => nameFault(text) === null),
    );
    const size = fc.constantFrom(0, 1, 511, 512, 513, 4095, 4096, 4097, 9000);
    const { node } = fc.letrec<{ node: TreeNode }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.tuple(name, size).map(([text, bytes]) => file(text, bytes)),
        fc.tuple(name, fc.array(tie("node"), { maxLength: 6 })).map(([text, children]) => directory(text, children)),
      ),
    }));
    const trees = fc.array(node, { maxLength: 8 }).map((children) => tree(...children));
    let planned = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(trees, fc.constantFrom(64 * MiB, 300 * MiB), async (given, diskSize) => {
        let plan: DiskPlan;
        try {
          plan = planFat32(given, { diskSize }, { label });
        } catch (error) {
          if (!(error instanceof Win7UsbError)) throw error;
          expect(error.code).toBe("name-collision");
          refused += 1;
          return;
        }
        planned += 1;
        checkCoverage(plan);
        await checkContents(given, plan);
      }),
      { numRuns: rounds(60, 24) },
    );
    // Otherwise the property says nothing of what is accepted.
    expect(planned).toBeGreaterThan(refused);
  });
});

const full = (count: number) =>
  tree(
    directory(
      "d",
      Array.from({ length: count }, (_, index) => hole(`F${index}`, 0)),
    ),
  );

describe("what does not fit", () => {
  it("is told with both numbers, and fits the size that is named", () => {
    const big = tree(file("bootmgr", 5), hole("sources.bin", 700 * MiB));
    const { code, data } = thrownBy(() => planFat32(big, { diskSize: 512 * MiB }, { label }));
    expect(code).toBe("too-small");
    expect(data["available"]).toBe(512 * MiB);
    const needed = data["needed"] as number;
    expect(needed).toBe(smallestFat32Disk(big, { label }));
    expect(needed % MiB).toBe(0);
    checkCoverage(planFat32(big, { diskSize: needed }, { label }));
    expect(thrownBy(() => planFat32(big, { diskSize: needed - MiB }, { label })).code).toBe("too-small");
  });

  it("is never asked to fit less than 64 MiB", () => {
    expect(smallestFat32Disk(tree(), { label })).toBe(64 * MiB);
    expect(thrownBy(() => planFat32(tree(), { diskSize: 63 * MiB }, { label })).data).toEqual({
      needed: 64 * MiB,
      available: 63 * MiB,
    });
  });

  it("names a larger drive even where smaller clusters would do on a smaller one", () => {
    // One-byte files take 512 bytes each up to 260 MiB and 4 KiB each above.
    const many = tree(
      hole("large.bin", 240 * MiB),
      ...Array.from({ length: 8 }, (_, top) =>
        directory(
          `d${top}`,
          Array.from({ length: 1000 }, (_unused, index) => hole(`f${index}`, 1)),
        ),
      ),
    );
    const smallest = smallestFat32Disk(many, { label });
    expect(smallest).toBeLessThan(262 * MiB);
    const { data } = thrownBy(() => planFat32(many, { diskSize: 263 * MiB }, { label }));
    expect(data["needed"]).toBeGreaterThan(263 * MiB);
    checkCoverage(planFat32(many, { diskSize: data["needed"] as number }, { label }));
  });

  it.each([
    [
      "name-unsupported",
      tree(directory("sources", [file("a:b"), file("c."), file("ok")])),
      ["sources/a:b", "sources/c."],
    ],
    ["name-collision", tree(directory("d", [file("Ärger"), file("x"), file("äRGER")])), ["d/äRGER"]],
    ["file-too-large", tree(directory("sources", [hole("install.wim", 4 * GiB)])), undefined],
  ])("%s names the paths", (code, given, paths) => {
    const error = thrownBy(() => planFat32(given, { diskSize: 16 * GiB }, { label }));
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(4);
    if (paths === undefined) {
      expect(error.message).toContain("sources/install.wim has 4.00 GiB (4294967296 bytes)");
      expect(error.hint).toContain("NTFS");
      expect(error.data["path"]).toBe("sources/install.wim");
      return;
    }
    expect(error.data["paths"]).toEqual(paths);
    for (const path of paths) expect(error.message).toContain(path);
  });

  it("includes a directory of more than 65,536 entries", () => {
    checkCoverage(planFat32(full(65_534), { diskSize: GiB }, { label }));
    const error = thrownBy(() => planFat32(full(65_535), { diskSize: GiB }, { label }));
    expect(error.code).toBe("directory-too-large");
    expect(error.data).toEqual({ path: "d", size: 2 * MiB + 32, limit: 2 * MiB });
  });
});

/** How often properties of the files are asked for while `folders` directories of 100 files each are planned. */
function askedFor(folders: number): number {
  let asked = 0;
  const counted = (node: ReturnType<typeof hole>) =>
    new Proxy(node, {
      get(target, key, receiver): unknown {
        asked += 1;
        return Reflect.get(target, key, receiver);
      },
    });
  const files = Array.from({ length: 100 }, (_, index) => counted(hole(`A long name ${index}.dat`, 5000)));
  const many = tree(...Array.from({ length: folders }, (_, top) => directory(`directory ${top}`, files)));
  checkCoverage(planFat32(many, { diskSize: 4 * GiB }, { label }));
  return asked;
}

describe("the cost of a plan", () => {
  it("grows with the number of files, and not faster", () => {
    expect(askedFor(60)).toBeLessThan(1.1 * 10 * askedFor(6));
  });

  it("keeps the free part of the FATs out of memory", () => {
    const plan = planFat32(windowsTree(), { diskSize: 2 * TiB }, { label });
    const held = plan.extents.reduce((sum, { length, source }) => sum + (source.kind === "bytes" ? length : 0), 0);
    expect(held).toBeLessThan(MiB);
  });
});

describe("the choice of file system", () => {
  it.each([
    ["auto", 4 * GiB - 1, "fat32", "no file is over 4 GiB - 1"],
    [
      "auto",
      4 * GiB,
      "ntfs",
      "sources/install.wim has 4.00 GiB (4294967296 bytes), FAT32 holds files of less than 4 GiB",
    ],
    ["fat32", 4 * GiB, "fat32", "as asked for"],
    ["ntfs", 1, "ntfs", "as asked for"],
  ] as const)("%s with a file of %d bytes is %s", (wanted, size, fileSystem, reason) => {
    const given = tree(file("bootmgr", 3), directory("sources", [hole("install.wim", size), file("x", 1)]));
    expect(chooseFileSystem(given, wanted)).toEqual({ fileSystem, reason });
  });

  it("reaches the layout", () => {
    const options = { fileSystem: "fat32", label } as const;
    expect(planDisk(windowsTree(), { diskSize: GiB }, options).fileSystem).toBe("fat32");
    expect(smallestDisk(windowsTree(), options)).toBe(64 * MiB);
  });
});
