/**
 * An install.wim of 4.3 GiB, which wimlib captured, on a FAT32 image file: fsck.fat and mtools read the volume, wimlib the
 * parts, and `check` agrees. And a disc that holds a split set verifies in depth. Zeros are holes wherever files are ours.
 */
import { fileOf } from "../support/memory-tree.js";
import { fromSource, zeros, type LayoutPart } from "../../src/extents/layout.js";
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import type { VerificationReport } from "../../src/cli/render/verification.js";
import type { FileNode, FileTree } from "../../src/tree/index.js";
import { splitInstallImages } from "../../src/windows/split-install-image.js";
import { writeImageOf } from "../support/demo-image.js";
import { hostFileSource } from "../support/host-tree.js";
import { judge } from "../support/judges.js";
import { openChecks } from "../support/verify-command.js";
import { makeFolder, removeFolder, windowsProperties, wimlib, writeTree } from "../support/wimlib-trees.js";
import { runProgram, type ProgramRun } from "../support/program.js";
import { everyCase } from "../support/sample.js";
import { parseEvents, parseOutput } from "../support/json-output.js";

/** Gigabytes are read a dozen times. */
const timeout = 900_000;
const judges = ["wimlib-imagex", "fsck.fat", "mcopy", "fallocate", "qemu-img"];
const parts = ["install.swm", "install2.swm"];

type Written = { event: string; code?: string; message?: string; targets?: { verified: boolean }[] };

