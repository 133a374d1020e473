/** `--edition`, as the built program takes it: the plan sheet, the stick, and a check of it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/steps/check-target.js";
import { openFileSource } from "../../src/source/file-source.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runCommandLine } from "../support/command-line.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-edition-"));
  iso = await writeDemoImage(folder);
  expect(runProgram(["write", iso, path("plain.img")]).exitCode).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

type Edit = {
  kind: string;
  value: string;
  sha256: string | null;
  changes: { path: string; action: string }[];
  notes: { code: string; message: string }[];
};
type Plan = { plan: { files: number; edits: Edit[] } };

function dryRun(...options: string[]) {
  const { exitCode, out, err } = runProgram(["write", iso, path("never.img"), "--dry-run", ...options]);
  return { exitCode, out: out.replaceAll(/\s+/g, " "), err };
}

describe("a write with --edition", () => {
  it("says on the plan sheet what is changed, and which key Setup takes", () => {
    const { exitCode, out } = dryRun("--edition", "home premium");
    expect(exitCode).toBe(0);
    expect(out).toContain(
      "edition HomePremium: sources/ei.cfg replaced. Setup takes a retail key for HomePremium. file system",
    );
    expect(out).toContain("holds Windows 7 Professional SP1");
  });

  it("has it in --json", () => {
    const { out } = runProgram(["write", iso, path("never.img"), "-n", "--json", "--edition=menu"]);
    const { plan } = parseOutput<Plan>("write-plan", out);
    expect(plan.edits).toMatchObject([
      { kind: "edition", value: "menu", sha256: null, changes: [{ path: "sources/ei.cfg", action: "removed" }] },
    ]);
    expect(plan.edits[0]!.notes[0]).toMatchObject({ code: "edition-menu" });
    const { plan: plain } = parseOutput<Plan>(
      "write-plan",
      runProgram(["write", iso, path("n.img"), "-n", "--json"]).out,
    );
    expect(plain.edits).toEqual([]);
    expect(plan.files).toBe(plain.files - 1);
  });

  it("refuses one that the image does not have, with those that it has, before anything is written", () => {
    const { exitCode, out } = runProgram(["write", iso, path("never.img"), "--edition", "Enterprise", "--json"]);
    expect(exitCode).toBe(4);
    const last = parseEvents<{ code: string; message: string }>(out).at(-1)!;
    expect(last.code).toBe("edition-missing");
    expect(last.message).toContain("holds Starter, HomeBasic, HomePremium, Professional, Ultimate");
    expect(existsSync(path("never.img"))).toBe(false);
  });

  it("tells it with what else stands in the way", () => {
    const { exitCode, out } = runProgram(["write", iso, path("none/a.img"), "-n", "--edition", "x", "--json"]);
    expect(exitCode).toBe(5);
    const { error } = parseOutput<{ error: { code: string; others: { code: string }[] } }>("error", out);
    expect([error.code, ...error.others.map(({ code }) => code)]).toEqual(["target-missing", "edition-missing"]);
  });

  it("writes the same bytes each time, and leaves the ISO as it was", async () => {
    const hashes = ["a", "b"].map((name) => {
      const { out, exitCode } = runProgram(["write", iso, path(`${name}.img`), "--edition", "ult", "--json"]);
      expect(exitCode).toBe(0);
      const events = parseEvents<{ event: string; edits?: object[]; targets: { sha256: string }[] }>(out);
      expect(events.find(({ event }) => event === "plan")?.edits).toEqual([
        { kind: "edition", value: "Ultimate", sha256: null },
      ]);
      return events.at(-1)!.targets[0]!.sha256;
    });
    expect(hashes[0]).toBe(hashes[1]);
    const source = await openFileSource(iso);
    expect((await readImage(source)).volumeLabel).not.toBe("");
    await source.close();
  });
});

describe("a write with the edition that the ISO has already", () => {
  it("makes the stick that a write without it makes, says so, and is checked with it or without", () => {
    const asked = ["--edition", "professional"];
    const { out, exitCode } = runProgram(["write", iso, path("as-it-was.img"), ...asked, "--json"]);
    expect(exitCode).toBe(0);
    expect(parseEvents(out).find(({ event }) => event === "plan")).toMatchObject({ edits: [] });
    expect(readFileSync(path("as-it-was.img")).equals(readFileSync(path("plain.img")))).toBe(true);
    expect(dryRun(...asked).out).toContain("The image is so already: nothing is changed, and nothing of it recorded.");
    for (const options of [[], ["--iso", iso], ["--iso", iso, ...asked]]) {
      const { exitCode: checked, out: report } = runProgram(["check", path("as-it-was.img"), "--json", ...options]);
      expect([checked, parseOutput<CheckResult>("check", report).origin?.edits]).toEqual([0, []]);
    }
  });
});

describe("a check of a stick with another edition", () => {
  beforeAll(() => {
    runProgram(["write", iso, path("starter.img"), "--edition", "starter"]);
  });

  /** By the built program for a match and for one that is none. */
  async function check(stick: string, ...options: string[]) {
    const argv = ["check", path(stick), "--json", ...options];
    const isBuilt = stick === "starter.img" && !options.some((word) => /=(?:ult|menu)$/.test(word));
    const { exitCode, out, err } = isBuilt ? runProgram(argv) : await runCommandLine(argv);
    return { exitCode, err: err.replaceAll(/\s+/g, " "), report: parseOutput<CheckResult>("check", out) };
  }

  it("is a match by itself, and says what was changed", async () => {
    const { exitCode, report } = await check("starter.img");
    expect([exitCode, report.verdict]).toEqual([0, "match"]);
    expect(report.origin?.edits).toEqual([{ kind: "edition", value: "Starter", sha256: null }]);
    expect((await check("plain.img")).report.origin?.edits).toEqual([]);
  });

  it("is a match with the ISO and the same edition", async () => {
    const { exitCode, report } = await check("starter.img", "--iso", iso, "--edition", "Starter");
    expect([exitCode, report.verdict, report.against, report.warnings]).toEqual([0, "match", "image", []]);
  });

  it.each([
    ["starter.img", [], "it was made with the edition Starter, which was not given"],
    ["starter.img", ["--edition=ult"], "which was not given; it was made without the edition Ultimate"],
    ["starter.img", ["--edition=menu"], "it was made without the menu of editions"],
    ["plain.img", ["--edition=starter"], "it was made without the edition Starter"],
    ["plain.img", ["--edition=ent"], 'there is no edition "ent"'],
  ])("of %s with %j says what is missing", async (stick, options, words) => {
    const { exitCode, report, err } = await check(stick, "--iso", iso, ...options);
    expect([exitCode, report.verdict, report.cause, report.against]).toEqual([
      7,
      "mismatch",
      "other-image",
      "manifest",
    ]);
    expect(report.mismatches).toEqual([]);
    expect(err).toContain(words);
  });

  it("takes an edition with an ISO alone", () => {
    const { exitCode, err } = runProgram(["check", path("plain.img"), "--edition", "pro"]);
    expect(exitCode).toBe(2);
    expect(err).toContain("--iso <iso>");
  });
});
