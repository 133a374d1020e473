/** Values as people type them: each means one thing, and what is changed of them is said. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequirements } from "../../src/cli/requirements.js";
import { parse } from "../../src/cli/parse.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-typed-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a requirement", () => {
  it.each([
    ["edition=Pro", { name: "edition", value: "Professional" }],
    ["edition=pro n", { name: "edition", value: "ProfessionalN" }],
    ["edition=ult", { name: "edition", value: "Ultimate" }],
    ["edition=HomePrem", { name: "edition", value: "HomePremium" }],
    ["edition=StarterN", { name: "edition", value: "StarterN" }],
    ["Edition=Windows 7 Enterprise", { name: "edition", value: "Windows 7 Enterprise" }],
    ["arch=i386", { name: "arch", value: "x86" }],
    ["arch=32", { name: "arch", value: "x86" }],
    ["arch=32-bit", { name: "arch", value: "x86" }],
    ["arch=X86", { name: "arch", value: "x86" }],
    ["arch=AMD64", { name: "arch", value: "x64" }],
    ["arch=x86_64", { name: "arch", value: "x64" }],
    ["sp=SP1", { name: "sp", value: 1 }],
    ["sp=sp 0", { name: "sp", value: 0 }],
    ["sp=Service Pack 1", { name: "sp", value: 1 }],
    ["lang=en-US", { name: "language", value: "en-US" }],
    ["language=en_US", { name: "language", value: "en-US" }],
    ["Genuine", { name: "genuine" }],
  ])("%s is understood", async (text, requirement) => {
    expect(await parseRequirements([text])).toEqual([requirement]);
  });

  it.each([
    "edition=Home",
    "edition=n",
    "edition=Pr",
    "edition=",
    "arch=arm",
    "arch=86",
    "sp=2",
    "sp=sp",
    "lang=",
    "toString=1",
  ])("%s means nothing, or several things, and is refused", async (text) =>
    expect(parseRequirements([text])).rejects.toMatchObject({ code: "usage" }),
  );

  it("is met by the program as it was typed", () => {
    const { exitCode, out } = runProgram([
      "verify",
      iso,
      "--json",
      "--require",
      "edition=Pro,arch=i386,sp=SP1,lang=en-US",
    ]);
    expect(parseOutput("verify", out)["unmet"]).toEqual([]);
    expect(exitCode).toBe(0);
  });
});

describe("a choice", () => {
  it.each([
    [["write", "a", "b", "-f", "FAT32"], { filesystem: "fat32" }],
    [["write", "a", "b", "--filesystem=Ntfs", "--allow", "RTM", "X64"], { filesystem: "ntfs", allow: ["rtm", "x64"] }],
  ])("%j is taken in any case", async (words, options) => {
    expect(await parse(words)).toMatchObject({ kind: "run", invocation: { operands: ["a", "b"], options } });
  });

  it("that is none is refused with those that there are", async () => {
    const parsed = await parse(["write", "a", "b", "-f", "exfat"]);
    expect(parsed).toMatchObject({ kind: "usage", message: expect.stringContaining("auto, fat32, ntfs") as string });
  });
});

type Planned = { plan: { totalBytes: number; label: string }; warnings: { code: string; message: string }[] };
const plan = (...options: string[]): Planned => {
  const { exitCode, out } = runProgram(["write", iso, join(folder, "usb.img"), "--dry-run", "--json", ...options]);
  expect(exitCode).toBe(0);
  return parseOutput<Planned>("write-plan", out);
};

it("a size in GB is what a stick has, one in GiB is larger", () => {
  expect(plan("--size", "8GB").plan.totalBytes).toBe(8_000_000_000);
  expect(plan("--size", "8G").plan.totalBytes).toBe(2 ** 33);
});

describe("a label", () => {
  it.each([
    ["fat32", "My label is long", "MY LABEL IS"],
    ["fat32", "é", "WIN7USB"],
    ["fat32", "", "WIN7USB"],
    ["ntfs", "x".repeat(40), "x".repeat(32)],
  ])("of %s that is cut or changed is said: %s", (fileSystem, asked, label) => {
    const { plan: planned, warnings } = plan("-f", fileSystem, "--label", asked);
    expect(planned.label).toBe(label);
    const told = warnings.find(({ code }) => code === "label-changed")!.message;
    for (const each of [asked, label]) expect(told).toContain(JSON.stringify(each));
  });

  it("that fits is not warned of", () => {
    expect(plan("--label", "WIN7").warnings.map(({ code }) => code)).not.toContain("label-changed");
  });

  it("of the image that is cut is named in the plan", () => {
    const { out } = runProgram(["write", iso, join(folder, "usb.img"), "--dry-run", "-f", "fat32"]);
    expect(out.replaceAll(/\s+/g, " ")).toContain("label GSP1RMCPRFR (of GSP1RMCPRFRER_EN_DVD)");
  });
});
