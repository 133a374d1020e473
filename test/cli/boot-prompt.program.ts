/** A stick that asks for a key before it starts: in the plan, on the stick, in the manifest, and what a check makes of it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mbrBootCode, mbrPromptBootCode } from "../../src/volumes/boot/code.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-prompt-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const target = (): string => join(folder, "usb.img");
function write(...options: string[]): Buffer {
  rmSync(target(), { force: true });
  const { exitCode, err } = runProgram(["write", iso, target(), ...options]);
  expect(exitCode, err).toBe(0);
  return readFileSync(target());
}
function check(...options: string[]) {
  const { exitCode, out } = runProgram(["check", target(), "--json", ...options]);
  return { exitCode, ...parseOutput<CheckResult>("check", out) };
}

const startsWith = (disk: Buffer, code: Uint8Array, at = 0): boolean =>
  disk.subarray(at, at + code.length).equals(Buffer.from(code));

it("says so in the plan, and only where it was asked for", () => {
  const plan = (...more: string[]): string =>
    runProgram(["write", iso, join(folder, "never.img"), "--dry-run", ...more]).out;
  const json = (...more: string[]): boolean =>
    parseOutput<{ plan: { bootPrompt: boolean } }>("write-plan", plan("--json", ...more)).plan.bootPrompt;
  expect([json(), json("--boot-prompt")]).toEqual([false, true]);
  expect(plan("--boot-prompt").replaceAll(/\s+/g, " ")).toContain("starts at a key within 5 seconds");
});

it("has the code on the stick, and check takes it from the manifest", () => {
  const disk = write("--boot-prompt");
  expect(startsWith(disk, mbrPromptBootCode.sector0)).toBe(true);
  expect(startsWith(disk, mbrPromptBootCode.second, 512)).toBe(true);
  expect(check()).toMatchObject({ exitCode: 0, origin: { options: { bootPrompt: true } } });
  expect(check("--iso", iso)).toMatchObject({ exitCode: 0, verdict: "match", against: "image" });
});

it("is another stick where check is told that it asks, and it does not", () => {
  expect(startsWith(write(), mbrBootCode)).toBe(true);
  const other = check("--iso", iso, "--boot-prompt");
  expect(other).toMatchObject({ exitCode: 7, cause: "other-image", origin: { options: { bootPrompt: false } } });
  expect(other.warnings.at(-1)?.message).toContain("it does not ask for a key before it starts");
});

it("is told to check where there is no manifest, and without an ISO nobody takes it", () => {
  write("--boot-prompt", "--no-verify");
  expect(check("--iso", iso, "--boot-prompt")).toMatchObject({ exitCode: 0, verdict: "match" });
  const structures = check("--iso", iso).mismatches.map(({ structure }) => structure);
  expect(structures).toEqual(["boot code of the master boot record", "gap before the partition"]);
  const { exitCode, err } = runProgram(["check", target(), "--boot-prompt"]);
  expect(exitCode).toBe(2);
  expect(err.replaceAll(/\s+/g, " ")).toContain("Give --iso <iso> too, or leave --boot-prompt out.");
});
