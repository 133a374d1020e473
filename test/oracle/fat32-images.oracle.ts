/** FAT32 images of six sizes, held against five other readers: every file must be equal to its source. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
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
import { sample } from "../support/sample.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-fat32-"));
const source = join(work, "tree");
const label = "GSP1RMCULFR";
const firstSector = 2048;
/** Sleuthkit's number for a FAT volume's root directory. */
const rootInode = "2";

function run(command: string, args: readonly string[]): Buffer {
  const env = { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC", MTOOLS_SKIP_CHECK: "0" };
  return execFileSync(command, args, { env, maxBuffer: 64 * MiB, stdio: ["ignore", "pipe", "pipe"] });
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Path to digest, directories to a slash; names as `rename` gives them. */
function contentsOf(root: string, rename = (name: string): string => name): Map<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
  return new Map(
    paths.map((path) => {
      const full = join(root, path);
      return [rename(path), statSync(full).isDirectory() ? "/" : sha256(readFileSync(full))];
    }),
  );
}

/** Type, inode number and name of what sleuthkit lists. */
function* sleuthkitList(image: string, ...rest: string[]): Generator<{ type: string; inode: string; name: string }> {
  for (const line of run("fls", ["-o", `${firstSector}`, ...rest.slice(0, -1), image, ...rest.slice(-1)])
    .toString()
    .split("\n")) {
    const [, type, inode, name] = /^([rd])\/[rd] (\d+):\t(.*)$/.exec(line) ?? [];
    if (type === undefined || inode === undefined || name === undefined) continue;
    if (!name.endsWith("(Volume Label Entry)")) yield { type, inode, name };
  }
}

/**
 * What sleuthkit reads, one directory of the root at a time: from the root itself its recursion goes on to search the
 * whole disk for orphans. Of what it lists it writes no empty files and directories.
 */
function sleuthkitContents(image: string, target: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { type, inode, name } of sleuthkitList(image, rootInode)) {
    if (type === "r") {
      found.set(name, sha256(run("icat", ["-o", `${firstSector}`, image, inode])));
      continue;
    }
    found.set(name, "/");
    for (const below of sleuthkitList(image, "-r", "-p", inode)) {
      found.set(`${name}/${below.name}`, below.type === "d" ? "/" : sha256(new Uint8Array(0)));
    }
    const directory = join(target, name);
    run("tsk_recover", ["-a", "-o", `${firstSector}`, "-d", inode, image, directory]);
    for (const [path, digest] of contentsOf(directory)) found.set(`${name}/${path}`, digest);
  }
  return found;
}

beforeAll(() => makeJudgingTree(source));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const sizes: readonly (readonly [string, number])[] = [
  ["64 MiB", 64 * MiB],
  ["512 MiB", 512 * MiB],
  ["4 GiB", 4 * GiB],
  ["32 GiB", 32 * GiB],
  ["128 GiB", 128 * GiB],
  ["2 TiB", 2 * TiB],
];

describe.each(sample(sizes, 2))("a disk of %s", (_name, diskSize) => {
  const image = join(work, `${diskSize}.img`);
  const partition = join(work, `${diskSize}.partition`);
  const mtools = `${image}@@${MiB}`;
  let plan: DiskPlan;

  beforeAll(async () => {
    plan = planDisk(hostTree(source), { diskSize }, { fileSystem: "fat32", label: "GSP1RMCULFRER_EN_DVD" });
    await executePlan(plan, image);
    await executePlan(plan, partition, MiB);
  });
  afterAll(() => {
    rmSync(image);
    rmSync(partition);
  });

  it.skipIf(!judge("fsck.fat"))("passes fsck.fat", () => {
    // -n changes nothing and gives exit status 1 for anything found; -V looks at it a second time.
    const output = run("fsck.fat", ["-n", "-V", partition]).toString();
    expect(output).toContain("files, ");
    expect(output).not.toMatch(/error|wrong|differ|dirty|invalid|bad|contains|free cluster summary wrong/i);
  });

  it.skipIf(!judge("mcopy"))("is read by mtools to the same files", () => {
    const target = join(work, `${diskSize}.mtools`);
    mkdirSync(target);
    run("mcopy", ["-s", "-m", "-n", "-Q", "-i", mtools, "::/*", target]);
    // mtools knows UCS-2 only: what lies beyond it becomes two underscores.
    const expected = contentsOf(source, (path) => path.replaceAll(/[\u{10000}-\u{10ffff}]/gu, "__"));
    expect(contentsOf(target)).toEqual(expected);
    expect(statSync(join(target, "setup.exe")).mtimeMs).toBe(1_290_291_900_000);
    expect(run("mlabel", ["-s", "-i", mtools, "::"]).toString()).toContain(label);
    rmSync(target, { recursive: true });
  });

  it.skipIf(!judge("7z"))("is read by 7z to the same files", () => {
    const target = join(work, `${diskSize}.7z`);
    run("7z", ["x", "-y", `-o${target}`, partition]);
    expect(contentsOf(target)).toEqual(contentsOf(source));
    expect(run("7z", ["l", partition]).toString()).toContain(`Label = ${label}`);
    rmSync(target, { recursive: true });
  });

  it.skipIf(!judge("fls"))("is read by sleuthkit to the same files", () => {
    // Sleuthkit drops the end of names of 16 long entries and more, on volumes that mtools made too: of 255 units, 8.
    const expected = contentsOf(source, (path) => path.replace(/n{251}\.txt$/, "n".repeat(19 * 13)));
    const target = join(work, `${diskSize}.sleuthkit`);
    expect(sleuthkitContents(image, target)).toEqual(expected);
    rmSync(target, { recursive: true });
  });

  it.skipIf(!judge("grub-fstest"))("is read by GRUB to the same files", () => {
    // Every file below the directory is compared; exit status 1 and the offset at the first difference.
    run("grub-fstest", [image, "cmp", "(loop0,msdos1)/", `${source}/`]);
    const listed = run("grub-fstest", [image, "ls", "(loop0,msdos1)/"]).toString().trim().split(" ");
    expect(listed.toSorted()).toEqual(["autorun.inf", "boot/", "bootmgr", "setup.exe", "sources/", "support/"]);
    const file = "(loop0,msdos1)/support/names/Наука и жизнь.txt";
    expect(run("grub-fstest", [image, "cat", file]).toString()).toBe("16 Наука и жизнь.txt");
  });

  it.skipIf(!judge("sfdisk"))("has a partition table that sfdisk finds no fault with", () => {
    run("sfdisk", ["--verify", image]);
    const { partitiontable } = JSON.parse(run("sfdisk", ["--json", image]).toString());
    expect(partitiontable.label).toBe("dos");
    expect(Number(partitiontable.id)).toBeGreaterThan(0);
    // Behind it lies the manifest.
    const end = Math.min(diskSize - MiB, 2 * TiB - MiB);
    const expected = { start: firstSector, size: (end - MiB) / 512, type: "c", bootable: true };
    expect(partitiontable.partitions).toHaveLength(1);
    expect(partitiontable.partitions[0]).toMatchObject(expected);
  });

  it("is the same the second time", async () => {
    const again = join(work, "again.img");
    await executePlan(planDisk(hostTree(source), { diskSize }, { fileSystem: "fat32", label: plan.label }), again);
    run("cmp", [`--bytes=${plan.contentEnd}`, image, again]);
    rmSync(again);
  });
});
