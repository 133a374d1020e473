/** Plans of NTFS disks: coverage, and reading back what was laid out. */
import { layoutSource } from "../../src/extents/layout-source.js";
import { fromSource, zeros } from "../../src/extents/layout.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GiB, KiB, MiB, TiB } from "../../src/bytes/units.js";
import { Win7UsbError } from "../../src/errors.js";
import { planDisk, smallestDisk } from "../../src/volumes/index.js";
import { planNtfs, smallestNtfsDisk } from "../../src/volumes/ntfs/plan/index.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { contentSource, type FileTree, type TreeNode } from "../../src/tree/index.js";
import { checkExtents, thrownBy, treeOfWindows } from "../support/disk-plans.js";
import { planDigest } from "../support/execute-plan.js";
import { directory, file, fileOf, hole, tree } from "../support/memory-tree.js";
import { checkVolume } from "../support/ntfs-check.js";
import { NtfsReader } from "../support/ntfs-reader.js";
import { rounds } from "../support/sample.js";

const label = "TEST";
const plan = (given: FileTree, diskSize: number): DiskPlan => planNtfs(given, { diskSize }, { label });

const windowsTree = (): FileTree => treeOfWindows({ hidden: true, readOnly: true, system: true, archive: true });
const ticks = (ms: number): bigint => BigInt(ms + 11_644_473_600_000) * 10_000n;
const digest = (text: string) => planDigest(planNtfs(windowsTree(), { diskSize: GiB }, { label: text }));

