/** Betas and release candidates are called so by every command, and refused until they are allowed by name. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runCommandLine } from "../support/command-line.js";
import { runProgram } from "../support/program.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-pre-release-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Warned = { warnings: { code: string; message: string }[] };
type Verified = { verdict: string; checks: { id: string; status: string; code?: string }[] };
type Planned = { error: { code: string; hint: string; others?: { code: string }[] } };

it.each([
  ["Windows 7 Professional with Service Pack 1 Release Candidate", { spBuild: 17105 }, "pre-release"],
  ["Windows 7 Professional with Service Pack 1 Beta", { spBuild: 16562 }, "pre-release"],
  ["Windows 7 Professional Release Candidate", { build: 7100, spBuild: 0, spLevel: 0 }, "rtm,pre-release"],
  ["Windows 7 Professional Beta", { build: 7000, spBuild: 0, spLevel: 0 }, "rtm,pre-release"],
])("%s", async (title, options, codes) => {
  const iso = await writeDemoImage(folder, options);
  // A kind by the built program: one whose build tells it, and one of the first Windows 7.
  const isBuilt = title.endsWith("Candidate");
  const run = (argv: readonly string[]) => (isBuilt ? runProgram(argv) : runCommandLine(argv));
  expect((await run(["inspect", iso])).out).toMatch(new RegExp(`^${title}, x86, en-US\n`));
  const inspected = await run(["inspect", iso, "--json"]);
  const { warnings } = parseOutput<Warned>("inspect", inspected.out);
  expect([inspected.exitCode, warnings.find(({ code }) => code === "pre-release")?.message]).toEqual([
    0,
    expect.stringContaining("a pre-release"),
  ]);

  const verified = await run(["verify", iso, "--json"]);
  const { verdict, checks } = parseOutput<Verified>("verify", verified.out);
  expect([verified.exitCode, verdict]).toEqual([4, "unsuitable"]);
  expect(checks).toContainEqual(expect.objectContaining({ id: "release", status: "fail", code: "pre-release" }));
  const allowed = await run(["verify", iso, "--json", "--allow", codes]);
  expect([allowed.exitCode, parseOutput<Verified>("verify", allowed.out).verdict]).toEqual([0, "intact"]);

  const write = ["write", iso, join(folder, "never.img"), "--dry-run", "--json"];
  const refused = await run(write);
  const { error } = parseOutput<Planned>("write-plan", refused.out);
  expect(refused.exitCode).toBe(4);
  expect([error, ...(error.others ?? [])].map(({ code }) => code).join(",")).toBe(codes);
  expect(JSON.stringify(error)).toContain("--allow pre-release");
  expect((await run([...write, "--allow", codes])).exitCode).toBe(0);
});
