/** `--add`, as the built program takes it: files laid over the ISO's, on both file systems, and a check of the stick. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peBootWim } from "../../fixtures/windows7/setup-image.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { mostAddedEntries } from "../../src/steps/read-folder.js";
import { contentSource, find } from "../../src/tree/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runCommandLine } from "../support/command-line.js";
import { runProgram, type ProgramRun } from "../support/program.js";
import { sample } from "../support/sample.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-add-"));
  iso = await writeDemoImage(folder);
  put("tools/readme.txt", "hello\r\n");
  put("tools/bin/tool.exe", "MZ");
  put("over/sources/EI.CFG", "[EditionID]\r\nUltimate\r\n");
  put("over/new.txt", "new");
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content);
}

type Edit = { kind: string; value: string; input: string; sha256: string; changes: { path: string; action: string }[] };
type Failure = { code: string; message: string; hint?: string };

/** The plan, or why there is none. */
async function dryRun(...options: string[]) {
  return outcomeOf(await runCommandLine(dryRunOf(options)));
}

/** The same of the built program: once for each way to be refused that only files which are added have. */
const builtDryRun = (...options: string[]) => outcomeOf(runProgram(dryRunOf(options)));

const dryRunOf = (options: string[]): string[] => ["write", iso, path("never.img"), "-n", "--json", ...options];

function outcomeOf({ exitCode, out, err }: ProgramRun) {
  expect(existsSync(path("never.img"))).toBe(false);
  const told = parseOutput<{ plan?: { edits: Edit[] }; warnings?: Failure[]; error?: Failure }>("write-plan", out);
  return {
    exitCode,
    edits: told.plan?.edits ?? [],
    warnings: told.warnings ?? [],
    error: told.error,
    err: err.replaceAll(/\s+/g, " "),
  };
}

describe("a write with --add", () => {
  it("says where files come to, and what is replaced once that is allowed", () => {
    const words = ["write", iso, path("never.img"), "-n", "--add", `${path("tools")}=sources/$OEM$/$1`];
    const { out, exitCode } = runProgram([...words, "--add", path("over"), "--allow=replace"]);
    expect(exitCode).toBe(0);
    const sheet = out.replaceAll(/\s+/g, " ");
    expect(sheet).toContain(
      `add ${path("tools")} in sources/$OEM$/$1: sources/$OEM$/$1/bin/tool.exe, sources/$OEM$/$1/readme.txt added. ` +
        "That Setup copies sources/$OEM$ without an answer file is reported, and not documented.",
    );
    expect(sheet).toContain(`add ${path("over")}: new.txt added, sources/ei.cfg replaced.`);
  });

  it("lists it all in --json", async () => {
    mkdirSync(path("a=b"), { recursive: true });
    put("a=b/c", "");
    const { edits } = await dryRun("--add", path("over"), "--add", `${path("a=b")}=`, "--allow", "replace");
    expect(edits.map(({ kind, value, input }) => [kind, value, input])).toEqual([
      ["add", "", path("over")],
      ["add", "", path("a=b")],
    ]);
    expect(edits[0]!.changes).toEqual([
      { path: "new.txt", action: "added", size: 3 },
      { path: "sources/ei.cfg", action: "replaced", size: 23 },
    ]);
  });

  it.each(["fat32", "ntfs"])("does not say that what is left out for its name on %s was added", async (fileSystem) => {
    put("odd/a:b", "");
    put("odd/c", "");
    put("odd/d?/e", "");
    const { exitCode, edits, err } = await dryRun(
      "--add",
      path("odd"),
      "--allow",
      "name-unsupported",
      "-f",
      fileSystem,
    );
    expect(exitCode, err).toBe(0);
    expect(edits[0]!.changes).toEqual([{ path: "c", action: "added", size: 0 }]);
  });

  it("is warned of where a folder is empty", async () => {
    mkdirSync(path("hollow"), { recursive: true });
    const usual = (await dryRun()).warnings;
    for (const at of ["", "=sources", "=new"]) {
      const { exitCode, warnings } = await dryRun("--add", `${path("hollow")}${at}`);
      const message = `${path("hollow")} holds nothing that could be added`;
      expect([exitCode, warnings]).toEqual([0, [...usual, { code: "add-empty", message }]]);
    }
  });

  it("needs that to be allowed, and says which files", () => {
    const { exitCode, error } = builtDryRun("--add", path("over"));
    expect([exitCode, error?.code]).toEqual([4, "replace"]);
    expect(error?.message).toBe("files of the image would be replaced: sources/ei.cfg");
    expect(error?.hint).toContain("--allow replace");
  });

  it("tells the Windows that will be on the stick, not the one that the ISO holds", async () => {
    const wim = find(await windows7Tree({ language: "de-DE" }), "sources/install.wim");
    if (wim?.kind !== "file") throw new Error("the fixture has no install.wim");
    put("german/sources/install.wim", await contentSource(wim).read(0, wim.size));
    const argv = ["write", iso, path("n.img"), "-n", "--add", path("german"), "--allow", "replace"];
    expect(runProgram(argv).out).toMatch(/holds +Windows 7 Professional SP1, x86, de-DE/);
  });

  it("refuses a WIM of another kind in the place of install.wim, and a damaged one as a file of the person's own", async () => {
    const boot = await peBootWim();
    put("pe/sources/install.wim", boot);
    const pe = builtDryRun("--add", path("pe"), "--allow", "replace");
    expect([pe.exitCode, pe.error?.code]).toEqual([4, "not-windows-7"]);
    expect(pe.error?.message).toContain("sources/install.wim holds Windows PE alone");
    const allowed = await dryRun("--add", path("pe"), "--allow", "replace,not-windows-7");
    expect(allowed.exitCode).toBe(0);
    expect(allowed.warnings.map(({ code }) => code)).toContain("edition-not-in-image");
    put("junk/sources/install.wim", "junk".repeat(1000));
    put("cut/sources/BOOT.WIM", boot.subarray(0, 5000));
    for (const name of ["junk", "cut"]) {
      const run = name === "cut" ? builtDryRun : dryRun;
      const { exitCode, error } = await run("--add", path(name), "--allow", "replace");
      expect([exitCode, error?.code]).toEqual([3, "wim-damaged"]);
      expect(error?.hint).toMatch(/^It is one of the files that are added, and damaged/);
    }
  });

  it.each([
    ["leaves the stick", ["--add", "TOOLS=../up"], 2, "usage"],
    ["begins at a root", ["--add", "TOOLS=/sources"], 2, "usage"],
    ["is not there", ["--add", "NONE"], 3, "input-missing"],
    ["is a file", ["--add", "TOOLS/readme.txt"], 4, "input-unsupported"],
    ["goes in circles", ["--add", "CIRCLE"], 4, "input-unsupported"],
    ["is full of files", ["--add", "FULL"], 4, "input-unsupported"],
    ["has names that no stick can hold", ["--add", "NAMES", "-f", "fat32"], 4, "name-unsupported"],
    ["has two names that differ in case alone", ["--add", "CASES"], 4, "edit-conflict"],
    ["is given twice", ["--add", "TOOLS", "--add", "TOOLS"], 4, "edit-conflict"],
    ["is larger than the image file", ["--add", "LARGE", "--size", "300M"], 5, "too-small"],
  ])("that %s is refused before anything is written", async (name, options, exitCode, code) => {
    symlinkSyncOnce("..", "circle/below/up");
    if (options.includes("FULL")) {
      put("full/0", "");
      for (let at = 1; at <= mostAddedEntries; at += 1) linkSync(path("full/0"), path(`full/${at}`));
    }
    put("names/what?.txt", "");
    put("cases/a.txt", "");
    put("cases/A.TXT", "");
    put("large/hole.bin", "");
    truncateSync(path("large/hole.bin"), 2 ** 30);
    const words = options.map((word) => word.replace(/^[A-Z]+/, (given) => path(given.toLowerCase())));
    const isBuilt = ["goes in circles", "has two names that differ in case alone"].includes(name);
    const result = await (isBuilt ? builtDryRun : dryRun)(...words);
    expect([result.exitCode, result.error?.code], result.err).toEqual([exitCode, code]);
    expect(result.error?.message.length).toBeLessThan(1000);
  });

  function symlinkSyncOnce(to: string, name: string): void {
    mkdirSync(dirname(path(name)), { recursive: true });
    if (!readdirSync(dirname(path(name))).includes("up")) symlinkSync(to, path(name));
  }
});

