/** NTFS at its edges: very many files, the longest names, a file over 4 GiB, deep directories; and mkntfs as reference. */
import { zeros } from "../../src/extents/layout.js";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GiB, MiB } from "../../src/bytes/units.js";
import { encodeAttributeDefinitions } from "../../src/volumes/ntfs/records/attribute-definitions.js";
import { planNtfs, smallestNtfsDisk } from "../../src/volumes/ntfs/plan/index.js";
import { encodeUpCaseTable } from "../../src/volumes/ntfs/records/up-case.js";
import type { DirectoryNode, FileTree } from "../../src/tree/index.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { directory, file, fileOf, tree } from "../support/memory-tree.js";
import { checkNtfsTools, contentsOf, mounted, run, said, sleuthkitContents } from "../support/ntfs-judges.js";
import { rounds } from "../support/sample.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-ntfs-limits-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const canMount = judge("ntfsfix") && process.getuid?.() === 0;

async function volume(name: string, given: FileTree, diskSize: number): Promise<string> {
  const path = join(work, name);
  await executePlan(planNtfs(given, { diskSize }, { label: "LIMITS" }), path, MiB);
  return path;
}

/** Path to digest, directories to a slash. */
async function digests(given: FileTree): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { path, node } of walk(given)) {
    const bytes = node.kind === "file" ? await contentSource(node).read(0, node.size) : null;
    found.set(path, bytes === null ? "/" : createHash("sha256").update(bytes).digest("hex"));
  }
  return found;
}

const longest = (first: string): string => first.padEnd(251, "ñ") + ".txt";
const deep = (levels: number): DirectoryNode =>
  directory(`level ${levels}`, levels === 0 ? [file("deep.txt", 10)] : [deep(levels - 1)]);

const edges = (): FileTree =>
  tree(
    file("bootmgr", 383_786),
    directory(
      "sizes",
      [0, 1, 2, 699, 700, 701, 4095, 4096, 4097, 65_537].map((size) => file(`${size}.bin`, size)),
    ),
    directory(
      "around a record",
      Array.from({ length: 400 }, (_, index) => file(`s${index + 400}.bin`, index + 400)),
    ),
    directory(longest("d"), [
      ...["a", "b", "c", "d", "e", "f", "g", "h"].map((first) => file(longest(first), 3000)),
      directory(longest("i"), [file(longest("z"), 1)]),
    ]),
    deep(100),
    directory("случай", [file("ÀÉÎ ñandú.txt", 10), file("日本語の長いファイル名.txt", 700)]),
  );

describe("edges of names and sizes", () => {
  it.skipIf(!canMount)("are read by ntfs-3g, 7z and sleuthkit to the same files", async () => {
    const given = edges();
    const partition = await volume("edges", given, 64 * MiB);
    const expected = await digests(given);
    checkNtfsTools(partition);
    await mounted(partition, (root) => expect(contentsOf(root)).toEqual(expected));
    expect(sleuthkitContents(partition)).toEqual(expected);
    expect(said("7z", ["t", partition])).toContain("Everything is Ok");
    const listed = run("7z", ["l", "-slt", "-ba", partition]).toString();
    for (const path of expected.keys()) expect(listed).toContain(`Path = ${path}\n`);
    checkNtfsTools(partition);
  });
});

const content = (index: number): number => (index % 100 === 0 ? 5000 : index % 40);

/** 20,000 where the run is whole. */
const many = rounds(20_000, 4000);

describe("thousands of files in one directory", () => {
  const given = tree(
    directory(
      "many",
      Array.from({ length: many }, (_, index) => file(`A long name of number ${index}.txt`, content(index))),
    ),
  );

  it.skipIf(!canMount)("are all there, and found by name", async () => {
    const partition = await volume("many", given, 128 * MiB);
    checkNtfsTools(partition);
    const expected = await digests(given);
    await mounted(partition, (root) => expect(contentsOf(root)).toEqual(expected));
    expect(said("7z", ["t", partition])).toContain(`Files: ${many + 13}`);
    for (const index of [0, 1, 777, many / 2 - 1, many - 1]) {
      const name = `A long name of number ${index}.txt`;
      const info = said("ntfsinfo", ["--file", `/many/${name}`, partition]);
      expect(info).toContain(`Filename:\t\t '${name}'`);
      expect(run("grub-fstest", [partition, "cat", `(loop0)/many/${name}`])).toHaveLength(content(index));
    }
    expect(
      run("fls", ["-p", "-r", partition])
        .toString()
        .match(/\tmany\/A long name of number/g),
    ).toHaveLength(many);
    checkNtfsTools(partition);
  });
});

describe("a file of 5 GiB", () => {
  it.skipIf(!canMount)("is there in its whole length, with what is written at its end", async () => {
    const size = 5 * GiB + 1;
    const tail = file("tail", 100_000);
    const install = fileOf("install.wim", [zeros(size - tail.size), ...tail.content]);
    const given = tree(file("bootmgr", 1000), directory("sources", [install]));
    const partition = await volume("large", given, smallestNtfsDisk(given, { label: "" }));
    checkNtfsTools(partition);
    const expected = await contentSource(tail).read(0, tail.size);
    await mounted(partition, (root) => {
      const path = join(root, "sources", "install.wim");
      expect(statSync(path).size).toBe(size);
      const end = run("tail", ["-c", `${tail.size + 1}`, path]);
      expect(end.equals(Buffer.concat([Buffer.alloc(1), expected]))).toBe(true);
    });
    rmSync(partition);
  });
});

describe.skipIf(!judge("ntfsfix"))("tables", () => {
  it("are those that mkntfs writes", () => {
    const reference = join(work, "reference");
    writeFileSync(reference, "");
    truncateSync(reference, 16 * MiB);
    run("mkntfs", ["--force", "--quick", "--quiet", reference]);
    expect(run("ntfscat", ["--inode", "10", reference]).equals(Buffer.from(encodeUpCaseTable()))).toBe(true);
    expect(run("ntfscat", ["--inode", "4", reference]).equals(Buffer.from(encodeAttributeDefinitions()))).toBe(true);
  });
});
