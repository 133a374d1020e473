/** `check` on image files that `write` made: what it says when nothing, something, or everything is otherwise. */
import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
  closeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { writeDemoImage } from "../support/demo-image.js";
import { sample } from "../support/sample.js";
import { parseOutput } from "../support/json-output.js";

let folder: string;
let iso: string;
const written: Record<string, string> = {};
let image: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-check-"));
  iso = await writeDemoImage(folder);
  for (const fileSystem of ["fat32", "ntfs"]) {
    written[fileSystem] = join(folder, `${fileSystem}.img`);
    const { exitCode, err } = await run("write", iso, written[fileSystem], "-f", fileSystem, "--label", "BENCH");
    expect(exitCode, err).toBe(0);
  }
  image = join(folder, "copy.img");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...argv: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await main(argv, terminal);
  return { exitCode, ...terminal.shown };
}

async function check(...argv: string[]) {
  const { exitCode, out, err } = await run("check", image, "--json", ...argv);
  return { exitCode, err, report: parseOutput<CheckResult & { filesystem: string; addedCount: number }>("check", out) };
}

function fresh(fileSystem = "fat32"): Manifest {
  copyFileSync(written[fileSystem]!, image);
  const area = readAt(statSync(image).size - MiB, MiB);
  const read = readManifest(area, statSync(image).size - MiB);
  if (read.kind !== "manifest") throw new Error(read.reason);
  return read.manifest;
}

function readAt(offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const file = openSync(image, "r");
  readSync(file, bytes, 0, length, offset);
  closeSync(file);
  return bytes;
}

