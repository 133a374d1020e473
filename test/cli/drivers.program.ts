/** `--drivers`, as the built program takes it: what goes into boot.wim and onto the stick, what is left out, and a check of it. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { peBootWim, setupTree } from "../../fixtures/windows7/setup-image.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import { openWim } from "../../src/wim/index.js";
import { planBootImage } from "../../src/windows/customise/boot-image.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { usualPackages } from "../support/placed-packages.js";
import { createSha1 } from "../support/planned-wims.js";
import { runProgram } from "../support/program.js";
import { replaceFile } from "../support/tree-edits.js";
import { sample } from "../support/sample.js";

let folder: string;
let iso: string;
const path = (name: string): string => join(folder, name);

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content);
}

const unsigned = { Version: changedLines("Version").filter((line) => !line.startsWith("CatalogFile")) };
const network = {
  Version: [
    ...unsigned.Version.filter((line) => !line.startsWith("Class")),
    "Class=Net",
    "ClassGuid={4D36E972-E325-11CE-BFC1-08002BE10318}",
  ],
};
const newer = { ...unsigned, "Made_Install.NT.Wdf": ["KmdfService=made,Wdf"], Wdf: ["KmdfLibraryVersion=1.11"] };
const x64 = { ...unsigned, Manufacturer: ["%Vendor%=Made,NTamd64"], "Made.NTamd64": ["%Device%=I,A"] };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-write-drivers-"));
  iso = await writeDemoImage(folder, { bootWim: await peBootWim(), editions: ["Professional"] });
  for (const [name, sections] of Object.entries({ usb: unsigned, net: network, kmdf: newer, amd64: x64 })) {
    put(`vendor/${name}/made.inf`, infText(sections));
    put(`vendor/${name}/made.sys`, programFile("x86", { mark: name.length, size: 0x1000 }));
  }
  put("more/made.inf", infText(unsigned));
  put("more/made.sys", programFile("x86", { mark: 99, size: 9 * 2 ** 20 }));
  put("unfit/made.inf", infText(x64));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

type Note = { code: string; message: string; infs?: string[] };
type Edit = { kind: string; input: string; sha256: string; changes: { path: string; action: string }[]; notes: Note[] };
type VerifyTold = { verdict: string; checks: { id: string; status: string; message: string }[] };
type Failure = { code: string; message: string; hint?: string };

function dryRun(...options: string[]) {
  const { exitCode, out } = runProgram(["write", iso, path("never.img"), "-n", "--json", ...options]);
  expect(existsSync(path("never.img"))).toBe(false);
  const told = parseOutput<{ plan?: { edits: Edit[] }; error?: Failure }>("write-plan", out);
  return { exitCode, edits: told.plan?.edits ?? [], error: told.error };
}

describe("a plan with --drivers", () => {
  it("says what goes where, and what was left out and why", () => {
    const { exitCode, edits } = dryRun("--drivers", path("vendor"));
    expect(exitCode).toBe(0);
    expect(edits.map(({ kind, input }) => [kind, input])).toEqual([["drivers", path("vendor")]]);
    expect(edits[0]!.changes.map(({ path: changed, action }) => `${changed} ${action}`)).toEqual([
      "$WinPEDriver$/usb-01/made.inf added",
      "$WinPEDriver$/usb-01/made.sys added",
      "$WinPEDriver$/usb-02/made.inf added",
      "$WinPEDriver$/usb-02/made.sys added",
      "$WinPEDriver$/network-01/made.inf added",
      "$WinPEDriver$/network-01/made.sys added",
      "sources/boot.wim replaced",
    ]);
    const notes = edits[0]!.notes.map(({ code, infs }) => [code, ...(infs ?? [])]);
    expect(notes).toEqual([
      ["drivers-in-setup", "usb/made.inf"],
      ["drivers-after-setup", "kmdf/made.inf", "net/made.inf"],
      ["driver-left-out", "amd64/made.inf"],
      ["driver-not-in-setup", "kmdf/made.inf"],
      ["driver-doubtful", "kmdf/made.inf"],
      ["driver-doubtful", "kmdf/made.inf", "net/made.inf", "usb/made.inf"],
    ]);
    expect(edits[0]!.notes[2]!.message).toBe("Left out: amd64/made.inf, because it is for amd64, not for x86.");
  });

  it("tells a person the same", () => {
    const { out, exitCode } = runProgram(["write", iso, path("never.img"), "-n", "--drivers", path("vendor")]);
    expect(exitCode).toBe(0);
    const sheet = out.replaceAll(/\s+/g, " ");
    expect(sheet).toContain(
      `drivers ${path("vendor")}: 6 files added, sources/boot.wim replaced. Setup loads usb/made.inf,`,
    );
    // All of them, however long they are together.
    const { edits } = dryRun("--drivers", path("vendor"));
    for (const { message } of edits[0]!.notes) expect(sheet).toContain(message.replaceAll(/\s+/g, " "));
  });

  it("takes several folders, and says when Setup needs more memory for them", () => {
    const { edits } = dryRun("--drivers", path("vendor"), "--drivers", path("more"));
    expect(edits.map(({ input }) => input)).toEqual([path("vendor"), path("more")]);
    const changed = edits[1]!.changes.map((change) => change.path);
    expect(changed).toEqual(["$WinPEDriver$/usb-03/made.inf", "$WinPEDriver$/usb-03/made.sys", "sources/boot.wim"]);
    expect(edits[1]!.notes.map(({ message }) => message)).toContain(
      "Setup's memory for changed files grows from 32 to 64 MB.",
    );
  });

  it.each([
    ["none is for this Windows", ["--drivers", "UNFIT"], 4, "drivers-unfit", /^the package of drivers is not for/],
    ["there are none", ["--drivers", "NOTHING"], 4, "no-drivers"],
    ["there is no folder", ["--drivers", "NONE"], 3, "input-missing"],
    ["a folder is given twice", ["--drivers", "MORE", "--drivers", "MORE"], 4, "edit-conflict", /is given twice/],
    [
      "a folder is within another",
      ["--drivers", "VENDOR", "--drivers", "VENDOR/USB"],
      4,
      "edit-conflict",
      /hold the same drivers: .*made\.inf$/,
    ],
    ["a file of --add is where a driver is to be", ["--drivers", "VENDOR", "--add", "OVER"], 4, "edit-conflict"],
  ])("is refused where %s", (_name, options, exitCode, code, words: RegExp = /./) => {
    put("nothing/readme.txt", "no drivers");
    put("over/$WinPEDriver$/usb-01/made.inf", "");
    const result = dryRun(...options.map((word) => word.replace(/^[A-Z/]+$/, (name) => path(name.toLowerCase()))));
    expect([result.exitCode, result.error?.code]).toEqual([exitCode, code]);
    expect(result.error?.message).toMatch(words);
  });

  it("is refused for a boot.wim that somebody customised", async () => {
    const setup = replaceFile(setupTree(), "Windows/System32/winpeshl.ini", "[LaunchApp]\r\n");
    const altered = await writeDemoImage(folder, { bootWim: await peBootWim({ setup }) }, "altered.iso");
    const { exitCode, out } = runProgram([
      "write",
      altered,
      path("x.img"),
      "-n",
      "--json",
      "--drivers",
      path("vendor"),
    ]);
    const { error } = parseOutput<{ error?: Failure }>("write-plan", out);
    expect([exitCode, error?.code]).toEqual([4, "setup-image-altered"]);
  });
});

describe.each(sample(["ntfs", "fat32"], 1))("a %s stick with drivers", (fileSystem) => {
  const stick = (): string => path(`${fileSystem}.img`);
  const write = (target: string) =>
    runProgram([
      "write",
      iso,
      target,
      "-f",
      fileSystem,
      "--drivers",
      path("vendor"),
      "--drivers",
      path("more"),
      "--json",
    ]);
  const check = (...options: string[]) => {
    const { exitCode, out } = runProgram(["check", stick(), "--json", ...options]);
    return { exitCode, ...parseOutput<CheckResult>("check", out) };
  };

  beforeAll(() => {
    expect(write(stick()).exitCode).toBe(0);
  });

  it("is the same each time, whatever the times of the drivers", () => {
    utimesSync(path("vendor/usb/made.sys"), 1, 1);
    expect(write(path(`again-${fileSystem}.img`)).exitCode).toBe(0);
    expect(statSync(stick()).size).toBeLessThan(2 ** 28);
    expect(Buffer.compare(readFileSync(stick()), readFileSync(path(`again-${fileSystem}.img`)))).toBe(0);
  });

  it("is what was written, and names what it was made with", () => {
    const alone = check();
    expect([alone.exitCode, alone.verdict]).toEqual([0, "match"]);
    expect(alone.origin?.edits.map(({ kind, sha256 }) => [kind, typeof sha256])).toEqual([
      ["drivers", "string"],
      ["drivers", "string"],
    ]);
    const both = ["--drivers", path("vendor"), "--drivers", path("more")];
    expect(check("--iso", iso, ...both)).toMatchObject({ exitCode: 0, verdict: "match", against: "image" });
    const one = check("--iso", iso, ...both.slice(0, 2));
    expect([one.exitCode, one.cause, one.against]).toEqual([7, "other-image", "manifest"]);
    expect(one.warnings.find(({ code }) => code === "other-edits")?.message).toContain(
      `it was made with drivers of the SHA-256 ${alone.origin!.edits[1]!.sha256}, which was not given`,
    );
  });
});

it("a disc with such a boot.wim is sound to verify --deep", async () => {
  const wim = await openWim(memorySource(await peBootWim()), "boot.wim");
  const plan = await planBootImage(wim, usualPackages(), createSha1);
  const bootWim = await layoutSource(plan.extents, plan.size).read(0, plan.size);
  const disc = await writeDemoImage(folder, { bootWim }, "edited.iso");
  const { exitCode, out } = runProgram(["verify", disc, "--deep", "--json"]);
  const { verdict, checks } = parseOutput<VerifyTold>("verify", out);
  expect([exitCode, verdict]).toEqual([0, "intact"]);
  expect(checks.filter(({ id, status }) => id.startsWith("wim-") && ["warn", "fail"].includes(status))).toEqual([]);
});
