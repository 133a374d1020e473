/** `--answer-file`, as the built program takes it: checked, copied, its key told nowhere, and known to check. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerFile, installFrom, shapedKey, userData, wipingDisk } from "../../fixtures/windows7/answer-file.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
const sound = answerFile(userData(shapedKey) + installFrom("/IMAGE/INDEX", "4"));
const texts = {
  sound,
  wiping: answerFile(userData(shapedKey) + wipingDisk),
  entities: sound.replace("<unattend", '<!DOCTYPE u [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<unattend'),
  misshapen: answerFile(userData(shapedKey.slice(1))),
  missing: answerFile(userData(shapedKey) + installFrom("/IMAGE/NAME", "Windows 8")),
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-answer-"));
  iso = await writeDemoImage(folder);
  for (const [name, text] of Object.entries(texts)) writeFileSync(path(`${name}.xml`), text);
  writeFileSync(path("large.xml"), sound);
  truncateSync(path("large.xml"), 2 ** 31);
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

/** Runs it; the key is in nothing that it tells. */
function told(...words: string[]) {
  const result = runProgram(words);
  expect(result.out + result.err).not.toContain(shapedKey.slice(1));
  return { ...result, text: (result.out + result.err).replaceAll(/\s+/g, " ") };
}

type Failure = { code: string; message: string; hint: string };

describe("a write with --answer-file", () => {
  it("says on the plan sheet and in --json that it is added, and what it holds", () => {
    const words = ["write", iso, path("never.img"), "-n", "--answer-file", path("sound.xml")];
    expect(told(...words).text).toContain(
      `answer-file ${path("sound.xml")}: Autounattend.xml added. ` +
        "Anybody can read the keys and passwords in it from the stick.",
    );
    const { out } = told(...words, "--json");
    const { plan } = parseOutput<{ plan: { edits: object[] } }>("write-plan", out);
    const sha256 = createHash("sha256").update(sound).digest("hex");
    expect(plan.edits).toMatchObject([{ kind: "answer-file", value: "", input: path("sound.xml"), sha256 }]);
  });

  it.each([
    ["wiping", 4, "unattended-wipe", /disk 0 is wiped; .*a partition is created on disk 0/],
    ["entities", 4, "answer-file-invalid", /has a document type/],
    ["misshapen", 4, "answer-file-invalid", /line 4: the product key has not the form of one/],
    ["missing", 4, "answer-file-invalid", /no image with \/IMAGE\/NAME "Windows 8", the ISO has 1 "Windows 7 STARTER"/],
    ["large", 4, "answer-file-invalid", /is larger than 1024 KiB, which no answer file needs/],
    ["none", 3, "input-missing", /there is no file/],
  ])("%s.xml is refused before anything is written", (name, exitCode, code, reason) => {
    const words = ["write", iso, path("never.img"), "--answer-file", path(`${name}.xml`), "--json"];
    const result = told(...words);
    expect(result.exitCode).toBe(exitCode);
    const last = parseEvents<Failure>(result.out).at(-1)!;
    expect(last.code).toBe(code);
    expect(last.message).toMatch(reason);
    expect(last.hint.includes("--allow unattended-wipe")).toBe(name === "wiping");
    expect(existsSync(path("never.img"))).toBe(false);
  });

  it("that changes disks is written where that is allowed, and said", () => {
    const words = ["write", iso, path("wiping.img"), "--answer-file", path("wiping.xml"), "--allow=unattended-wipe"];
    const { exitCode, text } = told(...words);
    expect(exitCode).toBe(0);
    expect(text).toContain("It changes disks without asking: line 4: disk 0 is wiped;");
    expect(told("check", path("wiping.img")).exitCode).toBe(0);
    const checked = told("check", path("wiping.img"), "--iso", iso, "--answer-file", path("wiping.xml"));
    expect([checked.exitCode, checked.out]).toEqual([0, expect.stringMatching(/^match: .*compared with the\s+image/s)]);
    expect(checked.err).not.toContain("warning");
  });
});

describe("a check of a stick with an answer file", () => {
  it("says which input is missing, or another one", () => {
    expect(told("write", iso, path("stick.img"), "--answer-file", path("sound.xml")).exitCode).toBe(0);
    const sha256 = createHash("sha256").update(sound).digest("hex");
    const check = (...options: string[]) => {
      const { exitCode, out } = told("check", path("stick.img"), "--json", ...options);
      return { exitCode, report: parseOutput<CheckResult>("check", out) };
    };
    const alone = check();
    expect([alone.exitCode, alone.report.verdict]).toEqual([0, "match"]);
    expect(alone.report.origin?.edits).toEqual([{ kind: "answer-file", value: "", sha256 }]);
    const without = check("--iso", iso);
    expect([without.exitCode, without.report.cause]).toEqual([7, "other-image"]);
    expect(without.report.warnings[0]).toMatchObject({
      code: "other-edits",
      message: expect.stringContaining(
        `made with an answer file of the SHA-256 ${sha256}, which was not given`,
      ) as string,
    });
    const other = check("--iso", iso, "--answer-file", path("wiping.xml"));
    expect(other.report.warnings[0]?.message).toMatch(/which was not given; it was made without an answer file/);
  });
});
