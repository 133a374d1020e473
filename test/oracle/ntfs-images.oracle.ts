/** NTFS volumes of several sizes, held against seven other readers: every file must be equal to its source. */
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GiB, MiB, TiB } from "../../src/bytes/units.js";
import { planDisk } from "../../src/volumes/index.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { executePlan } from "../support/execute-plan.js";
import { makeJudgingTree } from "../support/fat-judging-tree.js";
import { hostTree } from "../support/host-tree.js";
import { judge } from "../support/judges.js";
import { checkNtfsTools, contentsOf, mounted, run, said, sleuthkitContents } from "../support/ntfs-judges.js";
import { sample } from "../support/sample.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-ntfs-"));
const source = join(work, "tree");
const label = "GSP1RMCULFRER_EN_DVD";
const rootNames = ["autorun.inf", "boot", "bootmgr", "setup.exe", "sources", "support"];

beforeAll(() => makeJudgingTree(source));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** The smallest, one that is no whole number of clusters, the usual, the largest. */
const sizes: readonly (readonly [string, number])[] = [
  ["64 MiB", 64 * MiB],
  ["512 MiB and a bit", 512 * MiB + 3 * 512],
  ["32 GiB", 32 * GiB],
  ["2 TiB", 2 * TiB],
];

describe.each(sample(sizes, 1, ([, size]) => size % MiB))("a disk of %s", (_name, diskSize) => {
  const image = join(work, `${diskSize}.img`);
  const partition = join(work, `${diskSize}.partition`);
  const partitionEnd = Math.floor(Math.min(diskSize - MiB, 2 * TiB - 512) / MiB) * MiB;
  let plan: DiskPlan;

  beforeAll(async () => {
    plan = planDisk(hostTree(source), { diskSize }, { fileSystem: "ntfs", label });
    await executePlan(plan, image);
    await executePlan(plan, partition, MiB);
    truncateSync(partition, partitionEnd - MiB);
  });
  afterAll(() => {
    rmSync(image);
    rmSync(partition);
  });

  it.skipIf(!judge("ntfsfix"))("is sound to ntfsfix, ntfsresize and ntfsinfo", () => {
    checkNtfsTools(partition);
    const info = said("ntfsinfo", ["--mft", partition]);
    expect(info).toMatch(new RegExp(`Volume Name: ${label}$`, "m"));
    expect(info).toMatch(/Volume Version: 3\.1$/m);
    expect(info).toMatch(/Volume Flags: 0x0000$/m);
    expect(said("ntfsinfo", ["--verbose", "--file", "/bootmgr", partition])).toMatch(/Win32 & DOS/);
  });

  it.skipIf(!judge("ntfsfix"))("is read by ntfsls and ntfscat", () => {
    expect(said("ntfsls", [partition]).trim().split("\n").toSorted()).toEqual(rootNames);
    for (const path of ["support/names/文件系统.txt", "sources/boot.wim", "support/sizes/empty"]) {
      expect(run("ntfscat", [partition, path]).equals(run("cat", [join(source, path)])), path).toBe(true);
    }
  });

  it.skipIf(!judge("ntfsfix") || process.getuid?.() !== 0)("is mounted by ntfs-3g to the same files", async () => {
    await mounted(partition, (root) => {
      expect(contentsOf(root)).toEqual(contentsOf(source));
      expect(statSync(join(root, "setup.exe")).mtimeMs).toBe(1_290_291_901_000);
    });
    checkNtfsTools(partition);
  });

  it.skipIf(!judge("7z"))("is read by 7z to the same files", () => {
    const target = join(work, `${diskSize}.7z`);
    expect(said("7z", ["x", "-y", `-o${target}`, partition])).toContain("Everything is Ok");
    rmSync(join(target, "[SYSTEM]"), { recursive: true });
    expect(contentsOf(target)).toEqual(contentsOf(source));
    expect(run("7z", ["l", partition]).toString()).toContain(`Label = ${label}`);
    rmSync(target, { recursive: true });
  });

  it.skipIf(!judge("fls"))("is read by sleuthkit to the same files", () => {
    expect(sleuthkitContents(partition)).toEqual(contentsOf(source));
    const status = run("istat", [partition, "64"]).toString();
    expect(status).toMatch(/^Entry: 64\s+Sequence: 1$/m);
    expect(run("fsstat", [partition]).toString()).toMatch(/^Version: Windows XP$/m);
  });

  it.skipIf(!judge("fsntfsinfo"))("is read by libfsntfs", () => {
    const info = said("fsntfsinfo", [partition]);
    expect(info).toMatch(/Version\s+: 3\.1$/m);
    expect(info).toMatch(new RegExp(`Name\\s+: ${label}$`, "m"));
    const names = said("fsntfsinfo", ["-H", partition]);
    for (const name of readdirSync(join(source, "support", "names"))) {
      // Version 20200921 puts surrogate pairs together wrong.
      if (!/[\u{10000}-\u{10ffff}]/u.test(name)) expect(names).toContain(`\\support\\names\\${name}`);
    }
  });

  it.skipIf(!judge("grub-fstest"))("is read by GRUB to the same files", () => {
    run("grub-fstest", [image, "cmp", "(loop0,msdos1)/", `${source}/`]);
    const listed = run("grub-fstest", [image, "ls", "(loop0,msdos1)/"]).toString().trim().split(" ");
    const own = listed.filter((name) => !name.startsWith("$")).map((name) => name.replace(/\/$/, ""));
    expect(own.toSorted()).toEqual(rootNames);
  });

  it.skipIf(!judge("sfdisk"))("has a partition table that sfdisk finds no fault with", () => {
    run("sfdisk", ["--verify", image]);
    const { partitiontable } = JSON.parse(run("sfdisk", ["--json", image]).toString());
    expect(partitiontable.partitions).toHaveLength(1);
    expect(partitiontable.partitions[0]).toMatchObject({
      start: 2048,
      size: (partitionEnd - MiB) / 512,
      type: "7",
      bootable: true,
    });
  });

  it("is the same the second time", async () => {
    const again = join(work, "again.img");
    await executePlan(planDisk(hostTree(source), { diskSize }, { fileSystem: "ntfs", label }), again);
    run("cmp", [`--bytes=${Math.min(plan.contentEnd, 64 * MiB)}`, image, again]);
    rmSync(again);
  });
});
