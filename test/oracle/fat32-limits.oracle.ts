/** Volumes at the edges of what FAT32 can hold, judged by fsck.fat and mtools. */
import { fromSource, zeros } from "../../src/extents/layout.js";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GiB, MiB } from "../../src/bytes/units.js";
import { planFat32, smallestFat32Disk } from "../../src/volumes/fat32/plan/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { FileTree } from "../../src/tree/index.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { everyCase } from "../support/sample.js";
import { directory, file, fileOf, hole, tree } from "../support/memory-tree.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-fat32-limits-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const options = { label: "LIMITS" };

function run(command: string, args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  return execFileSync(command, args, { env, maxBuffer: 64 * MiB, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

async function partitionFile(name: string, given: FileTree, diskSize: number): Promise<string> {
  const path = join(work, name);
  await executePlan(planFat32(given, { diskSize }, options), path, MiB);
  return path;
}

const names = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => file(name(index), 1));

/** The root directory is one of the files that it counts. */
describe.skipIf(!judge("fsck.fat"))("fsck.fat passes", () => {
  it("a file of nearly 4 GiB and the smallest disk for it", async () => {
    // One byte more and fsck.fat 4.2 counts the chain in 32 bits, to 0, on volumes that mkfs.fat and mtools made too.
    const given = tree(file("bootmgr", 5), hole("large.bin", 4 * GiB - 4096));
    const diskSize = smallestFat32Disk(given, options);
    const path = await partitionFile("large", given, diskSize);
    expect(run("fsck.fat", ["-n", path])).toContain("3 files");
    expect(() => planFat32(given, { diskSize: diskSize - MiB }, options)).toThrow("and the files need");
    rmSync(path);
  });

  it("a volume without one free cluster", async () => {
    // 61 MiB of clusters of 512 bytes, one of them for the root directory.
    const given = tree(hole("all.bin", 61 * MiB - 512));
    const path = await partitionFile("full", given, 64 * MiB);
    expect(run("fsck.fat", ["-n", path])).toContain("124928/124928 clusters");
    rmSync(path);
  });

  it("20,000 files whose long names begin alike, in one directory", async () => {
    const given = tree(
      directory(
        "many",
        names(20_000, (index) => `Prefix ${index} of many.bin`),
      ),
    );
    const path = await partitionFile("many", given, 512 * MiB);
    expect(run("fsck.fat", ["-n", path])).toContain("20002 files");
    if (judge("mcopy")) {
      const listed = run("mdir", ["-b", "-i", path, "::/many"]).trim().split("\n");
      expect(new Set(listed).size).toBe(20_000);
      expect(listed).toContain("::/many/Prefix 19999 of many.bin");
    }
    rmSync(path);
  });

  // It takes fsck.fat minutes.
  it.each(everyCase ? [65_536] : [])("a directory of exactly %i entries", async (entries) => {
    const given = tree(
      directory(
        "d",
        names(entries - 2, (index) => `F${index}`),
      ),
    );
    const path = await partitionFile("entries", given, GiB);
    expect(run("fsck.fat", ["-n", path])).toContain(`${entries} files`);
    rmSync(path);
  });
});

it.skipIf(!judge("7z"))("7z reads a file of 4 GiB - 1 to its end", async () => {
  const end = new TextEncoder().encode("the last bytes");
  const source = memorySource(end);
  const size = 4 * GiB - 1;
  const largest = fileOf("largest.bin", [zeros(size - end.length), fromSource(source)]);
  const given = tree(file("bootmgr", 5), largest);
  const path = await partitionFile("largest", given, 5 * GiB);
  const listed = run("7z", ["l", "-slt", path, "largest.bin"]);
  expect(listed).toContain(`Size = ${size}`);
  // The whole is read and only its end is looked at: 4 GiB do not fit a buffer.
  const tail = run("sh", ["-c", '7z x -so "$1" largest.bin | tail -c 14', "sh", path]);
  expect(tail).toBe("the last bytes");
  rmSync(path);
});
