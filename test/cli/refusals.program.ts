/** All that stands in the way of a command is told at once, in words and in JSON. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { writeDemoImage } from "../support/demo-image.js";

let folder: string;
let iso: string;
/** x64, without Service Pack 1: two refusals of its own. */
let other: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-refusals-"));
  iso = await writeDemoImage(folder);
  other = await writeDemoImage(folder, { architecture: "x64", build: 7600, spLevel: 0 }, "other.iso");
  writeFileSync(join(folder, "taken.img"), "somebody's");
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

type Told = { code: string; message: string; others?: Told[] };
const codesOf = ({ code, others = [] }: Told): string[] => [code, ...others.map((each) => each.code)];

describe("a write with several things in its way", () => {
  it("tells all of its targets'", () => {
    const targets = [path("taken.img"), path("none/new.img"), folder];
    const { exitCode, out, err } = runProgram(["write", iso, ...targets, "--json", "--yes"]);
    expect(exitCode).toBe(5);
    const last = parseEvents<Told & { event: string }>(out).at(-1)!;
    expect(last.event).toBe("error");
    expect(codesOf(last).toSorted()).toEqual(["target-exists", "target-missing", "target-not-a-drive"]);
    for (const target of targets) expect(err).toContain(target);
    expect(err.match(/^win7usb: /gm)).toHaveLength(3);
    expect(readFileSync(path("taken.img"), "utf8")).toBe("somebody's");
  });

  it("tells the image's and the targets', by a dry run too", () => {
    const { exitCode, out } = runProgram(["write", other, path("taken.img"), "--dry-run", "--json"]);
    expect(exitCode).toBe(4);
    expect(codesOf(parseOutput<{ error: Told }>("error", out).error)).toEqual(["x64", "rtm", "target-exists"]);
  });

  it("tells what cannot be asked for together with what is not there", () => {
    const words = ["write", iso, path("none/new.img"), path("new.img"), "--only-changed", "--size", "1M", "--json"];
    const { exitCode, out } = runProgram(words);
    expect(exitCode).toBe(5);
    const [last] = parseEvents<Told>(out).slice(-1);
    expect(codesOf(last!)).toEqual(["target-missing", "usage", "too-small"]);
    expect(existsSync(path("new.img"))).toBe(false);
  });

  it("tells an edition that is not there together with files that are not", () => {
    const words = ["--edition", "Enterprise", "--answer-file", path("no.xml"), "--updates", path("none")];
    const { out } = runProgram(["write", iso, path("new.img"), "--dry-run", "--json", ...words]);
    const codes = codesOf(parseOutput<{ error: Told }>("error", out).error);
    expect(codes).toEqual(["input-missing", "input-missing", "edition-missing"]);
  });

  it("says nothing of an edition where a folder is missing that might have had it", () => {
    const words = ["--edition", "Enterprise", "--add", path("none")];
    const { out } = runProgram(["write", iso, path("new.img"), "--dry-run", "--json", ...words]);
    expect(codesOf(parseOutput<{ error: Told }>("error", out).error)).toEqual(["input-missing"]);
  });

  it("says once what helps against several", () => {
    const { err } = runProgram(["write", iso, path("none/a.img"), path("none/b.img")]);
    expect(err.match(/hint: Create the folder first/g)).toHaveLength(1);
  });
});

describe("two files that are not there", () => {
  it.each([
    [["check", "no.img", "--iso", "no.iso"], 5, ["target-missing", "image-missing"]],
    [["inspect", "no.iso", "--machine", "no.txt"], 3, ["input-missing", "image-missing"]],
    [["inspect", "win7.iso", "--machine", "m.txt", "--drivers", "a", "--drivers", "b"], 3, "input-missing"],
  ])("are told at once by %j", (words, code, codes) => {
    writeFileSync(path("m.txt"), "00:14.0 USB controller [0c03]: Intel Corporation [8086:1e31]\n");
    const { exitCode, out } = runProgram([...words, "--json"], folder);
    expect(exitCode).toBe(code);
    const told = codesOf(parseOutput<{ error: Told }>("error", out).error);
    expect(told).toEqual(typeof codes === "string" ? [codes, codes] : codes);
  });
});

describe("requirements that are none", () => {
  it("are told at once", () => {
    const { exitCode, out } = runProgram([
      "verify",
      iso,
      "--json",
      "--require",
      "sp=7,arch=arm",
      "--require=color=red",
    ]);
    expect(exitCode).toBe(2);
    const { error } = parseOutput<{ error: Told }>("error", out);
    expect(codesOf(error)).toEqual(["usage", "usage", "usage"]);
  });
});
