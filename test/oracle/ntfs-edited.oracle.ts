/** A planned NTFS volume must stand what people do with a stick: ntfs-3g changes it, and the checkers look again. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { planNtfs, smallestNtfsDisk } from "../../src/volumes/ntfs/plan/index.js";
import type { FileTree } from "../../src/tree/index.js";
import { executePlan } from "../support/execute-plan.js";
import { noise } from "../support/fat-judging-tree.js";
import { judge } from "../support/judges.js";
import { directory, file, hole, tree } from "../support/memory-tree.js";
import { checkNtfsTools, contentsOf, mounted, run, said } from "../support/ntfs-judges.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-ntfs-edited-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const canMount = judge("ntfsfix") && process.getuid?.() === 0;
const longest = `${"n".repeat(250)}.long`;

async function volume(name: string, given: FileTree, diskSize: number): Promise<string> {
  const path = join(work, name);
  await executePlan(planNtfs(given, { diskSize }, { label: "EDITED" }), path, MiB);
  return path;
}

const windowsTree = (): FileTree =>
  tree(
    file("bootmgr", 383_786),
    directory("boot", [file("bcd", 262_144), file("small", 600)]),
    directory("sources", [
      file("boot.wim", 3 * MiB),
      directory(
        "many",
        Array.from({ length: 3000 }, (_, index) => file(`A component, number ${index}.manifest`, index % 800)),
      ),
    ]),
    directory(
      longest,
      Array.from({ length: 12 }, (_, index) => file(`${index}${longest.slice(2)}`, index * 100)),
    ),
  );

describe.skipIf(!canMount)("ntfs-3g", () => {
  it("adds, replaces and removes files, and all is sound", async () => {
    const partition = await volume("edited", windowsTree(), 128 * MiB);
    const added = noise(700_000, 5);
    await mounted(partition, (root) => {
      for (let index = 0; index < 600; index += 1)
        writeFileSync(join(root, `added to the root ${index}.txt`), `${index}`);
      for (let index = 0; index < 3000; index += 3)
        rmSync(join(root, "sources", "many", `A component, number ${index}.manifest`));
      for (let index = 0; index < 500; index += 1)
        writeFileSync(join(root, longest, `added ${index}`), "x".repeat(index));
      writeFileSync(join(root, "bootmgr"), added);
      renameSync(join(root, "boot", "small"), join(root, "sources", "renamed to something long.bin"));
      mkdirSync(join(root, "drivers", "usb3", "x86"), { recursive: true });
      cpSync("/usr/share/common-licenses", join(root, "drivers", "usb3", "x86"), {
        recursive: true,
        dereference: true,
      });
      rmSync(join(root, "sources", "boot.wim"));
    });
    checkNtfsTools(partition);
    await mounted(partition, (root) => {
      expect(readFileSync(join(root, "bootmgr")).equals(Buffer.from(added))).toBe(true);
      expect(readdirSync(join(root, "sources", "many"))).toHaveLength(2000);
      expect(readdirSync(join(root, longest))).toHaveLength(512);
      expect(readdirSync(root).filter((name) => name.startsWith("added"))).toHaveLength(600);
      expect(statSync(join(root, "sources", "renamed to something long.bin")).size).toBe(600);
      for (let index = 1; index < 3000; index += 3) {
        expect(statSync(join(root, "sources", "many", `A component, number ${index}.manifest`)).size).toBe(index % 800);
      }
    });
    expect(said("7z", ["t", partition])).toContain("Everything is Ok");
    // Sleuthkit finds them as well: the index buffers that were split are in order.
    expect(
      run("fls", [partition])
        .toString()
        .match(/added to the root/g),
    ).toHaveLength(600);
  });

  it("fills the volume to its last cluster, and empties it", async () => {
    const partition = await volume("filled", windowsTree(), 64 * MiB);
    await mounted(partition, (root) => {
      const before = contentsOf(root);
      let written = 0;
      try {
        for (; ; written += 1) writeFileSync(join(root, `fill ${written}`), noise(MiB, written + 1));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
      }
      expect(written).toBeGreaterThan(20);
      for (let index = 0; index <= written; index += 1) rmSync(join(root, `fill ${index}`), { force: true });
      expect(contentsOf(root)).toEqual(before);
    });
    checkNtfsTools(partition);
  });

  it("empties a volume that had no free cluster, and uses what it gave back", async () => {
    let size = 50 * MiB;
    while (smallestNtfsDisk(tree(hole("all", size)), { label: "" }) <= 64 * MiB) size += 4096;
    const given = tree(hole("all", size - 4096));
    const partition = await volume("full", given, 64 * MiB);
    expect(said("ntfsinfo", ["--mft", partition])).toMatch(/Free Clusters: 0 \(0\.0%\)/);
    const edit = (root: string): void => {
      expect(statSync(join(root, "all")).size).toBe(size - 4096);
      expect(() => writeFileSync(join(root, "one more"), noise(5000, 1))).toThrow(/ENOSPC/);
      rmSync(join(root, "all"));
      writeFileSync(join(root, "again"), noise(40 * MiB, 2));
    };
    // Without permissions: a descriptor of its own for a new file would need a cluster of $Secure.
    await mounted(partition, edit, "noatime");
    checkNtfsTools(partition);
  });
});