describe.skipIf(!judges.every(judge))("an install.wim over 4 GiB", () => {
  let folder: string;
  let iso: string;
  let image: string;
  const pathOf = (name: string): string => join(folder, name);
  const run = (tool: string, ...args: string[]): string =>
    execFileSync(tool, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 16 * MiB });

  beforeAll(async () => {
    folder = makeFolder();
    captureLarge();
    iso = await writeImageOf(await discWith(sparseFile(pathOf("install.wim"))), pathOf("win7.iso"));
    image = pathOf("usb.img");
  }, timeout);
  afterAll(() => removeFolder(folder));

  /** Two images with files that are nearly all zeros. wimlib writes those out: afterwards they become holes again. */
  function captureLarge(): void {
    for (const [index, edition] of ["Professional", "Ultimate"].entries()) {
      const tree = pathOf(edition);
      mkdirSync(tree);
      writeFileSync(join(tree, "own.txt"), edition);
      writeFileSync(join(tree, "noise.bin"), filler(300_000, index));
      for (const name of ["a.bin", "b.bin"]) {
        const path = join(tree, name);
        writeFileSync(path, `${edition} ${name}`);
        truncateSync(path, 1030 * MiB);
      }
      const options = index === 0 ? ["--compress=none"] : [];
      const verb = index === 0 ? "capture" : "append";
      wimlib(verb, tree, pathOf("install.wim"), `Windows 7 ${edition}`, ...options, ...windowsProperties(edition));
    }
    run("fallocate", "--dig-holes", pathOf("install.wim"));
    expect(statSync(pathOf("install.wim")).size).toBeGreaterThan(4 * GiB);
  }

  /** A file of this machine, with holes where it is zeros. */
  function sparseFile(path: string): FileNode {
    const source = hostFileSource(path);
    const block = Buffer.alloc(MiB);
    const empty = Buffer.alloc(MiB);
    const pieces: LayoutPart[] = [];
    const file = openSync(path, "r");
    for (let offset = 0; offset < source.size; offset += MiB) {
      const length = readSync(file, block, 0, Math.min(MiB, source.size - offset), offset);
      const isZero = block.subarray(0, length).equals(empty.subarray(0, length));
      pieces.push(isZero ? zeros(length) : fromSource(source, offset, length));
    }
    closeSync(file);
    return fileOf("install.wim", pieces);
  }

  async function discWith(install: FileNode): Promise<FileTree> {
    const disc = await windows7Tree({ editions: ["Professional", "Ultimate"] });
    const withInstall = (tree: FileTree): FileTree => ({
      ...tree,
      children: tree.children.map((child) => {
        if (child.kind === "directory") return withInstall(child);
        return child.name === "install.wim" ? install : child;
      }),
    });
    return withInstall(disc);
  }

  const win7usb = (...argv: string[]): ProgramRun => runProgram([...argv, "--json"]);

  it("is written to FAT32 in parts, which is told before and in JSON", { timeout }, () => {
    // The check of an image is no business of a split: it would read all of it once more.
    const { exitCode, out, err } = win7usb("write", iso, image, "-f", "fat32", "--image-check", "none");
    expect(exitCode, err).toBe(0);
    const events = parseEvents<Written>(out);
    expect(events.filter(({ code }) => code === "wim-split")).toEqual([
      expect.objectContaining({ event: "warning", message: expect.stringContaining("split into 2 parts") }),
    ]);
    expect(events.at(-1)).toMatchObject({ event: "done", targets: [{ verified: true }] });
    expect(err.indexOf("split into 2 parts")).toBeLessThan(err.indexOf("writing"));
    expect(statSync(image).blocks * 512).toBeLessThan(200 * MiB);
  });

  it("leaves a sound volume, from which mtools reads parts that wimlib verifies", { timeout }, () => {
    // Holes are passed over, which nobody does who reads the file like any other.
    const partition = `driver=raw,offset=${MiB},file.driver=file,file.filename=${image}`;
    run("qemu-img", "convert", "--image-opts", partition, "-O", "raw", pathOf("partition.img"));
    expect(run("fsck.fat", "-n", pathOf("partition.img"))).toMatch(/\d+ files, \d+\/\d+ clusters/);
    const listed = run("mdir", "-b", "-i", `${image}@@1M`, "::/sources");
    expect(listed).not.toContain("install.wim");
    mkdirSync(pathOf("read"));
    for (const name of parts) {
      expect(listed).toContain(`/${name}\n`);
      const copy = 'mtype -i "$1@@1M" "::/sources/$2" | cp --sparse=always /dev/stdin "$3"';
      run("sh", "-c", copy, "sh", image, name, pathOf(`read/${name}`));
      expect(statSync(pathOf(`read/${name}`)).size).toBeLessThanOrEqual(3800 * MiB);
    }
    const set = `--ref=${pathOf("read/install*.swm")}`;
    expect(run("wimlib-imagex", "verify", pathOf("read/install.swm"), set)).toContain("successfully verified");
    for (const index of ["1", "2"]) {
      const list = (path: string, ...options: string[]): string =>
        run("wimlib-imagex", "dir", path, index, "--detailed", ...options).replaceAll(
          /^(?:Offset in WIM|Part Number) .*$/gm,
          "",
        );
      expect(list(pathOf("read/install.swm"), set)).toBe(list(pathOf("install.wim")));
    }
  });

  const ways = everyCase ? ["by the manifest and by the ISO"] : [];
  it.each(ways)("is what check expects, %s, and one changed byte is named", { timeout }, () => {
    for (const options of [[], ["--iso", iso]]) {
      const { exitCode, out } = win7usb("check", image, ...options);
      expect(exitCode, out).toBe(0);
    }
    const file = openSync(image, "r+");
    const at = 3 * GiB;
    writeSync(file, Uint8Array.of(1), 0, 1, at);
    closeSync(file);
    const { exitCode, out } = win7usb("check", image, "--iso", iso);
    expect(exitCode).toBe(7);
    const { mismatches } = parseOutput<{ mismatches: unknown[] }>("check", out);
    expect(mismatches).toEqual([expect.objectContaining({ path: "sources/install.swm", offset: at, length: 1 })]);
  });

  it("verifies in depth on a disc that holds it in parts", async () => {
    for (const seed of [1, 2]) {
      mkdirSync(pathOf(`tree${seed}`));
      writeTree(pathOf(`tree${seed}`), seed);
      const verb = seed === 1 ? "capture" : "append";
      const edition = ["Professional", "Ultimate"][seed - 1]!;
      const options = seed === 1 ? ["--compress=LZX"] : [];
      wimlib(verb, pathOf(`tree${seed}`), pathOf("small.wim"), edition, ...options, ...windowsProperties(edition));
    }
    const whole = { ...sparseFile(pathOf("small.wim")), name: "install.wim" };
    const limits = { file: whole.size - 1, part: 0.3 * MiB };
    const { tree, splits } = await splitInstallImages(await discWith(whole), limits);
    expect(splits[0]!.parts.length).toBeGreaterThan(1);
    const { exitCode, out } = win7usb("verify", await writeImageOf(tree, pathOf("split.iso")), "--deep");
    const report = parseOutput<VerificationReport>("verify", out);
    expect(openChecks(report, "sources/install.swm")).toEqual(["wim-integrity-table skip"]);
    expect([exitCode, report.verdict, report.failures]).toEqual([0, "intact", []]);
  });
});
