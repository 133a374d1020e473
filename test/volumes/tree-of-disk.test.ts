/** Trees read back from what was laid out: one of them is laid out to the same bytes again. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { concatenate, fromSource } from "../../src/extents/layout.js";
import type { FileTree } from "../../src/tree/index.js";
import { fatTime, instantOfFat, noTime } from "../../src/volumes/fat32/records/time.js";
import { planDisk } from "../../src/volumes/index.js";
import { treesOfDisk } from "../../src/volumes/tree-of-disk.js";
import { VolumeFault } from "../../src/volumes/volume-fault.js";
import { treeOfWindows } from "../support/disk-plans.js";
import { planDigest } from "../support/execute-plan.js";
import { directory, file, tree } from "../support/memory-tree.js";

const diskSize = 100 * MiB;
const modified = Date.UTC(2011, 3, 12, 1, 2, 3, 40);
const timed = (name: string) => ({ ...directory(name, [file("x", 3, { modified })]), times: { modified } });
const trees: Readonly<Record<string, FileTree>> = {
  "of a disc with few times": treeOfWindows({ readOnly: true, hidden: true }),
  "with the same time everywhere": tree(file("a", 5000, { modified }), timed("b"), timed("c")),
  "with times of creation": tree(
    file("a", 700, { modified, created: modified }),
    file("b", 1, { modified, created: modified - 20 }),
  ),
  "of no files": tree(directory("a", [directory("b")])),
};

describe.each(["fat32", "ntfs"] as const)("a disk with %s", (fileSystem) => {
  it.each(Object.entries(trees))("is laid out again from the tree %s", async (_name, laidOut) => {
    const options = { fileSystem, label: "BACK" };
    const plan = planDisk(laidOut, { diskSize }, options);
    const disk = layoutSource(plan.extents, diskSize);
    const contentOf = (index: number) =>
      concatenate(plan.files[index]!.runs.map(({ offset, length }) => fromSource(disk, offset, length)));
    const read = (offset: number, length: number) => disk.read(offset, length);
    const candidates = await treesOfDisk(read, { ...plan }, contentOf);
    const expected = await digestOfStructures(planDisk(laidOut, { diskSize }, options));
    const found = await Promise.all(
      candidates.map((each) => digestOfStructures(planDisk(each, { diskSize }, options))),
    );
    expect(found).toContain(expected);
    await expect(
      treesOfDisk(read, { ...plan, files: [...plan.files, { path: "none", size: 0, runs: [] }] }, contentOf),
    ).rejects.toThrow(VolumeFault);
  });
});

/** Without what lies between the partition and its end where no file is: the order of files is that of their places. */
function digestOfStructures(plan: ReturnType<typeof planDisk>): Promise<string> {
  return planDigest({ ...plan, extents: plan.extents.filter(({ source }) => source.kind === "bytes") });
}

it("a time of FAT is what it was, to what FAT keeps", () => {
  for (const instant of [modified, Date.UTC(1980, 0, 1, 0, 0, 1), Date.UTC(2107, 11, 31, 23, 59, 59, 990)]) {
    expect(instantOfFat(fatTime(instant))).toBe(instant);
  }
  expect([instantOfFat(noTime), instantOfFat({ date: 0, time: 0, hundredths: 0 })]).toEqual([undefined, undefined]);
});
