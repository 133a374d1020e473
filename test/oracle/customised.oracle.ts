/**
 * Sticks with an answer file, another edition and added files, held against other people's readers: mtools and fsck.fat, and
 * ntfs-3g's own tools, and 7-Zip on both. What was added is there byte for byte, and what is the image's is as it was.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerFile, shapedKey, userData, wipingDisk } from "../../fixtures/windows7/answer-file.js";
import { filler } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { write } from "../../src/steps/write-image.js";
import { endOf, partitionOf as diskPartition } from "../../src/volumes/mbr.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { checkNtfsTools, run } from "../support/ntfs-judges.js";

const folder = mkdtempSync(join(tmpdir(), "win7usb-customised-"));
const path = (name: string): string => join(folder, name);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const answer = answerFile(userData(shapedKey) + wipingDisk);
const added = new Map<string, Uint8Array>([
  ["sources/$OEM$/$1/Ümlaut and blanks.txt", Buffer.from("hello")],
  ["sources/$OEM$/$1/below/large.bin", filler(3 * MiB, 7)],
  ["sources/$OEM$/$1/below/empty", Buffer.of()],
]);
const config = "[EditionID]\r\nUltimate\r\n[Channel]\r\nRetail\r\n[VL]\r\n0\r\n";

let expected: Map<string, string>;

beforeAll(async () => {
  mkdirSync(path("oem/$1/below"), { recursive: true });
  for (const [name, bytes] of added) writeFileSync(path(name.replace("sources/$OEM$", "oem")), bytes);
  writeFileSync(path("answer.xml"), answer);
  const iso = await writeDemoImage(folder);
  for (const fileSystem of ["fat32", "ntfs"] as const) {
    await write(iso, {
      targets: [path(`${fileSystem}.img`)],
      fileSystem,
      answerFile: path("answer.xml"),
      edition: "ultimate",
      add: [{ folder: path("oem"), at: "sources/$OEM$" }],
      allow: ["unattended-wipe"],
    });
  }
  expected = new Map();
  for (const { path: name, node } of walk(await windows7Tree())) {
    if (node.kind === "file") expected.set(name, sha256(await contentSource(node).read(0, node.size)));
  }
  for (const [name, bytes] of added) expected.set(name, sha256(bytes));
  expected.set("Autounattend.xml", sha256(Buffer.from(answer)));
  expected.set("sources/ei.cfg", sha256(Buffer.from(config)));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The partition of a stick, as a file of its own. */
function partitionOf(fileSystem: string): string {
  const partition = path(`${fileSystem}.partition`);
  const disk = readFileSync(path(`${fileSystem}.img`));
  const { startSector } = diskPartition(disk.length);
  writeFileSync(partition, disk.subarray(startSector * sectorSize, endOf(diskPartition(disk.length))));
  return partition;
}

/** Files below a folder that a judge has filled. */
function filesBelow(root: string): Map<string, string> {
  const list = execFileSync("find", [root, "-type", "f", "-printf", "%P\\n"], { encoding: "utf8" }).split("\n");
  const names = list.filter((name) => name !== "" && !/^\[|^\$|^System Volume/.test(name));
  return new Map(names.map((name) => [name, sha256(readFileSync(join(root, name)))]));
}

const sorted = (files: ReadonlyMap<string, string>): [string, string][] =>
  [...files].toSorted(([one], [other]) => (one < other ? -1 : 1));

describe.skipIf(!judge("mcopy") || !judge("fsck.fat"))("a FAT32 stick", () => {
  it("is sound, and mtools reads all of it", () => {
    const partition = partitionOf("fat32");
    run("fsck.fat", ["-n", partition]);
    const copy = path("mtools");
    mkdirSync(copy);
    run("mcopy", ["-s", "-n", "-i", partition, "::/", copy]);
    expect(sorted(filesBelow(copy))).toEqual(sorted(expected));
    const name = run("mdir", ["-i", partition, "-b", "::Autounattend.xml"]).toString().trim();
    expect(name).toBe("::/Autounattend.xml");
  });
});

describe.skipIf(!judge("ntfsfix") || !judge("ntfsinfo"))("an NTFS stick", () => {
  it("is sound, and ntfs-3g's tools read what was added", () => {
    const partition = partitionOf("ntfs");
    checkNtfsTools(partition);
    for (const [name, hash] of expected) {
      if (!/ei\.cfg|\$OEM\$|Autounattend|boot\.wim/.test(name)) continue;
      expect([name, sha256(run("ntfscat", ["--force", partition, name]))]).toEqual([name, hash]);
    }
  });
});

describe.skipIf(!judge("7z"))("7-Zip", () => {
  it.each(["fat32", "ntfs"])("reads all of a %s stick", (fileSystem) => {
    const copy = path(`7z-${fileSystem}`);
    run("7z", ["x", "-y", `-o${copy}`, partitionOf(fileSystem)]);
    expect(sorted(filesBelow(copy))).toEqual(sorted(expected));
    expect(statSync(join(copy, "Autounattend.xml")).size).toBeLessThan(4 * KiB);
  });
});
