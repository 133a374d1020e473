/** What the names of targets mean: folders, links, and two names of one file. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runCommandLine } from "../support/command-line.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

let base: string;
let iso: string;
let folder: string;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "win7usb-targets-"));
  iso = await writeDemoImage(base);
});
afterAll(() => rmSync(base, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(base, "each-"));
  mkdirSync(join(folder, "sub"));
  symlinkSync(folder, join(folder, "loop"));
});

type Last = { event: string; code?: string; message?: string; hint?: string; others?: Last[] };
async function write(targets: readonly string[], ...options: string[]) {
  const argv = ["write", iso, ...targets, "--json", "--image-check", "none", ...options];
  const { exitCode, out, err } = await runCommandLine(argv, folder);
  return { exitCode, err, last: parseEvents<Last>(out).at(-1)! };
}

describe("an image file by two spellings", () => {
  const spellings: [string, string][] = [
    ["usb.img", "./usb.img"],
    ["usb.img", "sub/../usb.img"],
    ["usb.img", "loop/usb.img"],
    ["loop/loop/usb.img", "usb.img"],
    ["usb.img", "usb.img"],
  ];
  it.each(sample(spellings, 2))("%s and %s: a usage error, and nothing is written", async (first, second) => {
    for (const targets of [
      [first, second],
      [first, join(folder, second)],
    ]) {
      const { exitCode, last } = await write(targets);
      expect([exitCode, last.code]).toEqual([2, "usage"]);
      expect(last.others).toBeUndefined();
      expect(readdirSync(folder).toSorted()).toEqual(["loop", "sub"]);
    }
  });

  it.each(["link.img", "hard.img"])("%s is the file that is there, too", async (other) => {
    writeFileSync(join(folder, "usb.img"), "before");
    if (other === "link.img") symlinkSync("usb.img", join(folder, other));
    else linkSync(join(folder, "usb.img"), join(folder, other));
    const { exitCode, last } = await write(["usb.img", other], "--force");
    expect([exitCode, last.code]).toEqual([2, "usage"]);
    expect(last.message).toContain(`usb.img and ${other} are one file`);
    expect(readFileSync(join(folder, "usb.img"), "utf8")).toBe("before");
  });

  it("is another file in another folder", async () => {
    expect((await write(["usb.img", "sub/usb.img"])).exitCode).toBe(0);
  });
});

describe("an image file through a link", () => {
  it("is named by the file that is replaced", async () => {
    writeFileSync(join(folder, "sub", "real.img"), "before");
    symlinkSync("sub/real.img", join(folder, "usb.img"));
    const words = ["write", iso, "usb.img", "--force", "--dry-run"];
    const { out } = runProgram(words, folder);
    expect(out.replaceAll(/\s+/g, " ")).toContain(`(replaced: ${join(folder, "sub", "real.img")})`);
    const { targets } = parseOutput<{ targets: object[] }>("write-plan", runProgram([...words, "--json"], folder).out);
    expect(targets).toEqual([
      { kind: "image-file", path: "usb.img", exists: true, realPath: join(folder, "sub", "real.img") },
    ]);
    expect((await write(["usb.img"], "--force")).exitCode).toBe(0);
    expect(readFileSync(join(folder, "sub", "real.img")).length).toBeGreaterThan(2 ** 20);
  });

  it("to nothing is refused before anything is written", async () => {
    symlinkSync("gone.img", join(folder, "usb.img"));
    for (const options of [[], ["--force"]]) {
      const { exitCode, last } = await write(["usb.img"], ...options);
      expect([exitCode, last.code]).toEqual([5, "target-missing"]);
      expect(last.message).toContain("gone.img");
    }
    expect(existsSync(join(folder, "gone.img"))).toBe(false);
  });
});

it("an empty name is wrong usage, and nothing is made", async () => {
  const { exitCode, last } = await write([""]);
  expect([exitCode, last.code]).toEqual([2, "usage"]);
  expect(readdirSync(folder).toSorted()).toEqual(["loop", "sub"]);
});

it("a name that ends with a separator is a folder's, and no file is made of it", async () => {
  const { exitCode, last } = await write(["sub/x/"]);
  expect([exitCode, last.code]).toEqual([5, "target-missing"]);
  expect(last.message).toContain("there is no folder sub/x/");
  expect(readdirSync(join(folder, "sub"))).toEqual([]);
});

it("nodrive is a word, wrong usage, and nothing is made", async () => {
  const name = "nodrive";
  const { exitCode, last, err } = await write([name]);
  expect([exitCode, last.code]).toEqual([2, "usage"]);
  expect(err).toContain(`./${name}`);
  expect(readdirSync(folder).toSorted()).toEqual(["loop", "sub"]);
});

it("a folder is no target, and the hint says what could be meant", async () => {
  const { exitCode, last, err } = await write(["sub"]);
  expect([exitCode, last.code]).toEqual([5, "target-not-a-drive"]);
  expect(last.hint).toMatch(/^Name a file in it, such as usb\.img/);
  expect(err).toContain("sub is a folder");
});