function writeAt(offset: number, bytes: Uint8Array): void {
  const file = openSync(image, "r+");
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

/** Changes every byte of a range. */
function flip(offset: number, length = 1): void {
  writeAt(
    offset,
    readAt(offset, length).map((byte) => byte ^ 0x5a),
  );
}

const interruptAtOnce = (listener: () => void): (() => void) => {
  listener();
  return () => undefined;
};

const both = [["manifest", []] as const, ["image", ["--iso"]] as const];
const against = (extra: readonly string[]): string[] => (extra.length === 0 ? [] : ["--iso", iso]);

describe.each(sample(["fat32", "ntfs"], 1))("a %s image", (fileSystem) => {
  it.each(both)("matches what was written (%s)", async (name, extra) => {
    const { files, label } = fresh(fileSystem);
    const { exitCode, report, err } = await check(...against(extra));
    expect(exitCode, JSON.stringify(report.mismatches)).toBe(0);
    expect(report).toMatchObject({ schema: 1, verdict: "match", against: name, filesystem: fileSystem, label });
    expect(report).toMatchObject({ mismatches: [], added: [], usedSince: false, files: files!.length });
    expect(err).toMatch(/checking .*: \d+% of/);
  });

  it.each(both)("names the file and the place of one changed byte (%s)", async (name, extra) => {
    const { files } = fresh(fileSystem);
    const wim = files!.find(({ path }) => path.toLowerCase() === "sources/install.wim")!;
    const offset = wim.runs[0]!.offset + 12_345;
    flip(offset);
    const { exitCode, report } = await check(...against(extra));
    expect(exitCode).toBe(7);
    expect(report.verdict).toBe("mismatch");
    expect(report.mismatches).toHaveLength(1);
    const [mismatch] = report.mismatches;
    expect(mismatch).toMatchObject({ path: wim.path, cause: "damaged" });
    if (name === "image") expect(mismatch).toMatchObject({ offset, length: 1, fileOffset: 12_345 });
    expect(mismatch!.offset).toBeLessThanOrEqual(offset);
    expect(mismatch!.offset + mismatch!.length).toBeGreaterThan(offset);
    expect(mismatch!.length).toBeLessThanOrEqual(MiB);
  });

  it.each(both)("tells one range for each file (%s)", async (_, extra) => {
    const { files } = fresh(fileSystem);
    const large = files!.filter(({ size, runs }) => size > 5000 && runs.length === 1).slice(0, 3);
    for (const { runs, size } of large) for (const at of [0, 700, size - 1]) flip(runs[0]!.offset + at);
    const { report } = await check(...against(extra));
    expect(new Set(report.mismatches.map(({ path }) => path))).toEqual(new Set(large.map(({ path }) => path)));
    expect(report.mismatches).toHaveLength(large.length);
    for (const { path, offset, length } of report.mismatches) {
      const { runs, size } = large.find((file) => file.path === path)!;
      expect(offset).toBe(runs[0]!.offset);
      expect(length).toBeGreaterThanOrEqual(size);
    }
  });

  it.each(both)("finds any one byte that changed (%s)", async (name, extra) => {
    const { spans, units } = fresh(fileSystem);
    const end = name === "image" ? statSync(image).size : spans.at(-1)!.end;
    // Something of every kind of unit near the disk's begin, and evenly over the disk.
    const near = [0, 440, 511, 512, MiB - 1, MiB, MiB + 65, MiB + 512, MiB + 513, MiB + 6 * 512 + 3, MiB + 40 * 512];
    const even = Array.from({ length: 24 }, (_unused, index) => Math.floor((end / 24) * index + 77));
    const starts = units.filter((_unit, index) => index % 97 === 3).map(({ start }) => start);
    for (const place of [...sample(near, 5), ...sample(even, 3), ...sample(starts, 2)]) {
      flip(place);
      const { exitCode, report } = await check(...against(extra));
      flip(place);
      expect(exitCode, `byte ${place} ${JSON.stringify(report.mismatches)}`).toBe(7);
      const hit = report.mismatches.some(({ offset, length }) => offset <= place && place < offset + length);
      expect(hit, `byte ${place} ${JSON.stringify(report.mismatches)}`).toBe(true);
      expect(report.mismatches.every(({ cause }) => cause === "damaged" || cause === "undecided")).toBe(true);
    }
  });
});

describe("an image that cannot be told", () => {
  it("is unreadable without a manifest, and compared with the ISO all the same", async () => {
    fresh();
    writeAt(statSync(image).size - MiB, Buffer.alloc(MiB));
    const alone = await check();
    expect(alone.exitCode).toBe(3);
    expect(alone.report).toMatchObject({ verdict: "unreadable", against: null });
    expect(alone.err).toContain("--iso");
    const { exitCode, report, err } = await check("--iso", iso, "--label", "BENCH");
    expect([exitCode, report.verdict, report.against]).toEqual([0, "match", "image"]);
    expect(err).toContain("no manifest");
    const otherLabel = await check("--iso", iso, "--label", "OTHER");
    expect(otherLabel.exitCode).toBe(7);
    expect(otherLabel.report.mismatches.every(({ path }) => path === null)).toBe(true);
  });

  it("says that its manifest is damaged", async () => {
    fresh();
    flip(statSync(image).size - MiB + 500);
    const { exitCode, report, err } = await check();
    expect([exitCode, report.verdict]).toEqual([3, "unreadable"]);
    expect(err).toContain("damaged");
  });

  it("is cut short: what is missing is named", async () => {
    const { files } = fresh();
    const wim = files!.find(({ path }) => path.toLowerCase() === "sources/install.wim")!;
    truncateSync(image, wim.runs[0]!.offset + 100_000);
    const { exitCode, report } = await check("--iso", iso, "--label", "BENCH");
    expect(exitCode).toBe(7);
    expect(report.mismatches.map(({ path }) => path)).toContain(wim.path);
  });

  it("is not there, or no image", async () => {
    expect((await run("check", join(folder, "none.img"))).exitCode).toBe(5);
    expect((await run("check", folder)).exitCode).toBe(5);
    expect((await run("check", iso)).exitCode).toBe(3);
    fresh();
    expect((await run("check", image, "--iso", join(folder, "none.iso"))).exitCode).toBe(3);
    expect((await run("check")).exitCode).toBe(2);
  });
});

describe("check for people", () => {
  it("says what it found in a line, and what to do", async () => {
    const { files } = fresh();
    const intact = await run("check", image);
    expect([intact.exitCode, intact.out]).toEqual([0, expect.stringContaining("match:")]);
    flip(files![0]!.runs[0]!.offset);
    const damaged = await run("check", image);
    expect(damaged.out).toContain(files![0]!.path);
    expect(damaged.out).toContain("win7usb write");
    for (const line of damaged.out.split("\n")) expect(line).not.toMatch(/undefined|NaN|null/);
  });

  it("stops at an interrupt", async () => {
    fresh();
    expect(await main(["check", image], { ...fakeTerminal(), onInterrupt: interruptAtOnce })).toBe(130);
  });
});

describe("write --only-changed", () => {
  it("is for drives", async () => {
    const { exitCode, err } = await run("write", iso, join(folder, "no.img"), "--only-changed");
    expect(exitCode).toBe(2);
    expect(err).toContain("--only-changed");
  });
});
