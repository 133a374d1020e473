/** Rock Ridge as image makers write it: names, depth, times and links come back as they were on the machine. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Iso9660Image } from "../../src/iso9660-reader/index.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { find } from "../../src/tree/index.js";
import { hostFileSource, hostTree } from "../support/host-tree.js";
import { digestsOf, makeJudgingTree } from "../support/iso-judging-tree.js";
import { judge } from "../support/judges.js";

let folder: string;
let full: string;
/** Longer than one directory record (255 bytes) holds beside the rest: it goes on in a continuation area. */
const longName = `${"a name that takes more than one NM entry ".repeat(6)}.txt`.slice(-255);
const modified = new Date("2009-07-14T01:14:00Z");

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-rock-ridge-"));
  full = join(folder, "full");
  makeJudgingTree(full, { depth: 30 });
  mkdirSync(join(full, "boot/en-us"), { recursive: true });
  writeFileSync(join(full, "boot/en-us/bootsect.exe.mui"), "mui");
  writeFileSync(join(full, longName), "long");
  symlinkSync("bootsect.exe.mui", join(full, "boot/en-us/same folder"));
  symlinkSync("../../SZ2049.BIN", join(full, "boot/en-us/up"));
  symlinkSync("boot/en-us/up", join(full, "a link to a link"));
  utimesSync(join(full, "SZ1.BIN"), modified, modified);
});
afterAll(() => rmSync(folder, { recursive: true }));

function make(command: string, name: string, ...options: string[]): string {
  const path = join(folder, name);
  execFileSync(command, [...options, "-o", path, full], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  return path;
}

const makers: readonly (readonly [string, string, readonly string[]])[] = [
  ["xorriso as it is by default", "xorriso", ["-as", "mkisofs", "-quiet"]],
  ["xorriso with level 3", "xorriso", ["-as", "mkisofs", "-quiet", "-iso-level", "3", "-R"]],
  ["genisoimage -R, deep directories relocated", "genisoimage", ["-quiet", "-input-charset", "utf-8", "-R"]],
  ["genisoimage -r -D", "genisoimage", ["-quiet", "-input-charset", "utf-8", "-r", "-D"]],
];

/** genisoimage leaves the directory that relocated ones lay in; so does the kernel. */
const withoutRelocation = (digests: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(digests).filter(([path]) => path !== "rr_moved"));

describe.each(makers)("%s", (title, command, options) => {
  describe.skipIf(!judge(command))("read back", () => {
    let image: Iso9660Image;
    beforeAll(async () => {
      image = await readImage(hostFileSource(make(command, `${title}.iso`, ...options)));
    });

    it("holds the same files by the same names", async () => {
      expect(image).toMatchObject({ fileSystem: "iso9660", fileSystems: [{ rockRidge: true }] });
      expect(withoutRelocation(await digestsOf(image.tree))).toEqual(await digestsOf(hostTree(full)));
    });

    it("tells of links that became files, and nothing else", () => {
      expect(image.warnings.map(({ code }) => code)).toEqual(["symbolic-link"]);
    });

    it("has the files' own times", () => {
      expect(find(image.tree, "SZ1.BIN")?.times.modified).toBe(modified.getTime());
    });

    it("holds what 7z extracts", async () => {
      if (!judge("7z")) throw new Error("7z is missing");
      const out = join(folder, `${title}-7z`);
      const names = ["boot/en-us/bootsect.exe.mui", "SZ*", "FULL", "install_Windows*", "ünïcode*"];
      execFileSync("7z", ["x", "-bd", `-o${out}`, join(folder, `${title}.iso`), ...names], { stdio: "ignore" });
      const extracted = await digestsOf(hostTree(out));
      expect(Object.keys(extracted).length).toBeGreaterThan(700);
      const ours = await digestsOf(image.tree);
      expect(ours).toMatchObject(extracted);
    });
  });
});

describe.skipIf(!judge("xorriso"))("a link that no file can stand for", () => {
  it("is left out and told of", async () => {
    symlinkSync("boot", join(full, "to a directory"));
    symlinkSync("nowhere", join(full, "to nothing"));
    symlinkSync("in a circle", join(full, "in a circle"));
    const image = await readImage(hostFileSource(make("xorriso", "links.iso", "-as", "mkisofs", "-quiet")));
    const names = image.tree.children.map(({ name }) => name);
    for (const name of ["to a directory", "to nothing", "in a circle"]) expect(names).not.toContain(name);
    expect(image.warnings.find(({ code }) => code === "symbolic-link-left-out")?.message).toMatch(/and 2 more/);
  });
});