describe.each(sample(["ntfs", "fat32"], 1))("a %s stick with added files", (fileSystem) => {
  const stick = (): string => path(`${fileSystem}.img`);
  const added = (): string[] => ["--add", `${path("tools")}=sources/$OEM$`, "--edition=starter"];

  function write(target: string, ...options: string[]): string {
    const { exitCode, err } = runProgram([
      "write",
      iso,
      target,
      "--force",
      "-f",
      fileSystem,
      "--image-check",
      "none",
      ...options,
    ]);
    expect(exitCode, err).toBe(0);
    const { out } = runProgram(["check", target, "--json"]);
    return parseOutput<CheckResult>("check", out).verdict;
  }

  function check(...options: string[]) {
    const { exitCode, out } = runProgram(["check", stick(), "--iso", iso, "--json", ...options]);
    return { exitCode, report: parseOutput<CheckResult>("check", out) };
  }

  beforeAll(() => {
    expect(write(stick(), ...added())).toBe("match");
  });

  it("is the same with the same bytes, whatever their times", () => {
    const { size } = statSync(stick());
    utimesSync(path("tools/readme.txt"), 1, 1);
    const other = path("again.img");
    write(other, ...added());
    const hashes = [stick(), other].map((target) => {
      const { out } = runProgram(["check", target, "--json"]);
      return parseOutput<CheckResult>("check", out).origin;
    });
    expect(hashes[0]).toEqual(hashes[1]);
    expect(readFileSync(other).equals(readFileSync(stick()))).toBe(true);
    expect(statSync(other).size).toBe(size);
  });

  it("is a match with the same folder, and says which input is missing or another one", () => {
    expect(check(...added())).toMatchObject({ exitCode: 0, report: { verdict: "match", against: "image" } });
    const { exitCode, report } = check("--edition=starter");
    expect([exitCode, report.cause, report.against]).toEqual([7, "other-image", "manifest"]);
    const [folderEdit] = report.origin!.edits;
    expect(folderEdit).toMatchObject({ kind: "add", value: "sources/$OEM$" });
    expect(report.warnings.find(({ code }) => code === "other-edits")?.message).toContain(
      `it was made with a folder of the SHA-256 ${folderEdit!.sha256} in sources/$OEM$, which was not given`,
    );
    const other = check("--add", `${path("over")}=sources/$OEM$`, "--edition=starter").report;
    expect(other.warnings[0]?.message).toMatch(/which was not given; it was made without a folder of the SHA-256/);
  });
});