describe("a plan", () => {
  it.each([64 * MiB, 64 * MiB + 12_800, 129 * MiB + 512, 512 * MiB])(
    "of a disk of %d bytes holds the tree",
    async (size) => {
      await checkVolume(windowsTree(), plan(windowsTree(), size));
    },
  );

  it.each([
    [4 * GiB, 4 * MiB],
    [32 * GiB, 4 * MiB],
    [2 * TiB, 4 * MiB],
    [3 * TiB + 512, 4 * MiB],
    [64 * MiB, 2 * MiB],
    [300 * MiB, 3 * MiB],
  ])("of a disk of %d bytes covers it, with a log of about %d bytes", async (size, log) => {
    const made = plan(windowsTree(), size);
    checkExtents(made);
    const volume = await NtfsReader.open(layoutSource(made.extents, made.diskSize));
    const { allocatedSize } = volume.attributes(2).find(({ type }) => type === 0x80)!;
    expect(Math.abs(allocatedSize - log)).toBeLessThan(64 * KiB);
    expect((await volume.data(2)).every((byte) => byte === 0xff)).toBe(true);
    const bad = volume.attributes(8).find(({ name }) => name === "$Bad")!;
    expect(bad.runs).toEqual([{ startCluster: null, clusterCount: bad.size / 4096 }]);
    const partitionEnd = Math.floor(Math.min(size - MiB, 2 * TiB - 512) / MiB) * MiB;
    expect(bad.size).toBe(Math.floor((partitionEnd - MiB - 512) / 4096) * 4096);
    expect(
      volume
        .attributes(3)
        .find(({ type }) => type === 0x60)!
        .value!.toString("utf16le"),
    ).toBe(label);
  });

  it("begins with the sector that makes the disk bootable, and has the copy of the boot sector and the manifest's place at its end", () => {
    const { extents, contentEnd } = plan(windowsTree(), GiB);
    expect(extents[0]).toMatchObject({ offset: 0, length: 512, source: { kind: "bytes" } });
    const behind = extents.filter(({ offset }) => offset >= contentEnd);
    expect(behind.map(({ offset, length, source }) => [GiB - offset, length, source.kind])).toEqual([
      [MiB + 512, 512, "bytes"],
      [MiB, MiB, "manifest"],
    ]);
  });

  it("has a boot sector that says what the volume is", async () => {
    const made = plan(windowsTree(), GiB);
    const { bootSector: boot } = await NtfsReader.open(layoutSource(made.extents, made.diskSize));
    expect(boot.toString("hex", 0, 11)).toBe("eb52904e54465320202020");
    expect([boot.readUInt16LE(0x0b), boot[0x0d], boot.readUInt16LE(0x0e), boot[0x15]]).toEqual([512, 8, 0, 0xf8]);
    expect([boot.readUInt16LE(0x18), boot.readUInt16LE(0x1a), boot.readUInt32LE(0x1c)]).toEqual([63, 255, 2048]);
    expect(boot.toString("hex", 0x20, 0x28)).toBe("0000000080008000");
    expect(Number(boot.readBigUInt64LE(0x28))).toBe((GiB - 2 * MiB) / 512 - 1);
    expect([boot.readInt8(0x40), boot.readInt8(0x44), boot.readUInt32LE(0x50)]).toEqual([-10, 1, 0]);
    expect(boot.readBigUInt64LE(0x48)).not.toBe(0n);
    expect(boot.readUInt16LE(0x1fe)).toBe(0xaa55);
    const code = { sector0: Buffer.alloc(0x1aa, 0x11), rest: Buffer.alloc(15 * 512, 0x22) };
    const other = planNtfs(windowsTree(), { diskSize: GiB }, { label }, { mbr: Buffer.alloc(440, 0x33), volume: code });
    const disk = layoutSource(other.extents, other.diskSize);
    expect((await disk.read(0, 440)).every((byte) => byte === 0x33)).toBe(true);
    expect((await disk.read(MiB + 0x54, 0x1aa)).every((byte) => byte === 0x11)).toBe(true);
    expect((await disk.read(MiB + 512, 15 * 512)).every((byte) => byte === 0x22)).toBe(true);
    const tooLong = { mbr: code.sector0, volume: { ...code, rest: Buffer.alloc(15 * 512 + 1) } };
    expect(() => planNtfs(windowsTree(), { diskSize: GiB }, { label }, tooLong)).toThrow(RangeError);
  });

  it("puts the files in the order of booting, each in one run", () => {
    const { files } = plan(windowsTree(), GiB);
    const placed = files.filter(({ size }) => size > KiB);
    expect(placed.map(({ path }) => path)).toEqual([
      "bootmgr",
      "boot/boot.sdi",
      "sources/boot.wim",
      "setup.exe",
      "sources/install.wim",
    ]);
    expect(placed.every(({ runs }) => runs.length === 1)).toBe(true);
    const starts = placed.map(({ runs }) => runs[0]!.offset);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(files.find(({ path }) => path === "sources/de-DE/empty.txt")!.runs).toEqual([]);
  });

  it("records times, attributes, links and security", async () => {
    const { extents, diskSize } = plan(windowsTree(), GiB);
    const volume = await NtfsReader.open(layoutSource(extents, diskSize));
    const { names } = await volume.index(5);
    const number = (wanted: string): number => names.find(({ name }) => name === wanted)!.record;
    const standard = (wanted: string): Buffer => volume.attributes(number(wanted))[0]!.value!;
    expect(standard("autorun.inf").readUInt32LE(32)).toBe(0x27);
    expect(standard("setup.exe").readUInt32LE(32)).toBe(0);
    expect(standard("setup.exe").readUInt32LE(52)).toBe(0x104);
    expect(standard("sources").readUInt32LE(52)).toBe(0x103);
    expect(standard(".").readUInt32LE(52)).toBe(0x102);
    const created = ticks(Date.UTC(2009, 6, 14, 1, 2, 3, 50));
    const modified = ticks(Date.UTC(2010, 10, 20, 22, 25, 1));
    const times = [0, 8, 16, 24].map((at) => standard("setup.exe").readBigUInt64LE(at));
    expect(times).toEqual([created, modified, modified, modified]);
    // What has no time of its own has the newest of the tree.
    expect(standard("bootmgr").readBigUInt64LE(0)).toBe(modified);
    expect(volume.record(number("bootmgr")).links).toBe(1);
  });

  it("is the same twice, and another for another label", async () => {
    expect(await digest("A")).toBe(await digest("A"));
    expect(await digest("A")).not.toBe(await digest("B"));
  });

  it("keeps 32 characters of a label, and none of half a character", async () => {
    for (const [text, expected] of [
      ["GSP1RMCULFRER_EN_DVD", "GSP1RMCULFRER_EN_DVD"],
      ["x".repeat(40), "x".repeat(32)],
      [`${"x".repeat(31)}😀`, "x".repeat(31)],
      ["", undefined],
    ] as const) {
      const made = planNtfs(tree(), { diskSize: 64 * MiB }, { label: text });
      const volume = await NtfsReader.open(layoutSource(made.extents, made.diskSize));
      const name = volume.attributes(3).find(({ type }) => type === 0x60);
      expect(name?.value?.toString("utf16le")).toBe(expected);
      expect(made.label).toBe(expected ?? "");
    }
  });

  it("keeps small files in their records, sector ends and all", async () => {
    const sizes = Array.from({ length: 760 }, (_, size) => file(`${size}.bin`, size));
    const source = contentSource(file("split", 700));
    const split = fileOf("split", [fromSource(source, 0, 300), zeros(37), fromSource(source, 337)]);
    const given = tree(directory("sizes", sizes), split);
    const made = plan(given, 64 * MiB);
    const volume = await checkVolume(given, made);
    const resident = made.files.filter(({ size, runs }) => size > 0 && (runs[0]!.offset - MiB) % 4096 !== 0);
    expect(resident.length).toBeGreaterThan(690);
    expect(resident.some(({ runs }) => runs.length > 1)).toBe(true);
    expect(volume.record(64).flags).toBe(3);
  });

  it("holds whatever tree it accepts", async () => {
    const name = fc.oneof(
      fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,3})?$/),
      fc.stringMatching(/^[a-z ]{0,30}[a-z]$/),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
      fc.integer({ min: 200, max: 255 }).map((length) => "n".repeat(length)),
    );
    const size = fc.constantFrom(0, 1, 300, 511, 512, 700, 4095, 4096, 4097, 9000);
    const { node } = fc.letrec<{ node: TreeNode }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.tuple(name, size).map(([text, bytes]) => file(text, bytes)),
        fc.tuple(name, fc.array(tie("node"), { maxLength: 12 })).map(([text, children]) => directory(text, children)),
      ),
    }));
    const trees = fc.array(node, { maxLength: 12 }).map((children) => tree(...children));
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(trees, async (given) => {
        let made: DiskPlan;
        try {
          made = plan(given, 64 * MiB);
        } catch (error) {
          if (!(error instanceof Win7UsbError)) throw error;
          expect(["name-collision", "name-unsupported"]).toContain(error.code);
          return;
        }
        accepted += 1;
        await checkVolume(given, made);
      }),
      { numRuns: rounds(60, 24) },
    );
    expect(accepted).toBeGreaterThan(rounds(60, 24) / 6);
  });
});

