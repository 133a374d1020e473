/** Images that other people's tools made, and our own bridge that other people's tools read: the same files each time. */
import { imageRuns } from "../support/image-runs.js";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { writeExtents } from "../../fixtures/iso/write-extents.js";
import type { Iso9660Image } from "../../src/iso9660-reader/index.js";
import { assertWhole, readImage } from "../../src/iso9660-reader/index.js";
import type { FileTree } from "../../src/tree/index.js";
import { hostFileSource, hostTree } from "../support/host-tree.js";
import { digestsOf, makeJudgingTree } from "../support/iso-judging-tree.js";
import { judge } from "../support/judges.js";

let folder: string;
let full: string;
let plain: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-iso-"));
  full = join(folder, "full");
  plain = join(folder, "plain");
  makeJudgingTree(full, { depth: 30 });
  makeJudgingTree(plain, { unicode: false });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, LC_ALL: "C.UTF-8" } });
}

async function read(path: string): Promise<Iso9660Image> {
  const image = await readImage(hostFileSource(path));
  assertWhole(image);
  return image;
}

async function expectSame(tree: FileTree, directory: string): Promise<void> {
  expect(await digestsOf(tree)).toEqual(await digestsOf(hostTree(directory)));
}

function make(name: string, directory: string, ...options: string[]): string {
  const path = join(folder, name);
  run("genisoimage", "-quiet", "-input-charset", "utf-8", "-V", "A LABEL", "-o", path, ...options, directory);
  return path;
}

describe.skipIf(!judge("genisoimage"))("genisoimage", () => {
  it.each([
    ["-udf", "udf", ["-udf", "-D"]],
    ["-udf with Joliet and Rock Ridge", "udf", ["-udf", "-J", "-joliet-long", "-R", "-D"]],
    ["-J -joliet-long", "joliet", ["-J", "-joliet-long", "-D"]],
    ["-J with Rock Ridge", "joliet", ["-J", "-joliet-long", "-R", "-D"]],
    ["-iso-level 4", "iso9660", ["-iso-level", "4", "-D", "-input-charset", "iso8859-1"]],
  ] as const)("%s", async (title, fileSystem, options) => {
    const image = await read(make(`${title}.iso`, full, ...options));
    expect(image).toMatchObject({ fileSystem, volumeLabel: "A LABEL", warnings: [], truncatedFiles: [] });
    expect(image.primaryVolume?.systemIdentifier).toBe("LINUX");
    await expectSame(image.tree, full);
  });

  it.each([["1"], ["2"], ["3"]])("-iso-level %s: versions and dots are taken off the names", async (level) => {
    const image = await read(make(`level${level}.iso`, plain, "-iso-level", level));
    expect(image).toMatchObject({ fileSystem: "iso9660", warnings: [] });
    await expectSame(image.tree, plain);
  });

  it("-R: the ISO 9660 names of a tree with Rock Ridge", async () => {
    await expectSame((await read(make("rock-ridge.iso", plain, "-R"))).tree, plain);
  });

  it("an El Torito catalogue", async () => {
    const image = await read(
      make("boot.iso", plain, "-b", "SZ4096.BIN", "-no-emul-boot", "-boot-load-size", "8", "-c", "BOOT.CAT"),
    );
    const boot = image.tree.children.find(({ name }) => name === "SZ4096.BIN");
    if (boot?.kind !== "file") throw new Error("the boot image is not in the tree");
    expect(image.elTorito).toMatchObject({
      platform: 0,
      entries: [
        { bootable: true, mediaType: 0, sectorCount: 8, loadRba: imageRuns(boot)[0]!.offset / 2048, platform: 0 },
      ],
    });
  });
});

describe.skipIf(!judge("xorriso"))("xorriso", () => {
  it("Joliet, with a boot entry each for BIOS and UEFI", async () => {
    const path = join(folder, "xorriso.iso");
    const bios = ["-b", "SZ4096.BIN", "-no-emul-boot", "-boot-load-size", "4"];
    const uefi = ["-eltorito-alt-boot", "-e", "SZ2048.BIN", "-no-emul-boot"];
    run("xorriso", "-as", "mkisofs", "-quiet", "-J", "-V", "TWO", "-o", path, ...bios, ...uefi, plain);
    const image = await read(path);
    expect(image.elTorito?.entries).toMatchObject([
      { bootable: true, platform: 0, sectorCount: 4 },
      { bootable: true, platform: 0xef },
    ]);
    const digests = await digestsOf(image.tree);
    expect(digests).toMatchObject(await digestsOf(hostTree(plain)));
  });
});

describe.skipIf(!judge("7z"))("our own bridge", () => {
  const label = "GSP1RMCPRFRER_EN_DVD";
  let path: string;

  beforeAll(async () => {
    path = join(folder, "bridge.iso");
    const bootImage = new Uint8Array(4096).fill(0x90);
    const { extents, size } = await buildBridge(hostTree(full), { label, bootImage });
    await writeExtents(path, extents, size);
  });

  it("is extracted by 7z to the same files", async () => {
    const out = join(folder, "bridge-7z");
    mkdirSync(out);
    run("7z", "x", "-bd", `-o${out}`, path);
    expect(await digestsOf(hostTree(out))).toEqual(await digestsOf(hostTree(full)));
  });

  it("is read by us to the same files, not to the README of its ISO 9660 side", async () => {
    const image = await read(path);
    expect(image).toMatchObject({
      fileSystem: "udf",
      fileSystems: [
        { fileSystem: "udf", revision: "1.02", volumeLabel: label },
        { fileSystem: "iso9660", volumeLabel: label },
      ],
      volumeLabel: label,
      elTorito: {
        catalogLocation: 22,
        idString: "Microsoft Corporation",
        entries: [{ bootable: true, mediaType: 0, loadSegment: 0, systemType: 0, sectorCount: 8 }],
      },
      warnings: [],
    });
    expect(image.volumeEnd).toBe(hostFileSource(path).size);
    await expectSame(image.tree, full);
  });

  it.skipIf(!judge("genisoimage"))("shows one README.TXT to a reader of ISO 9660", () => {
    const listing = execFileSync("isoinfo", ["-f", "-i", path], { encoding: "utf8" });
    expect(listing.trim()).toBe("/README.TXT;1");
  });
});
