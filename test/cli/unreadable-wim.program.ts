/** WIMs under their usual names that what the disc starts cannot read, through the built program. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeWim } from "../../fixtures/wim/writer.js";
import { KiB } from "../../src/bytes/units.js";
import { esdVersion, pipableImageTag, wimFlags, wimHeaderRecord } from "../../src/wim/header.js";
import { writeDisc } from "../support/disc.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";
import { imageOf } from "../support/windows-images.js";

type Kind = "lzms" | "solid" | "chunks" | "pipable";
type Verification = { verdict: string; checks: { id: string; status: string; code?: string }[] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-unreadable-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A WIM whose header says that it is of this kind; nothing else of it is looked at. */
async function wimOf(kind: Kind | "plain", build = 7601): Promise<Uint8Array> {
  const wim = await writeWim([imageOf({ build })], { bootIndex: 1 });
  const flags = wimFlags.reparsePointFix | wimFlags.compression;
  if (kind === "lzms") wimHeaderRecord.patch(wim, 0, { flags: flags | wimFlags.compressLzms, chunkSize: 32 * KiB });
  if (kind === "chunks") wimHeaderRecord.patch(wim, 0, { flags: flags | wimFlags.compressLzx, chunkSize: 64 * KiB });
  if (kind === "solid") {
    const solid = { version: esdVersion, flags: flags | wimFlags.compressLzx, chunkSize: 32 * KiB };
    wimHeaderRecord.patch(wim, 0, solid);
  }
  if (kind !== "pipable") return wim;
  wimHeaderRecord.patch(wim, 0, { imageTag: pipableImageTag });
  return Buffer.concat([wim, wim.subarray(0, wimHeaderRecord.size)]);
}

const words: Readonly<Record<Kind, RegExp>> = {
  lzms: /LZMS/,
  solid: /solid/,
  chunks: /chunks of 64 KiB, expected 32/,
  pipable: /pipable/,
};
const kinds = Object.keys(words) as Kind[];

type Failure = { code?: string; message?: string; hint?: string };

function write(iso: string, ...more: string[]) {
  const run = runProgram(["write", iso, join(folder, "never.img"), "--dry-run", "--json", ...more]);
  return { ...run, failure: parseOutput<{ error?: Failure }>("write-plan", run.out).error ?? {} };
}

describe.each(sample(kinds, 2))("a %s WIM", (kind) => {
  it("as install.wim is refused by write and verify, until it is allowed", async () => {
    const iso = await writeDisc(folder, { "install.wim": await wimOf(kind) });
    const { exitCode, err, failure } = write(iso);
    expect([exitCode, failure.code]).toEqual([4, "unreadable-wim"]);
    expect(failure.message).toMatch(words[kind]);
    expect(failure.hint).toContain("--allow unreadable-wim");
    expect(err.replaceAll(/\s+/g, " ")).toContain("sources/install.wim");
    expect(existsSync(join(folder, "never.img"))).toBe(false);
    expect(write(iso, "--allow", "unreadable-wim").exitCode).toBe(0);

    const verified = runProgram(["verify", iso, "--json"]);
    const report = parseOutput<Verification>("verify", verified.out);
    expect([verified.exitCode, report.verdict]).toEqual([4, "unsuitable"]);
    expect(report.checks).toContainEqual(
      expect.objectContaining({ id: "install-wim-format", status: "fail", code: "unreadable-wim" }),
    );
    const allowed = runProgram(["verify", iso, "--json", "--allow", "unreadable-wim"]);
    expect(parseOutput<Verification>("verify", allowed.out).checks).toContainEqual(
      expect.objectContaining({ id: "install-wim-format", status: "warn" }),
    );
  });

  it("as boot.wim is refused, and nothing lifts it", async () => {
    const iso = await writeDisc(folder, { "boot.wim": await wimOf(kind) });
    const { exitCode, failure } = write(iso, "--allow", "unreadable-wim");
    expect([exitCode, failure.code]).toEqual([4, "unreadable-boot-wim"]);
    expect(failure.hint).not.toContain("--allow");
    expect(runProgram(["verify", iso, "--json", "--allow", "unreadable-wim"]).exitCode).toBe(4);
  });
});

describe("what decides is the Setup that the disc starts", () => {
  const newer = 9600;
  it.each<[Kind, number]>([
    ["lzms", 0],
    ["solid", 0],
    ["chunks", 0],
    ["pipable", 4],
  ])("a %s install.wim with Windows 8.1's boot.wim ends with %d", async (kind, expected) => {
    const files = { "install.wim": await wimOf(kind), "boot.wim": await wimOf("plain", newer) };
    expect(write(await writeDisc(folder, files)).exitCode).toBe(expected);
  });

  const esdWarnings = (iso: string): string[] => {
    const { out } = runProgram(["inspect", iso, "--json"]);
    const { warnings } = parseOutput<{ warnings: { code: string }[] }>("inspect", out);
    return warnings.map(({ code }) => code).filter((code) => code === "esd" || code === "unreadable-wim");
  };
  it("an install.esd is what Windows 7's Setup neither looks for nor reads, and what a newer one does", async () => {
    const esd = { "install.wim": null, "install.esd": await wimOf("solid") };
    expect(esdWarnings(await writeDisc(folder, esd))).toEqual(["unreadable-wim", "esd"]);
    const plain = { ...esd, "install.esd": await wimOf("plain") };
    expect(esdWarnings(await writeDisc(folder, plain))).toEqual(["esd"]);
    const withNewer = { ...esd, "boot.wim": await wimOf("plain", newer) };
    expect(esdWarnings(await writeDisc(folder, withNewer))).toEqual([]);
  });
});
