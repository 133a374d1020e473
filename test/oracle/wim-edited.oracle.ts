/**
 * WIMs as people leave them behind: files added and deleted, images appended, exported and deleted, recompressed, split from
 * what they refer to; and trees at the edge of what a WIM can hold. wimlib makes them, and says which are sound.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { memorySource } from "../../src/source/byte-source.js";
import { wimFlags, wimHeaderRecord } from "../../src/wim/header.js";
import type { ExecutorSetup, WimReport } from "../../src/verification/wim/index.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { judge } from "../support/judges.js";
import { makeFolder, removeFolder, wimlib, writeTree } from "../support/wimlib-trees.js";

const createSha1 = () => createHash("sha1");
const inline = (setup: ExecutorSetup) => createInlineExecutor(setup, createSha1);

/** What is done to `edited.wim`, a copy of `base.wim`, which has one image; `folder` holds both, `tree2` and `driver.inf`. */
type Edit = {
  readonly steps: (folder: string) => readonly string[][];
  /** Checks that do not pass; none if not given. */
  readonly open?: readonly string[];
  /** Images in the end; 1 if not given. */
  readonly images?: number;
};

const edited = (folder: string): string => join(folder, "edited.wim");
const update = (folder: string, command: string, ...options: string[]): string[] => [
  "update",
  edited(folder),
  "1",
  `--command=${command}`,
  ...options,
];
const leftOver = "wim-layout warn";

const edits: Readonly<Record<string, Edit>> = {
  "a driver is added": {
    steps: (folder) => [update(folder, `add ${folder}/driver.inf /Windows/inf.inf`)],
    open: [leftOver],
  },
  "a driver is added below folders that were not there": {
    steps: (folder) => [update(folder, `add ${folder}/driver.inf /Drivers/usb/3/driver.inf`)],
    open: [leftOver, "wim-counts warn"],
  },
  "a folder is added": {
    steps: (folder) => [update(folder, `add ${folder}/tree2 /Drivers`)],
    open: [leftOver],
  },
  "a file is deleted": { steps: (folder) => [update(folder, "delete /Windows/one.bin")], open: [leftOver] },
  "a folder is deleted and the rest rewritten": {
    steps: (folder) => [update(folder, "delete --recursive /Windows/System32", "--rebuild")],
  },
  "a file is renamed with a new integrity table": {
    steps: (folder) => [update(folder, "rename /Windows/one.bin /two.bin", "--check")],
    open: [leftOver],
  },
  "an image is appended": {
    steps: (folder) => [["append", join(folder, "tree2"), edited(folder), "B"]],
    open: [leftOver],
    images: 2,
  },
  "the first of two images is deleted": {
    steps: (folder) => [
      ["append", join(folder, "tree2"), edited(folder), "B", "--boot"],
      ["delete", edited(folder), "1"],
    ],
  },
  "optimized after an edit": {
    steps: (folder) => [update(folder, "delete /Windows/one.bin"), ["optimize", edited(folder), "--check"]],
  },
  recompressed: { steps: (folder) => [["optimize", edited(folder), "--recompress", "--compress=LZX:100"]] },
  "recompressed as XPRESS": { steps: (folder) => [["optimize", edited(folder), "--compress=XPRESS"]] },
  "recompressed in chunks of 1 MiB": {
    steps: (folder) => [["optimize", edited(folder), "--recompress", "--chunk-size=1M"]],
  },
  "made pipable": { steps: (folder) => [["optimize", edited(folder), "--pipable"]] },
  "pipable no more": {
    steps: (folder) => [
      ["optimize", edited(folder), "--pipable"],
      ["optimize", edited(folder), "--not-pipable"],
    ],
  },
  "without its integrity table": {
    steps: (folder) => [["optimize", edited(folder), "--nocheck"]],
    open: ["wim-integrity-table skip"],
  },
  "its image removed": {
    steps: (folder) => [["delete", edited(folder), "1"]],
    open: ["wim-integrity-table skip", "wim-counts skip"],
    images: 0,
  },
};

/** What `capture` and `export` make of the trees; each is the arguments behind the new WIM's name. */
const made: Readonly<Record<string, (folder: string, wim: string) => readonly string[][]>> = {
  "exported with --boot": (folder, wim) => [["export", join(folder, "base.wim"), "1", wim, "--boot"]],
  "exported into one that has images": (folder, wim) => [
    ["export", join(folder, "base.wim"), "1", wim],
    ["append", join(folder, "tree2"), wim, "B", "--rebuild"],
    ["export", join(folder, "base.wim"), "1", wim, "Again", "--boot", "--rebuild"],
  ],
  "of a root and nothing else": (folder, wim) => [["capture", join(folder, "nothing"), wim, "Root"]],
  "of a root, pipable": (folder, wim) => [["capture", join(folder, "nothing"), wim, "Root", "--pipable", "--check"]],
  "of one empty file": (folder, wim) => [["capture", join(folder, "empty file"), wim, "Empty"]],
};

