/** Verdicts from findings, without files or threads. */
import { describe, expect, it } from "vitest";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import type { WindowsIdentity } from "../../src/windows/index.js";
import { identify } from "../../src/windows/index.js";
import type { Check } from "../../src/verification/verdict.js";
import { excused, verdictOf } from "../../src/verification/verdict.js";
import type { Requirement } from "../../src/verification/requirements.js";
import { unmetRequirements } from "../../src/verification/requirements.js";
import { setupImageChecks } from "../../src/verification/setup-image.js";
import { suitabilityChecks } from "../../src/verification/suitability.js";
import { imageOf } from "../support/windows-images.js";

const check = (kind: Check["kind"], status: Check["status"]): Check => ({ id: "x", kind, status, message: "seen" });

const identityOf = async (options = {}): Promise<WindowsIdentity> => identify(await windows7Tree(options));
const unmet = (windows: WindowsIdentity | null, requirements: Requirement[], isOfficial = true): string[] =>
  unmetRequirements(requirements, { windows, hashes: {}, isOfficial }).map(
    ({ requirement, message }) => `${requirement}: ${message}`,
  );

const bootWim = (paths: readonly (readonly string[])[], bootIndex: number): Promise<Uint8Array> =>
  writeWim(
    paths.map((names) => ({ ...imageOf({}), name: "PE", tree: treeOf(names) })),
    { bootIndex },
  );
const treeOf = (names: readonly string[]) => {
  const recovery = names.includes("RecEnv.exe") ? [directory("Recovery", [file("RecEnv.exe", "r")])] : [];
  const setup = names.includes("setup.exe") ? [file("Setup.EXE", "s")] : [];
  return directory("", [directory("Sources", [...setup, ...recovery])]);
};
const statuses = async (wim: Uint8Array): Promise<string[]> =>
  (await setupImageChecks(await windows7Tree({ bootWim: wim }))).map(({ id, status }) => `${id} ${status}`);

describe("a verdict", () => {
  it.each([
    [[], false, true, "intact"],
    [[], true, true, "genuine"],
    [[check("soundness", "warn"), check("origin", "skip")], false, true, "intact"],
    [[check("suitability", "fail")], false, true, "unsuitable"],
    [[check("suitability", "fail")], true, true, "unsuitable"],
    [[check("suitability", "warn")], true, true, "genuine"],
    [[check("soundness", "fail")], false, true, "damaged"],
    [[check("origin", "fail")], false, true, "damaged"],
    [[check("suitability", "fail"), check("soundness", "fail")], false, true, "damaged"],
    [[], false, false, "unsuitable"],
    [[], true, false, "unsuitable"],
    [[check("soundness", "fail")], false, false, "damaged"],
  ] as const)("of %j, official %s, as asked for %s, is %s", (checks, isOfficial, isWanted, verdict) => {
    expect(verdictOf(checks, isOfficial, isWanted)).toBe(verdict);
  });

  it("of published bytes has no damage, but other failures stay", () => {
    const found = excused([check("soundness", "fail"), check("suitability", "fail"), check("soundness", "pass")]);
    expect(found.map(({ status }) => status)).toEqual(["warn", "fail", "pass"]);
    expect(found[0]!.message).toContain("seen; but all bytes are the published ones");
  });
});

describe("what is not Windows 7 x86 with Service Pack 1", () => {
  it.each([
    [{}, [], []],
    [{ architecture: "x64" }, [], ["architecture fail x64"]],
    [{ architecture: "x64" }, ["rtm"], ["architecture fail x64"]],
    [{ architecture: "x64" }, ["x64"], ["architecture warn x64"]],
    [{ build: 7600, spBuild: 16385, spLevel: 0 }, [], ["service-pack fail rtm"]],
    [
      { architecture: "x64", build: 7600, spBuild: 16385, spLevel: 0 },
      ["rtm"],
      ["architecture fail x64", "service-pack warn rtm"],
    ],
  ] as const)("%j, allowed %j: %j", async (options, allow, expected) => {
    const tree = await windows7Tree(options);
    const checks = suitabilityChecks(await identify(tree), tree, allow);
    const open = checks.filter(({ status }) => status !== "pass");
    expect(open.map(({ id, status, code }) => `${id} ${status} ${code!}`)).toEqual(expected);
    expect(checks.map(({ id }) => id)).toEqual(["product", "architecture", "service-pack", "boot-files"]);
  });

  it("is told for each refusal at once", async () => {
    const tree = directory("", [file("readme.txt", "no Windows")]);
    const checks = suitabilityChecks(await identify(tree), tree, []);
    expect(checks.filter(({ status }) => status === "fail").map(({ code }) => code)).toEqual([
      "not-windows-7",
      "no-boot-files",
    ]);
  });
});

describe("requirements", () => {
  const all: Requirement[] = [
    { name: "edition", value: "professional" },
    { name: "arch", value: "x86" },
    { name: "sp", value: 1 },
    { name: "language", value: "en-us" },
    { name: "genuine" },
  ];

  it("are met together, whatever their case", async () => {
    expect(unmet(await identityOf(), all)).toEqual([]);
  });

  it("are all listed where none is met", async () => {
    const options = { architecture: "x64", build: 7600, spLevel: 0, language: "de-DE", offered: null } as const;
    const windows = await identityOf({ ...options, editions: ["Starter"] });
    expect(unmet(windows, all, false)).toEqual([
      "edition=professional: Setup offers Starter",
      "arch=x86: the image has the architecture x64",
      "sp=1: the image has the service pack 0",
      "language=en-us: the image has de-DE",
      "genuine: its hash is none of the published ones",
    ]);
    expect(unmet(null, all.slice(0, 4))).toHaveLength(4);
  });

  it.each([
    ["Professional", { editionId: "Professional", channel: "Retail" }, null],
    ["Ultimate", { editionId: "Professional", channel: "Retail" }, /offers Professional, although the image holds/],
    ["Enterprise", { editionId: "Professional", channel: "Retail" }, /^edition=Enterprise: Setup offers Professional$/],
    ["Ultimate", null, null],
    ["Enterprise", null, /the image holds Starter, HomeBasic/],
  ])("edition=%s counts what Setup installs, with ei.cfg %j", async (value, offered, expected) => {
    const problems = unmet(await identityOf({ offered }), [{ name: "edition", value }]);
    if (expected === null) expect(problems).toEqual([]);
    else expect(problems[0]).toMatch(expected);
  });
});

describe("the image that boots", () => {
  it.each([
    [[["setup.exe", "RecEnv.exe"]], 1, ["setup-image pass", "recovery-tools pass"]],
    [[["setup.exe", "RecEnv.exe"], ["setup.exe"]], 2, ["setup-image pass", "recovery-tools warn"]],
    [[["setup.exe", "RecEnv.exe"], []], 2, ["setup-image warn", "recovery-tools warn"]],
    [[["setup.exe"]], 0, ["setup-image skip", "recovery-tools skip"]],
  ])("of images with %j, number %i", async (paths, bootIndex, expected) => {
    expect(await statuses(await bootWim(paths, bootIndex))).toEqual(expected);
  });

  it("is not looked for in a damaged boot.wim", async () => {
    const wim = await bootWim([["setup.exe"]], 1);
    expect(await statuses(wim.subarray(0, wim.length / 2))).toEqual(["setup-image skip", "recovery-tools skip"]);
  });
});
