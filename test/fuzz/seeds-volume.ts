/** Sound volumes, manifests and hives for a fuzzer to begin with. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildHive, dwordValue, textValue } from "../../fixtures/windows7/hive.js";
import { directory, file, filler } from "../../fixtures/windows7/nodes.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { digestSize, encodeManifest, layoutManifest } from "../../src/manifest/manifest.js";
import { baseBlockSize } from "../../src/registry/hive-records.js";
import type { FileTree } from "../../src/tree/index.js";
import { planDisk, smallestDisk } from "../../src/volumes/index.js";
import { partitionAlignment } from "../../src/volumes/mbr.js";
import { decodeFat32BootSector } from "../../src/volumes/fat32/records/boot-sector.js";
import { fileRecordHeader, fileRecordSignature, recordFlags } from "../../src/volumes/ntfs/records/attributes.js";
import { fileRecordSize } from "../../src/volumes/ntfs/records/volume-format.js";
import type { DiskPlan, FileSystemName } from "../../src/volumes/plan.js";
import { hiveInputs } from "../support/hostile/hive-inputs.js";
import { judge } from "../support/judges.js";
import { encodeSparse, sparseUnit } from "./sparse.js";
import { placeSize } from "./targets/manifest.js";
import { shortHead } from "./targets/hive.js";

function tree(files: number): FileTree {
  const many = Array.from({ length: files }, (_, index) => file(`a long name, number ${index}.txt`, filler(index, 1)));
  return directory("", [
    file("bootmgr", filler(9000, 1)),
    directory("boot", [file("bcd", "x"), file("BOOT.SDI", filler(3000, 2))]),
    directory("sources", [directory("en-us", many), file("boot.wim", filler(20_000, 3))]),
  ]);
}

function planOf(fileSystem: FileSystemName, files: number): DiskPlan {
  const options = { fileSystem, label: "SEED" };
  return planDisk(tree(files), { diskSize: smallestDisk(tree(files), options) }, options);
}

/** What no reader looks into: long runs of 0xFF are a log without entries. */
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0xff);

/** The partition's structures, from its first byte on. */
function volumeOf(plan: DiskPlan): Uint8Array {
  const manifestAt = plan.extents.find(({ source }) => source.kind === "manifest")!.offset;
  const volume = new Uint8Array(manifestAt - partitionAlignment);
  for (const { offset, source } of plan.extents) {
    if (source.kind !== "bytes" || offset < partitionAlignment || offset >= manifestAt) continue;
    volume.set(source.bytes, offset - partitionAlignment);
  }
  return volume;
}

/** How $UpCase begins, which is 128 KiB that never change. */
const upperCaseStart = Uint8Array.from([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
const upperCaseSize = 128 * KiB;

const recordStart = fileRecordHeader.select("signature", "flags");

/** A record of $MFT that no file has: there are hundreds. */
function isFreeRecord(bytes: Uint8Array): boolean {
  const { signature, flags } = recordStart.decode(bytes);
  return signature === fileRecordSignature && (flags & recordFlags.inUse) === 0;
}

function withoutBlanks(volume: Uint8Array): Uint8Array {
  const upperCase = Buffer.from(volume.buffer).indexOf(upperCaseStart);
  if (upperCase >= 0) volume.fill(0, upperCase, upperCase + upperCaseSize);
  for (let at = 0; at < volume.length; at += fileRecordSize) {
    if (isFreeRecord(volume.subarray(at, at + fileRecordSize))) volume.fill(0, at, at + fileRecordSize);
  }
  for (let at = 0; at < volume.length; at += sparseUnit) {
    const unit = volume.subarray(at, at + sparseUnit);
    if (isBlank(unit)) unit.fill(0);
  }
  return volume;
}

/** The second FAT is the first one's copy, which the target makes. */
function withoutSecondFat(volume: Uint8Array): Uint8Array {
  const { reservedSectorCount, fatSize32 } = decodeFat32BootSector(volume.subarray(0, sparseUnit));
  const second = reservedSectorCount + fatSize32;
  volume.fill(0, second * sparseUnit, (second + fatSize32) * sparseUnit);
  return volume;
}

/** An empty volume of another tool's, where it is. */
function madeBy(command: string, size: number, ...options: string[]): Uint8Array[] {
  if (!judge(command)) return [];
  const folder = mkdtempSync(join(tmpdir(), "win7usb-seeds-"));
  const path = join(folder, "volume");
  try {
    writeFileSync(path, "");
    truncateSync(path, size);
    execFileSync(command, [...options, path], { stdio: "pipe" });
    return [new Uint8Array(readFileSync(path))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function fatSeeds(): Promise<Uint8Array[]> {
  const own = [1, 40].map((files) => volumeOf(planOf("fat32", files)));
  return own.map((volume) => encodeSparse(withoutSecondFat(volume)));
}

export async function ntfsSeeds(): Promise<Uint8Array[]> {
  const own = [1, 20].map((files) => volumeOf(planOf("ntfs", files)));
  const options = ["-F", "-q", "-Q", "-p", "0", "-s", "512", "-c", "4096", "-H", "255", "-S", "63"];
  const upperCase = madeBy("mkntfs", 8 * MiB, ...options);
  return [...own, ...upperCase].map((volume) => encodeSparse(withoutBlanks(volume)));
}

export async function manifestSeeds(): Promise<Uint8Array[]> {
  const origin = { size: 2_564_476_928, volumeLabel: "GSP1RMCULFRER_EN_DVD", sha256: "ab".repeat(digestSize) };
  return (["fat32", "ntfs"] as const).flatMap((fileSystem) =>
    [1, 12].map((files) => {
      const plan = { ...planOf(fileSystem, files), ...(files === 1 ? {} : { origin }) };
      const areaOffset = plan.extents.find(({ source }) => source.kind === "manifest")!.offset;
      const shape = layoutManifest(plan, areaOffset);
      const manifest = encodeManifest(shape, new Uint8Array(shape.units.length * digestSize));
      const place = new Uint8Array(placeSize);
      new DataView(place.buffer).setUint32(0, areaOffset / sparseUnit, true);
      return new Uint8Array(Buffer.concat([place, manifest.subarray(0, manifest.length - digestSize)]));
    }),
  );
}

/** Bytes. Longer ones only have more of the same. */
const longestHive = 32 * KiB;

export async function hiveSeeds(): Promise<Uint8Array[]> {
  const small = {
    name: "Objects",
    keys: [{ name: "{1}", values: [dwordValue("Type", 1), textValue("Element", "a")] }],
  };
  const others = [...hiveInputs().values()].filter(({ length }) => length <= longestHive);
  const hives = [...others, buildHive({ name: "Root", keys: [small] })];
  return hives.map(
    (hive) => new Uint8Array(Buffer.concat([hive.subarray(0, shortHead), hive.subarray(baseBlockSize)])),
  );
}
