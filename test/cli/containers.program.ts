/** Virtual machines' disks as targets: by their ending, by the option, and what is refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { writeImageOf } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-containers-"));
  await writeImageOf(await windows7Tree(), join(folder, "win7.iso"));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Plan = { targets: { kind: string; format?: string }[] };
type Failure = { error: { code: string; message: string; hint: string } };

it("are known by their ending, or by the option, which outweighs it", () => {
  const argv = ["write", "win7.iso", "a.vhdx", "b.img", "c.VDI", "--dry-run", "--json"];
  const plan = parseOutput<Plan>("write-plan", runProgram(argv, folder).out);
  expect(plan.targets.map(({ format }) => format)).toEqual(["vhdx", undefined, "vdi"]);
  const asked = parseOutput<Plan>("write-plan", runProgram([...argv, "--format", "vmdk"], folder).out);
  expect(asked.targets.map(({ format }) => format)).toEqual(["vmdk", "vmdk", "vmdk"]);
  const raw = parseOutput<Plan>("write-plan", runProgram([...argv, "--format", "raw"], folder).out);
  expect(raw.targets.map(({ format }) => format)).toEqual([undefined, undefined, undefined]);
});

it("are written side by side with the disk itself, and told with the next step", () => {
  const { exitCode, out, err } = runProgram(["write", "win7.iso", "a.img", "a.vmdk"], folder);
  expect(exitCode, err).toBe(0);
  const told = (out + err).replaceAll(/\s+/g, " ");
  expect(told).toMatch(/a\.vmdk, .* as VMDK/);
  expect(told).toContain("of the disk in it");
  expect(readFileSync(join(folder, "a.vmdk"), "latin1")).toContain('SPARSE "a.vmdk"');
  expect(runProgram(["check", "a.vmdk", "--iso", "win7.iso"], folder).exitCode).toBe(0);
  const alone = runProgram(["write", "win7.iso", "z.vhd"], folder);
  expect(alone.out + alone.err).toMatch(/Next: attach it to a virtual machine/);
});

it.each([
  [["x.vhd", "--size", "3T"], 5, "target-unsupported", /can hold/],
  [["x.vdi", "--size", "100000001"], 5, "target-unsupported", /whole sectors/],
  [["x.img", "--format", "hdd"], 2, "usage", /vhdx/],
])("%j are refused before anything is written", (options, exitCode, code, words) => {
  const result = runProgram(["write", "win7.iso", ...options, "--dry-run", "--json"], folder);
  const { error } = parseOutput<Failure>("write-plan", result.out);
  expect([result.exitCode, error.code]).toEqual([exitCode, code]);
  expect(error.message + error.hint).toMatch(words);
  expect(existsSync(join(folder, options[0]!))).toBe(false);
});
