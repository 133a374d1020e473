/** `--allow x64`, as the built program takes it: what UEFI starts, drivers and updates for amd64, and a check of the stick. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogContent, catalogFile } from "../../fixtures/drivers/catalog.js";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import type { ProgramMachine } from "../../fixtures/drivers/program.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { programDigest, signProgram } from "../../fixtures/drivers/program-signature.js";
import { hashWith, makeSigner } from "../../fixtures/drivers/signing.js";
import { updateMsu } from "../../fixtures/updates/updates.js";
import { peBootWim } from "../../fixtures/windows7/setup-image.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
const path = (name: string): string => join(folder, name);
const starter = "efi/boot/bootx64.efi";

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content);
}

/** A package that is signed as the kernel of a 64-bit Windows wants it. */
function putPackage(name: string, machine: ProgramMachine, sections: Parameters<typeof infText>[0]): void {
  const signer = makeSigner("Maker", "sha1");
  const plain = programFile(machine, { mark: name.length, size: 0x1000 });
  const inf = infText(sections);
  const members = [
    { name: "made.inf", digest: hashWith("sha1", Buffer.from(inf)) },
    { name: "made.sys", digest: programDigest(plain, "sha1") },
  ];
  put(`${name}/made.inf`, inf);
  put(`${name}/made.sys`, signProgram(plain, "sha1", signer));
  put(`${name}/made.cat`, catalogFile(catalogContent(members, "sha1"), "sha1", signer));
}

const amd64 = { Manufacturer: ["%Vendor%=Made,NTamd64.6.1"], "Made.NTamd64.6.1": changedLines("Made.NTx86.6.1") };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-x64-"));
  const manager = programFile("amd64", { mark: 3, size: 3000 });
  const options = { architecture: "x64", efiBootManager: manager, editions: ["Professional"] } as const;
  iso = await writeDemoImage(folder, { ...options, bootWim: await peBootWim() });
  putPackage("drivers/64", "amd64", amd64);
  putPackage("drivers/32", "x86", {});
  putPackage("drivers/mixed", "x86", amd64);
  put("updates/a.msu", updateMsu({ kb: 2_990_941, architecture: "amd64" }));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

type Told = {
  plan: {
    edits: { kind: string; changes: { path: string }[]; notes: { code: string; message: string; infs?: string[] }[] }[];
  };
  warnings: { code: string }[];
};

function dryRun(...options: string[]) {
  const run = runProgram(["write", iso, path("never.img"), "-n", "--json", "--allow", "x64", ...options]);
  expect(run).toMatchObject({ exitCode: 0 });
  return parseOutput<Told>("write-plan", run.out);
}

describe("a stick of a 64-bit disc", () => {
  it("on FAT32 has what UEFI starts, and takes drivers and updates for amd64", () => {
    const { plan, warnings } = dryRun("-f", "fat32", "--drivers", path("drivers"), "--updates", path("updates"));
    expect(plan.edits.map(({ kind }) => kind)).toEqual(["drivers", "updates", "uefi-boot"]);
    const [drivers, , boot] = plan.edits as [Told["plan"]["edits"][0], unknown, Told["plan"]["edits"][0]];
    expect(boot.changes).toEqual([{ path: starter, action: "added", size: 3000 }]);
    expect(
      drivers.notes.filter(({ infs }) => infs !== undefined).map(({ code, infs = [] }) => [code, ...infs]),
    ).toEqual([
      ["drivers-in-setup", "64/made.inf"],
      ["driver-left-out", "32/made.inf"],
      ["driver-left-out", "mixed/made.inf"],
    ]);
    expect(drivers.notes.map(({ message }) => message).join(" ")).toContain("it is for x86, not for amd64");
    expect(warnings.map(({ code }) => code)).not.toContain("uefi-ntfs");
  });

  it("on NTFS has not, which is told", () => {
    const { plan, warnings } = dryRun("-f", "ntfs");
    expect(plan.edits).toEqual([]);
    expect(warnings.map(({ code }) => code)).toContain("uefi-ntfs");
  });

  it("is what it was, alone and against its ISO", () => {
    expect(runProgram(["write", iso, path("stick.img"), "--allow", "x64", "-f", "fat32"]).exitCode).toBe(0);
    for (const options of [[], ["--iso", iso]]) {
      const { out } = runProgram(["check", path("stick.img"), "--json", ...options]);
      const result = parseOutput<CheckResult>("check", out);
      expect(result).toMatchObject({
        verdict: "match",
        origin: { edits: [{ kind: "uefi-boot", value: "", sha256: null }] },
      });
      expect(result.warnings).toEqual([]);
    }
  });
});
