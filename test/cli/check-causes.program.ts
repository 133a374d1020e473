/** Why a target is no match, as the built program tells it: another image, a write that has not ended, nothing of win7usb. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { windows7Label, windows7Tree } from "../../fixtures/windows7/tree.js";
import { MiB } from "../../src/bytes/units.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import { write } from "../../src/steps/write-image.js";
import { writeImageOf } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { memoryDrive, type Operation } from "../support/memory-drive.js";
import { runCommandLine } from "../support/command-line.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";
import { replaceFile } from "../support/tree-edits.js";

let folder: string;
let iso: string;
/** Other images: one of another size, one with other bytes in a file of the same size and time, one that is larger. */
const others: Record<string, string> = {};
let sha256: string;
const sticks: Record<string, Uint8Array> = {};
let target: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-causes-"));
  target = join(folder, "usb.img");
  const setup = (content: Uint8Array) => async () => replaceFile(await windows7Tree({}), "sources/setup.exe", content);
  iso = await writeImageOf(await setup(Buffer.alloc(9000, 1))(), join(folder, "win7.iso"));
  sha256 = createHash("sha256").update(readFileSync(iso)).digest("hex");
  const trees = { resized: Buffer.alloc(9001, 1), edited: Buffer.alloc(9000, 2), larger: Buffer.alloc(80 * MiB) };
  for (const [name, content] of Object.entries(trees)) {
    others[name] = await writeImageOf(await setup(content)(), join(folder, `${name}.iso`));
  }
  for (const fileSystem of ["fat32", "ntfs"] as const) {
    const path = join(folder, `${fileSystem}.img`);
    await write(iso, { targets: [path], fileSystem });
    sticks[fileSystem] = readFileSync(path);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** FAT32 has room for eleven characters. */
const labelOn = (fileSystem: string): string => windows7Label.slice(0, fileSystem === "fat32" ? 11 : undefined);

type Report = CheckResult & { readonly filesystem: string };

let onTarget: Uint8Array | undefined;

/** What the built program says in JSON, and the same command line in words. */
async function check(bytes: Uint8Array, ...options: string[]) {
  if (bytes !== onTarget) writeFileSync(target, bytes);
  onTarget = bytes;
  const json = runProgram(["check", target, "--json", ...options]);
  const { exitCode, out, err } = await runCommandLine(["check", target, ...options]);
  expect(json.exitCode, json.err).toBe(exitCode);
  return { exitCode, out: out.replaceAll(/\s+/g, " "), err, report: parseOutput<Report>("check", json.out) };
}

describe.each(sample(["fat32", "ntfs"], 1))("a %s stick that is held against another image", async (fileSystem) => {
  it.each(sample(["resized", "edited", "larger"], 2))(
    "(%s) is no damaged one, and says what it was made of",
    async (name) => {
      const { exitCode, out, report } = await check(sticks[fileSystem]!, "--iso", others[name]!);
      expect([exitCode, report.verdict, report.cause]).toEqual([7, "mismatch", "other-image"]);
      expect(report.mismatches.every(({ cause }) => cause === "other-image")).toBe(true);
      expect(report.mismatches.map(({ path }) => path)).toEqual(name === "edited" ? ["sources/setup.exe"] : []);
      const options = { filesystem: fileSystem, label: labelOn(fileSystem), size: sticks[fileSystem]!.length };
      expect(report.origin).toMatchObject({
        size: readFileSync(iso).length,
        volumeLabel: windows7Label,
        sha256,
        options,
      });
      expect(out).toMatch(/^mismatch: \S+ was made from another image or with other options/);
      expect(out).toContain(`It was made from the image ${windows7Label} (${readFileSync(iso).length} bytes, SHA-256 `);
      expect(out).not.toMatch(/damaged|win7usb write|failing|by a person/);
    },
  );

  it("is a match by itself and against its own", async () => {
    for (const options of [[], ["--iso", iso]]) {
      const { exitCode, report } = await check(sticks[fileSystem]!, ...options);
      expect([exitCode, report.verdict, report.cause]).toEqual([0, "match", null]);
    }
  });

  it("was made with another label: told as that", async () => {
    const { exitCode, report } = await check(sticks[fileSystem]!, "--iso", iso, "--label", "OTHER");
    expect([exitCode, report.cause, report.mismatches]).toEqual([7, "other-image", []]);
    expect(report.warnings.at(-1)?.message).toContain(`its label is ${labelOn(fileSystem)}, not OTHER`);
  });

  it.each(sample(["resized", "edited"], 1))("(%s) and is damaged: both are told, the damage first", async (name) => {
    const damaged = Buffer.from(sticks[fileSystem]!);
    const at = damaged.indexOf("MSWIM") + 5000;
    damaged[at] = damaged[at]! ^ 1;
    const { exitCode, out, report } = await check(damaged, "--iso", others[name]!);
    expect([exitCode, report.verdict, report.cause]).toEqual([7, "mismatch", "damaged"]);
    const own = report.mismatches.filter(({ cause }) => cause === "damaged");
    expect(own.map(({ path }) => path)).toEqual([expect.stringMatching(/\.wim$/)]);
    expect(out).toContain("damaged");
  });
});

describe("a write that is stopped", () => {
  it.each(sample(["ntfs", "fat32"] as const, 1))(
    "at any operation leaves a %s drive that is unfinished",
    async (fileSystem) => {
      const moments = new Map<string, Uint8Array>();
      const size = 64 * MiB;
      const keep = (operation: Operation, index: number): void => {
        const name = `${operation.kind} ${index}`;
        const isBoot = operation.kind !== "flush" && "offset" in operation && operation.offset === 0;
        const phases = ["flush 0", "write 1", "write 4", "flush 1", "beginReadBack 0", "read 2"];
        if (phases.includes(name) || (isBoot && index > 0)) moments.set(name, new Uint8Array(drive.bytes));
      };
      const drive = memoryDrive(size, { onOperation: keep });
      await write(iso, { targets: [drive], fileSystem });
      expect(moments.size).toBeGreaterThanOrEqual(7);
      for (const [name, bytes] of sample([...moments], 2)) {
        // The sector that boots is on it when it is read back.
        if (name.startsWith("read") && bytes[510] === 0x55) continue;
        for (const options of [[], ["--iso", iso]]) {
          const { exitCode, out, report } = await check(bytes, ...options);
          expect([name, exitCode, report.verdict, report.cause]).toEqual([name, 7, "mismatch", "unfinished"]);
          expect(report.mismatches).toEqual([]);
          expect(out).toMatch(/^unfinished: .* does not boot: writing it was begun and not ended/);
          expect(out).not.toMatch(/damaged|failing/);
        }
      }
      expect((await check(drive.bytes)).exitCode).toBe(0);
    },
  );

  it("is no more so when another tool has partitioned the drive", async () => {
    const bytes = Buffer.from(sticks["fat32"]!);
    bytes.set(Buffer.from("W7UBegun"), 256);
    expect((await check(bytes)).report).toMatchObject({ verdict: "mismatch", cause: "damaged" });
  });
});

describe("what win7usb has not written", () => {
  it.each([
    ["is empty", 4 * MiB, 0],
    ["is full of something", 4 * MiB, 0x5a],
    ["is shorter than a sector", 10, 0x5a],
    ["is nothing", 0, 0],
  ])("%s", async (_, size, filler) => {
    const { exitCode, out, err, report } = await check(Buffer.alloc(size, filler));
    expect([exitCode, report.verdict, report.cause]).toEqual([3, "unreadable", "nothing"]);
    expect(out).toMatch(/^unreadable: \S+ holds nothing of win7usb $/);
    expect(err).toContain("nothing of win7usb is on it");
    expect(err + out).not.toMatch(/damaged|failing|--no-verify/);
  });

  it("holds nothing of the image either", async () => {
    const { exitCode, out, report } = await check(Buffer.alloc(100 * MiB, 0x5a), "--iso", iso);
    expect([exitCode, report.verdict, report.cause, report.mismatches]).toEqual([7, "mismatch", "nothing", []]);
    expect(out).not.toMatch(/damaged|failing|win7usb write/);
  });

  it.each([
    ["manifest", []],
    ["--iso", ["--iso"]],
  ] as const)("is the begin of a stick that is cut short (%s)", async (_, extra) => {
    const cut = sticks["fat32"]!.subarray(0, 3 * MiB);
    const { exitCode, out, err, report } = await check(cut, ...(extra.length === 0 ? [] : ["--iso", iso]));
    expect([exitCode, report.verdict]).toEqual([7, "mismatch"]);
    expect(err.replaceAll(/\s+/g, " ")).toContain(`it ends at byte ${cut.length}, before the stick does, which has `);
    expect(err + out).not.toMatch(/without a manifest|--no-verify/);
    if (extra.length > 0) return;
    expect(report.cause).toBe("cut-short");
    expect(out).toMatch(/^mismatch: \S+ ends before the stick does that was written/);
  });

  it("is an ISO: verify is for that", async () => {
    const { exitCode, out, report } = await check(readFileSync(iso));
    expect([exitCode, report.cause]).toEqual([3, "nothing"]);
    expect(report.warnings.map(({ code }) => code)).toEqual(["disc-image"]);
    expect(out).toContain(`win7usb verify ${target}`);
  });

  it("was written without a manifest, from another image", async () => {
    const drive = memoryDrive(64 * MiB, { before: new Uint8Array(64 * MiB) });
    await write(iso, { targets: [drive], verify: false });
    expect((await check(drive.bytes)).report).toMatchObject({
      verdict: "unreadable",
      cause: "no-manifest",
      origin: null,
    });
    expect((await check(drive.bytes, "--iso", iso)).report).toMatchObject({ verdict: "match", cause: null });
    expect((await check(drive.bytes, "--iso", others["larger"]!)).report).toMatchObject({ cause: "other-image" });
  });
});

describe("a target that is no whole drive", () => {
  it("is not told of what a write would do", async () => {
    const { exitCode, err } = runProgram(["check", folder]);
    expect(exitCode).toBe(5);
    expect(err).not.toMatch(/will be lost|may not be written|--size/);
  });
});

describe("verify", () => {
  it("says by its verdict, too, that a requirement is not met", async () => {
    const argv = ["verify", iso, "--require", "edition=Ultimate"];
    const json = runProgram([...argv, "--json"]);
    expect([json.exitCode, parseOutput("verify", json.out)["verdict"]]).toEqual([4, "unsuitable"]);
    const { exitCode, out } = runProgram(argv);
    expect([exitCode, out]).toEqual([4, expect.stringMatching(/^Unsuitable: /)]);
  });
});