describe.skipIf(!judge("wimlib-imagex"))("a WIM that was edited", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = makeFolder();
    for (const name of ["tree1", "tree2", "nothing", "empty file"]) mkdirSync(pathOf(name));
    writeTree(pathOf("tree1"), 1);
    writeTree(pathOf("tree2"), 2);
    writeFileSync(pathOf("driver.inf"), "[Version]\r\nSignature=$Windows NT$\r\n");
    writeFileSync(pathOf("empty file/empty"), "");
    wimlib("capture", pathOf("tree1"), pathOf("base.wim"), "A", "--compress=LZX", "--check");
  });
  afterAll(() => removeFolder(folder));

  function verify(name: string): Promise<WimReport> {
    return verifyWimParts([{ name, source: memorySource(readFileSync(pathOf(name))) }], inline, createSha1);
  }

  function expectSound(report: WimReport, open: readonly string[]): void {
    expect(report.failures).toEqual([]);
    const found = report.checks.filter(({ status }) => status !== "pass").map(({ id, status }) => `${id} ${status}`);
    expect(found).toEqual(open);
  }

  it.each(Object.entries(edits))("is sound: %s", async (_, { steps, open = [], images = 1 }) => {
    copyFileSync(pathOf("base.wim"), edited(folder));
    for (const step of steps(folder)) wimlib(...step);
    wimlib("verify", edited(folder));
    const report = await verify("edited.wim");
    expectSound(report, open);
    expect(report.images).toHaveLength(images);
  });

  it.each(Object.entries(made))("is sound: %s", async (name, steps) => {
    const wim = `${name.replaceAll(/\W/g, "")}.wim`;
    for (const step of steps(folder, pathOf(wim))) wimlib(...step);
    wimlib("verify", pathOf(wim));
    const report = await verify(wim);
    expect(report.failures).toEqual([]);
    expect(report.status).toBe("pass");
  });

  it("whose writing was interrupted is told as that, and what was in it before is sound", async () => {
    copyFileSync(pathOf("base.wim"), edited(folder));
    wimlib("append", pathOf("tree2"), edited(folder), "B");
    const wim = readFileSync(edited(folder));
    const { fields } = wimHeaderRecord;
    wim.writeUInt32LE(wim.readUInt32LE(fields.flags.offset) | wimFlags.writeInProgress, fields.flags.offset);
    writeFileSync(edited(folder), wim);
    const judged = spawnSync("wimlib-imagex", ["verify", edited(folder)], { encoding: "utf8" });
    expect(judged.stderr).toContain("WRITE_IN_PROGRESS");
    const report = await verify("edited.wim");
    expect(report.failures).toMatchObject([
      { check: "wim-header", message: expect.stringContaining("writing it was interrupted") },
    ]);
    expect(report.images).toHaveLength(2);
  });

  it.each([
    ["LZX", ["32K", "64K", "128K", "256K", "512K", "1M", "2M"]],
    ["XPRESS", ["4K", "8K", "16K", "32K", "64K"]],
  ] as const)("is sound in every chunk size that wimlib writes: %s", async (compression, sizes) => {
    for (const size of sizes) {
      const wim = `${compression}-${size}.wim`;
      wimlib("export", pathOf("base.wim"), "1", pathOf(wim), `--compress=${compression}`, `--chunk-size=${size}`);
      expectSound(await verify(wim), ["wim-integrity-table skip"]);
    }
  });

  it("is sound with folders 10,000 deep, and a damaged file down there is named", async () => {
    const path = `${"/d".repeat(10_000)}/file.bin`;
    const content = filler(3000, 7);
    writeFileSync(pathOf("file.bin"), content);
    wimlib("capture", pathOf("nothing"), pathOf("deep.wim"), "Deep", "--compress=none");
    wimlib("update", pathOf("deep.wim"), "1", `--command=add ${pathOf("file.bin")} ${path}`, "--rebuild");
    const wim = readFileSync(pathOf("deep.wim"));
    expectSound(await verify("deep.wim"), ["wim-integrity-table skip", "wim-counts warn"]);
    wim[wim.indexOf(Buffer.from(content))]! ^= 1;
    writeFileSync(pathOf("deep.wim"), wim);
    expect((await verify("deep.wim")).failures[0]?.places).toEqual([{ image: 1, path: path.slice(1) }]);
  });

  it.each([
    ["of 255 characters", "x".repeat(255)],
    ["of 255 UTF-16 units beyond ASCII", `${"ö☃𝒜".repeat(63)}abc`],
    ["with blanks, dots and signs", " a ..b;[c]{d}'#%&=+~ "],
  ])("is sound with a name %s, and the damaged file is named", async (_, name) => {
    writeFileSync(pathOf("file.bin"), filler(3000, 8));
    wimlib("capture", pathOf("nothing"), pathOf("names.wim"), "Names", "--compress=none");
    for (const command of [`add ${pathOf("file.bin")} /file.bin`, `rename /file.bin "/${name}"`]) {
      wimlib("update", pathOf("names.wim"), "1", `--command=${command}`, "--rebuild");
    }
    expectSound(await verify("names.wim"), ["wim-integrity-table skip"]);
    const wim = readFileSync(pathOf("names.wim"));
    wim[wim.indexOf(Buffer.from(filler(3000, 8)))]! ^= 1;
    writeFileSync(pathOf("names.wim"), wim);
    expect((await verify("names.wim")).failures[0]?.places).toEqual([{ image: 1, path: name }]);
  });

  it("is sound with 100,000 files", async () => {
    mkdirSync(pathOf("thousand"));
    for (let index = 0; index < 1000; index += 1) {
      writeFileSync(pathOf(`thousand/${index}.txt`), index % 10 === 0 ? `file ${index}` : "the same");
    }
    wimlib("capture", pathOf("nothing"), pathOf("many.wim"), "Many", "--compress=LZX");
    const commands = Array.from({ length: 100 }, (_, index) => `add ${pathOf("thousand")} /${index}\n`);
    const options = { input: commands.join(""), stdio: "pipe" } as const;
    execFileSync("wimlib-imagex", ["update", pathOf("many.wim"), "1", "--rebuild"], options);
    const report = await verify("many.wim");
    expectSound(report, ["wim-integrity-table skip"]);
    expect(report.images[0]).toMatchObject({ directories: 101, files: 100_000 });
    expect(report.blobCount).toBe(101);
  });
});
