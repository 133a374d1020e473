/**
 * The executables for other platforms, in the whole run alone: that for Windows under wine, that for arm64 under QEMU's
 * translation of processes, those for macOS by their shape; and that all packages are the same, made in another folder.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NtExecutable, NtExecutableResource } from "pe-library";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { canTranslateArm64, makeArm64Root, runOnArm64 } from "../support/arm64-root.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { blobIn, copySources, makePackages, packed, packedIn } from "../support/packages.js";
import { runProgram, type ProgramRun } from "../support/program.js";
import { makeRecordedPowerShell, startPrefix, windowsPath, type WinePrefix } from "../support/wine.js";

const canRun = canAttachLoopDevices() && process.arch === "x64";
const project = join(import.meta.dirname, "..", "..");

let folder: string;
let iso: string;
/** What the built program makes of the ISO. */
let image: string;
let blob: Buffer;

const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

beforeAll(async () => {
  if (!canRun) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-platforms-"));
  makePackages([]);
  blob = readFileSync(blobIn(project));
  iso = await writeDemoImage(folder, { payloadSize: 4 * MiB });
  image = join(folder, "here.img");
  expect(runProgram(["write", iso, image]).exitCode).toBe(0);
});
afterAll(() => {
  if (canRun) rmSync(folder, { recursive: true, force: true });
});

/** By which Node knows that something was put into it, and that it was: 1 behind the colon. */
const fuse = Buffer.from("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:");

function requireFuse(executable: Buffer): void {
  const at = executable.indexOf(fuse);
  expect(executable.subarray(at + fuse.length, at + fuse.length + 1).toString()).toBe("1");
  expect(executable.indexOf(fuse, at + 1)).toBe(-1);
}

describe.skipIf(!canRun || !judge("wine") || !judge("x86_64-w64-mingw32-gcc"))("win-x64, under wine", () => {
  let prefix: WinePrefix;
  let executable: string;

  beforeAll(() => {
    prefix = startPrefix(folder, "win10");
    executable = join(packed, "win7usb-win-x64.exe");
  });
  afterAll(() => prefix.stop());

  /** With the folder as its own; what it prints goes through files, as node.exe wants it under wine. */
  const there = (...words: string[]): ProgramRun => prefix.start(executable, words, folder);

  it("is Node's binary with the program as a resource", () => {
    const bytes = readFileSync(executable);
    const resources = NtExecutableResource.from(NtExecutable.from(bytes, { ignoreCert: true }));
    const [found, ...others] = resources.entries.filter(({ id }) => id === "NODE_SEA_BLOB");
    expect(others).toEqual([]);
    // RT_RCDATA.
    expect(found?.type).toBe(10);
    expect(Buffer.from(found!.bin).equals(blob)).toBe(true);
    requireFuse(bytes);
  });

  it.each([
    ["--version"],
    ["inspect", "win7.iso"],
    ["inspect", "win7.iso", "--json"],
    ["verify", "win7.iso", "--deep"],
  ])("says what the built program says: %s %s %s", (...words: string[]) => {
    const run = there(...words);
    const here = runProgram(words, folder);
    expect([run.exitCode, run.out]).toEqual([0, here.out]);
  });

  it("writes the same image file, and checks it", () => {
    const run = there("write", "win7.iso", "there.img");
    expect(run.exitCode, run.err).toBe(0);
    expect(hashOf(join(folder, "there.img"))).toBe(hashOf(image));
    expect(parseOutput("check", there("check", "there.img", "--json").out)).toMatchObject({ verdict: "match" });
  });

  it("lists, writes and checks a drive, whose facts are recorded ones", () => {
    const size = 96 * MiB;
    writeFileSync(join(folder, "drive"), Buffer.alloc(size, 0x5a));
    makeRecordedPowerShell(folder, size);
    const device = attachLoopDevice(join(folder, "drive"));
    try {
      prefix.attach(device.path);
      expect(there("drives").out).toMatch(/^\\\\\.\\PhysicalDrive1 .* usb .* E:\\$/m);
      const run = there("write", windowsPath(iso), String.raw`\\.\PhysicalDrive1`, "--yes", "--json");
      expect(run.exitCode, run.err).toBe(0);
      expect(parseEvents(run.out).at(-1)).toMatchObject({ event: "done", targets: [{ verified: true }] });
      // Linux's own program holds the device against the ISO.
      const check = runProgram(["check", device.path, "--iso", iso, "--json"]);
      expect(parseOutput("check", check.out)).toMatchObject({ verdict: "match" });
      const own = there("check", String.raw`\\.\PhysicalDrive1`, "--json");
      expect(parseOutput("check", own.out)).toMatchObject({ verdict: "match" });
    } finally {
      device.detach();
    }
  });
});

