/**
 * Blocks of zeros over a volume's structures, as a bad stick or another tool leaves them: nobody has removed a file there,
 * and no system has used it.
 */
import { describe, expect, it } from "vitest";
import { isAllZeros } from "../../src/bytes/zeros.js";
import { MiB } from "../../src/bytes/units.js";
import { checkAgainst, type Expectation } from "../../src/check/index.js";
import { locateManifest } from "../../src/check/locate-manifest.js";
import { createReadBytes } from "../../src/check/read-bytes.js";
import { planDisk } from "../../src/volumes/index.js";
import type { FileSystemName } from "../../src/volumes/plan.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive } from "../support/memory-drive.js";
import { readerOf } from "../support/memory-reader.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { everyCase, sample } from "../support/sample.js";

const diskSize = 64 * MiB;
const many = Array.from({ length: 60 }, (_, index) => file(`a file with a long name, number ${index}`, 600));
const files = tree(
  file("bootmgr", 3000),
  directory("sources", [file("install.wim", MiB + 77), file("empty"), directory("en-us", [file("setup.mui", 9000)])]),
  directory("many", many),
);

async function written(fileSystem: FileSystemName) {
  const plan = planDisk(files, { diskSize }, { fileSystem, label: "ZEROS" });
  const drive = memoryDrive(diskSize, { before: new Uint8Array(diskSize) });
  await writePlan({ plan, targets: [drive], verify: true, onEvent: () => undefined, now: () => 0 });
  return { plan, bytes: new Uint8Array(drive.bytes) };
}
const sticks = { fat32: written("fat32"), ntfs: written("ntfs") };

async function check(fileSystem: FileSystemName, bytes: Uint8Array, kind: Expectation["kind"]) {
  const reader = readerOf(bytes);
  const found = await locateManifest(reader, createReadBytes(reader));
  if (found.read.kind !== "manifest") throw new Error(found.read.reason);
  const { plan } = await sticks[fileSystem];
  const expectation: Expectation =
    kind === "image" ? { kind, plan, found } : { kind, manifest: found.read.manifest, found };
  return checkAgainst(expectation, { reader, begin: () => undefined, advanced: () => undefined });
}

/** Blocks of `length` that have something in them, from the volume's start to its last small file. */
async function blocks(fileSystem: FileSystemName, length: number): Promise<readonly number[]> {
  const { plan, bytes } = await sticks[fileSystem];
  const end = Math.min(...plan.files.filter(({ size }) => size > MiB).map(({ runs }) => runs[0]!.offset));
  const found: number[] = [];
  for (let at = 0; at < end; at += length) if (!isAllZeros(bytes.subarray(at, at + length))) found.push(at);
  return found;
}

describe.each(["fat32", "ntfs"] as const)("zeros over a part of a %s stick", (fileSystem) => {
  it.each([
    [512, 4],
    [4096, 3],
    [65_536, 3],
  ])("(%i bytes) are damage, and no one's removal or use", async (length, count) => {
    const { bytes } = await sticks[fileSystem];
    for (const [index, at] of sample(await blocks(fileSystem, length), count).entries()) {
      const before = bytes.slice(at, at + length);
      bytes.fill(0, at, at + length);
      for (const kind of everyCase
        ? (["image", "manifest"] as const)
        : ([index % 2 === 0 ? "image" : "manifest"] as const)) {
        const { mismatches, usedSince, added } = await check(fileSystem, bytes, kind);
        const causes = new Set(mismatches.map(({ cause }) => cause));
        const told = JSON.stringify({ at, kind, causes: [...causes], mismatches: mismatches.slice(0, 3) });
        expect([usedSince, added], told).toEqual([false, []]);
        expect(causes.has("damaged"), told).toBe(true);
        for (const cause of causes) expect(["damaged", "undecided"], told).toContain(cause);
      }
      bytes.set(before, at);
    }
  });
});

describe("a FAT32 stick whose root became zeros", () => {
  async function zeroed(change: (bytes: Uint8Array, fats: readonly number[]) => void) {
    const { plan, bytes } = await sticks.fat32;
    const stick = new Uint8Array(bytes);
    const view = new DataView(stick.buffer);
    const fat = MiB + view.getUint16(MiB + 14, true) * 512;
    const fatLength = view.getUint32(MiB + 36, true) * 512;
    const root = fat + 2 * fatLength;
    stick.fill(0, root, root + plan.clusterSize);
    change(stick, [fat, fat + fatLength]);
    return check("fat32", stick, "image");
  }

  it("while a system had it in use: what happened cannot be told", async () => {
    const { mismatches } = await zeroed((bytes, fats) => fats.forEach((at) => (bytes[at + 7] = 0x07)));
    const ofFiles = mismatches.filter(({ path }) => path !== null);
    expect(new Set(ofFiles.map(({ cause }) => cause))).toEqual(new Set(["undecided"]));
    expect(ofFiles.find(({ path }) => path === "bootmgr")!.reason).toContain("pulled out");
  });

  it("and whose clusters were freed, as a system does that removes files", async () => {
    const { mismatches, usedSince } = await zeroed((bytes, fats) => {
      for (const at of fats) bytes.fill(0, at + 12, at + 65_536);
    });
    expect(usedSince).toBe(true);
    expect(new Set(mismatches.map(({ cause }) => cause))).toEqual(new Set(["removed"]));
  });
});

describe("an NTFS stick", () => {
  it("whose free records became zeros is damaged there: a system leaves records that can be read", async () => {
    const { bytes } = await sticks.ntfs;
    const view = new DataView(bytes.buffer);
    const isFree = (at: number): boolean =>
      view.getUint32(at, false) === 0x46494c45 && view.getUint16(at + 22, true) === 0;
    let record = MiB;
    while (!isFree(record)) record += 1024;
    const { mismatches, usedSince } = await check(
      "ntfs",
      new Uint8Array(bytes).fill(0, record, record + 1024),
      "image",
    );
    expect(usedSince).toBe(false);
    expect(mismatches).toMatchObject([{ offset: record, cause: "damaged" }]);
  });
});