describe("what does not fit", () => {
  it("is told with both numbers, and fits the size that is named", () => {
    const given = tree(hole("install.wim", 200 * MiB));
    const error = thrownBy(() => plan(given, 128 * MiB));
    expect(error.code).toBe("too-small");
    expect(error.data).toEqual({ needed: smallestNtfsDisk(given, { label }), available: 128 * MiB });
    const needed = error.data["needed"] as number;
    expect(plan(given, needed).contentEnd).toBe(needed);
    expect(thrownBy(() => plan(given, needed - MiB)).code).toBe("too-small");
    expect(thrownBy(() => plan(tree(), 64 * MiB - 512)).data).toEqual({ needed: 64 * MiB, available: 64 * MiB - 512 });
    expect(smallestDisk(given, { fileSystem: "ntfs", label })).toBe(needed);
    expect(planDisk(given, { diskSize: needed }, { fileSystem: "ntfs", label }).fileSystem).toBe("ntfs");
  });

  it("is told as more than any disk can have, where it is over what sector numbers of 32 bits reach", () => {
    const given = tree(hole("install.wim", 3 * 2 ** 40));
    for (const work of [() => smallestNtfsDisk(given, { label }), () => plan(given, 4 * 2 ** 40)]) {
      const { code, message, data } = thrownBy(work);
      expect([code, message]).toEqual([
        "too-small",
        expect.stringContaining("an NTFS partition holds at most 2.00 TiB"),
      ]);
      expect(data["needed"]).toBeGreaterThan(3 * 2 ** 40);
      expect(data["available"]).toBeLessThan(2 * 2 ** 40);
    }
  });

  it("is exactly the clusters that are needed", async () => {
    // A disk of 101 MiB has 99 * 256 - 1 clusters; the file is given all that an empty volume leaves.
    const { extents, diskSize } = plan(tree(file("a", 4096)), 101 * MiB);
    const empty = await NtfsReader.open(layoutSource(extents, diskSize));
    const used = (await empty.data(6))
      .subarray(0, 99 * 32 - 1)
      .reduce((sum, byte) => sum + (byte === 255 ? 8 : Math.log2(byte + 1)), 0);
    const clusters = 99 * 256 - 1 - used + 1;
    const full = tree(hole("a", clusters * 4096));
    expect(smallestNtfsDisk(full, { label })).toBe(101 * MiB);
    await checkVolume(full, plan(full, 101 * MiB));
    const over = tree(hole("a", clusters * 4096 + 1));
    expect(smallestNtfsDisk(over, { label })).toBe(102 * MiB);
  });

  it.each([
    [["setup.exe", "Setup.EXE"], "sources/setup.exe and sources/Setup.EXE are one name to Windows"],
    [["ÄÖ", "x", "äö"], "sources/ÄÖ and sources/äö are one name to Windows"],
  ])("are names that differ in case only: %j", (names, message) => {
    const error = thrownBy(() =>
      plan(
        tree(
          directory(
            "sources",
            names.map((name) => file(name)),
          ),
        ),
        64 * MiB,
      ),
    );
    expect([error.code, error.message]).toEqual(["name-collision", message]);
  });

  it("are the file system's own names in the root, and there alone", () => {
    const error = thrownBy(() => plan(tree(file("$mft")), 64 * MiB));
    expect([error.code, error.message]).toEqual([
      "name-collision",
      "$mft has the name of a file that NTFS keeps for itself",
    ]);
    expect(plan(tree(directory("sources", [file("$mft")])), 64 * MiB).files).toHaveLength(1);
  });

  it.each([
    "",
    "a:b",
    "a*",
    "a/b",
    "a\\b",
    "a\u0001b",
    "a\u0000",
    "ends.",
    "ends ",
    "..",
    ".",
    "n".repeat(256),
    "\ud800",
  ])("are names that Windows cannot use: %j", (name) => {
    const error = thrownBy(() => plan(tree(directory("sources", [file(name)])), 64 * MiB));
    expect(error.code).toBe("name-unsupported");
    expect(error.data).toEqual({ path: `sources/${name}` });
  });

  it("is a tree of two million files", () => {
    const children = Array.from<TreeNode>({ length: 2 ** 21 }).fill(file("a"));
    const error = thrownBy(() => plan(tree(directory("d", children)), 64 * MiB));
    expect([error.code, error.data["limit"]]).toEqual(["image-unsupported", 2 ** 21]);
  });

  it("is a file whose extents do not add up", () => {
    for (const size of [3, 9000]) {
      const wrong = { ...file("a", size), size: size + 1 };
      expect(thrownBy(() => plan(tree(wrong), 64 * MiB)).code).toBe("image-damaged");
    }
  });
});