describe.skipIf(!canRun || !judge("qemu-aarch64-static") || !canTranslateArm64())("linux-arm64, translated", () => {
  let root: string;

  beforeAll(() => {
    root = makeArm64Root(folder, join(packed, "win7usb-linux-arm64"));
    copyFileSync(iso, join(root, "tmp/win7.iso"));
  });

  it.each([["--version"], ["inspect", "ISO", "--json"], ["verify", "ISO", "--deep", "--json"]])(
    "says what the built program says: %s %s %s",
    (...words: string[]) => {
      const run = runOnArm64(
        root,
        words.map((word) => (word === "ISO" ? "/tmp/win7.iso" : word)),
      );
      expect(run.exitCode, run.err).toBe(0);
      const here = runProgram(words.map((word) => (word === "ISO" ? iso : word)));
      expect(run.out).toBe(here.out.replaceAll(iso, "/tmp/win7.iso"));
    },
  );

  it("writes the same image file, and checks it", () => {
    const run = runOnArm64(root, ["write", "/tmp/win7.iso", "/tmp/usb.img"]);
    expect(run.exitCode, run.err).toBe(0);
    expect(hashOf(join(root, "tmp/usb.img"))).toBe(hashOf(image));
    const check = runOnArm64(root, ["check", "/tmp/usb.img", "--json"]);
    expect(parseOutput("check", check.out)).toMatchObject({ verdict: "match" });
  });
});

describe.skipIf(!canRun || !judge("llvm-objdump")).each([
  ["macos-x64", "X86_64"],
  ["macos-arm64", "ARM64"],
])("%s", (platform, processor) => {
  it("is a Mach-O of that processor, with the program in a segment of its own and no stale signature", () => {
    const path = join(packed, `win7usb-${platform}`);
    const shown = execFileSync("llvm-objdump", ["--macho", "--private-headers", path], { encoding: "utf8" });
    expect(shown).toMatch(new RegExp(String.raw`^MH_MAGIC_64 +${processor} .* EXECUTE `, "m"));
    expect(shown).toMatch(/^ *platform macos$/m);
    const [section] = /^ *sectname __NODE_SEA_BLOB\n(?:.*\n)*? *offset .*$/m.exec(shown) ?? [];
    expect(section).toMatch(/^ *segname NODE_SEA$/m);
    const [size, offset] = ["size", "offset"].map((name) =>
      Number(new RegExp(`^ *${name} (\\w+)`, "m").exec(section!)?.[1]),
    );
    const bytes = readFileSync(path);
    expect(bytes.subarray(offset, offset! + size!).equals(blob)).toBe(true);
    requireFuse(bytes);
    // codesign puts one in; what Node's own said of the binary is true no more.
    expect(shown).not.toContain("LC_CODE_SIGNATURE");
  });
});

describe.skipIf(!canRun)("the packages", () => {
  it("are the same to the byte, made in another folder", () => {
    const other = copySources(join(folder, "elsewhere"));
    makePackages([], other);
    const sums = readFileSync(join(packed, "SHA256SUMS"), "utf8");
    expect(readFileSync(join(packedIn(other), "SHA256SUMS"), "utf8")).toBe(sums);
    expect(sums.match(/ win7usb[-_]\S+$/gm)).toHaveLength(7);
    execFileSync("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd: packed });
  });
});
