/** `win7usb inspect` of a folder of drivers, as the built program: what a person reads, what a script reads, what is refused. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { driverFolderLimits } from "../../src/drivers/limits.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

type Finding = { code: string; message: string; data: Record<string, unknown> };
type Told = {
  folder: { path: string; files: number };
  packages: { inf: string; verdict: string; refusals: Finding[]; setupRefusals: Finding[]; warnings: Finding[] }[];
  error: { code: string; message: string; hint: string };
};

let folder = "";
const made: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-drivers-"));
  made.push(folder);
});
afterAll(() => {
  for (const each of made) rmSync(each, { recursive: true, force: true });
});

const unsigned = { Version: changedLines("Version").filter((line) => !line.startsWith("CatalogFile")) };
function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
function inspect(path = folder) {
  const { exitCode, out, err } = runProgram(["inspect", path, "--json"]);
  return { exitCode, err: err.replaceAll(/\s+/g, " "), ...parseOutput<Told>("inspect-folder", out) };
}

/** One that fits, one for the installed Windows alone, one of no use, one that is no driver's. */
function writePackages(): void {
  write("asm/made.inf", infText(unsigned));
  write("asm/made.sys", programFile("x86"));
  const wdf = { ...unsigned, "Made_Install.NT.Wdf": ["KmdfService=made,Wdf"], Wdf: ["KmdfLibraryVersion=1.11"] };
  write("kmdf/made.inf", infText(wdf));
  write("kmdf/made.sys", programFile("x86"));
  write(
    "x64/made.inf",
    infText({ ...unsigned, Manufacturer: ["%Vendor%=Made,NTamd64"], "Made.NTamd64": ["%Device%=I,A"] }),
  );
  write("autorun.inf", "[autorun]\r\nopen=setup.exe\r\n");
}

describe("inspect of a folder of drivers", () => {
  it("tells each package and its verdict as JSON", () => {
    writePackages();
    const { exitCode, err, folder: told, packages } = inspect();
    expect([exitCode, err, told.path, told.files]).toEqual([0, "", folder, 6]);
    const codes = packages.map(({ inf, verdict, refusals, setupRefusals }) => [
      inf,
      verdict,
      ...[...refusals, ...setupRefusals].map(({ code }) => code),
    ]);
    expect(codes).toEqual([
      ["asm/made.inf", "fits"],
      ["autorun.inf", "refused", "inf-unreadable"],
      ["kmdf/made.inf", "installed-only", "framework-newer"],
      ["x64/made.inf", "refused", "other-architecture"],
    ]);
    expect(packages[3]!.refusals[0]).toEqual({
      code: "other-architecture",
      message: "it is for amd64, not for x86",
      data: { architectures: ["amd64"] },
    });
  });

  it("shows a table and the reasons", () => {
    writePackages();
    const { exitCode, out, err } = runProgram(["inspect", folder]);
    const text = out.replaceAll(/\s+/g, " ");
    expect([exitCode, err]).toEqual([0, ""]);
    expect(text).toMatch(
      /^4 packages of drivers in \S+, for Windows 7 x86: 1 fits, 1 for the installed Windows only, 2 refused INF FOR/,
    );
    expect(text).toMatch(/asm\/made\.inf USB Made by a test 6\.1\.1\.0, 06\/21\/2009 fits/);
    expect(text).toMatch(/x64\/made\.inf refused: it is for amd64, not for x86 \[other-architecture\]/);
    expect(text).toMatch(
      /not in Setup: Windows PE, in which Setup runs, has KMDF 1\.9, and it needs 1\.11 \[framework-newer\]/,
    );
    const verbose = runProgram(["inspect", folder, "--verbose"]).out;
    expect(verbose).toContain(String.raw`device: A controller, PCI\VEN_1B21&DEV_1142, PCI\CC_0C0330`);
    expect(verbose).toContain("service: made, made.sys, start 3");
  });

  it("shows nothing of a package that steers a terminal", () => {
    write(
      "made.inf",
      infText({ ...unsigned, Strings: changedLines("Strings", 'Vendor="\u001b[31mred"', "OnDemand=3") }),
    );
    const { out } = runProgram(["inspect", folder, "--verbose"]);
    expect(out).not.toContain("\u001b");
    expect(out).toContain("\\u001b[31mred");
  });

  it.each([
    ["an empty folder", () => undefined, 4, "no-drivers", /holds the driver's \.inf/],
    ["packed drivers", () => write("setup.exe", "MZ"), 4, "no-drivers", /Unpack setup\.exe first/],
    ["the files of a disc", () => write("sources/boot.wim", "MSWIM"), 4, "no-drivers", /name the ISO/],
    ["a circle of links", () => symlinkSync(folder, join(folder, "loop")), 4, "input-unsupported", /plain files/],
    ["a link to nothing", () => symlinkSync("gone", join(folder, "x.sys")), 3, "input-unreadable", /links in it lead/],
  ])("of %s ends with a code and a hint", (_name, make, code, name, hint) => {
    make();
    const { exitCode, error, err } = inspect();
    expect([exitCode, error.code]).toEqual([code, name]);
    expect(error.hint).toMatch(hint);
    expect(err).toContain(error.message);
  });

  it("of twenty thousand files is refused before they are read", () => {
    for (let at = 0; at <= driverFolderLimits.entries; at += 1) writeFileSync(join(folder, `f${at}`), "");
    write("made.inf", infText(unsigned));
    expect(inspect().error).toMatchObject({ code: "input-unsupported", message: /more than 10000 files/ });
  });

  it("of an INF of 10 MB says that it is too large", () => {
    write("made.inf", infText(unsigned) + ";\r\n".repeat(3_500_000));
    expect(inspect().packages[0]!.refusals[0]).toMatchObject({ code: "inf-unreadable", data: { reason: "too-large" } });
  });
});
