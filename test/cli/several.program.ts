/** Several images of one verify, and several targets of one check: a table, the worst exit code, and one JSON object. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-several-"));
  await writeDemoImage(folder);
  runProgram(["write", "win7.iso", "good.img"], folder);
  const bytes = readFileSync(join(folder, "good.img"));
  bytes[3_000_000]! ^= 1;
  writeFileSync(join(folder, "changed.img"), bytes);
  copyFileSync(join(folder, "win7.iso"), join(folder, "cut.iso"));
  truncateSync(join(folder, "cut.iso"), 1_200_000);
});
afterAll(() => rmSync(folder, { recursive: true }));

type Several = {
  exitCode: number;
  results: { path: string; exitCode: number; report?: { verdict: string }; error?: { code: string } }[];
};
const told = ({ results }: Several) =>
  results.map(({ path, exitCode, report, error }) => [path, exitCode, report?.verdict ?? error?.code]);
const lines = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, " | "));

describe("several images", () => {
  it("are verified one after the other, and one that is not there keeps none from it", () => {
    const words = ["verify", "win7.iso", "none.iso", "cut.iso"];
    const { exitCode, out } = runProgram([...words, "--json"], folder);
    const several = parseOutput<Several>("verify-several", out);
    expect(told(several)).toEqual([
      ["win7.iso", 0, "intact"],
      ["none.iso", 3, "image-missing"],
      ["cut.iso", 3, "damaged"],
    ]);
    expect([exitCode, several.exitCode]).toEqual([3, 3]);
    const text = runProgram(words, folder);
    expect(text.exitCode).toBe(3);
    expect(text.err).toContain("2 of 3: none.iso\n");
    // Into a pipe an image is one line, for grep.
    expect(lines(text.out)).toEqual([
      "IMAGE | VERDICT | FOUND",
      expect.stringMatching(/^win7\.iso \| intact \| Windows 7 Professional/),
      expect.stringMatching(/^none\.iso \| image-missing \| /),
      expect.stringMatching(/^cut\.iso \| damaged \| /),
    ]);
  });

  it("have the exit code of damage where another is only not what was asked for", () => {
    const { exitCode } = runProgram(["verify", "win7.iso", "cut.iso", "--require", "edition=Ultimate"], folder);
    expect(exitCode).toBe(3);
    expect(runProgram(["verify", "win7.iso", "win7.iso", "--require", "arch=x64"], folder).exitCode).toBe(4);
  });

  it("are told whole with --verbose, before the table", () => {
    const { out } = runProgram(["verify", "win7.iso", "cut.iso", "--verbose"], folder);
    expect(out).toMatch(/^Intact as far as[^]*\nDamaged[^]*\nIMAGE /);
  });

  it("are wrong usage together where the options are", () => {
    const { exitCode, out } = runProgram(["verify", "win7.iso", "cut.iso", "--require", "edition=", "--json"], folder);
    expect([exitCode, Object.keys(parseOutput("verify-several", out))]).toEqual([2, ["schema", "error"]]);
  });
});

describe("several targets", () => {
  it("are checked one after the other, and of those that differ it is told where", () => {
    const words = ["check", "good.img", "changed.img", "none.img"];
    const { exitCode, out } = runProgram([...words, "--json"], folder);
    const several = parseOutput<Several>("check-several", out);
    expect(told(several)).toEqual([
      ["good.img", 0, "match"],
      ["changed.img", 7, "mismatch"],
      ["none.img", 5, "target-missing"],
    ]);
    expect([exitCode, several.exitCode]).toEqual([7, 7]);
    const text = runProgram(words, folder);
    expect(text.exitCode).toBe(7);
    expect(text.out).toMatch(
      /^mismatch: changed\.img [^]*\nTARGET +VERDICT +FOUND\ngood\.img +match +is what was written/,
    );
    expect(text.err).toContain("win7usb: there is no image file none.img");
  });

  it("are compared with one image", () => {
    expect(runProgram(["check", "good.img", "good.img", "--iso", "win7.iso"], folder).exitCode).toBe(0);
  });
});
