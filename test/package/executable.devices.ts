/** The executable for this kind of machine, in a root without Node, npm or a network: every command does what the built program does. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { makeBareRoot, runInRoot } from "../support/bare-root.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { runProgram } from "../support/program.js";
import { everyCase } from "../support/sample.js";

const project = join(import.meta.dirname, "..", "..");
const packed = join(project, "build", "package");
const canRun = canAttachLoopDevices() && process.arch === "x64";

let folder: string;
let root: string;
let iso: string;

beforeAll(async () => {
  if (!canRun) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-package-"));
  execFileSync(process.execPath, ["tools/package/run.js", "linux-x64"], { cwd: project, stdio: "pipe" });
  root = join(folder, "root");
  makeBareRoot(root, join(packed, "win7usb-linux-x64"));
  iso = await writeDemoImage(folder, { payloadSize: 4 * MiB });
  copyFileSync(iso, join(root, "win7.iso"));
});
afterAll(() => {
  if (canRun) rmSync(folder, { recursive: true, force: true });
});

const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
/** The same text, whatever the image's path is. */
const withoutPath = (text: string): string => text.replaceAll(iso, "/win7.iso");

describe.skipIf(!canRun)("the executable", () => {
  it.each([
    ["--version"],
    ["--help"],
    ["licences"],
    ["inspect", "ISO"],
    ["inspect", "ISO", "--json"],
    ["verify", "ISO", "--deep", "--json"],
  ])("says what the built program says: %s %s %s", (...words: string[]) => {
    const there = runInRoot(
      root,
      words.map((word) => (word === "ISO" ? "/win7.iso" : word)),
    );
    const here = runProgram(words.map((word) => (word === "ISO" ? iso : word)));
    const isProgress = /^(?:checking|hashing) .*\n/gm;
    expect(there.err.replaceAll(isProgress, "")).toBe(withoutPath(here.err).replaceAll(isProgress, ""));
    expect(there.exitCode).toBe(here.exitCode);
    if (words[0] === "licences") {
      expect(there.out).toContain(here.out.slice(0, 1000));
      expect(there.out).toContain("node 22.");
    } else expect(there.out).toBe(withoutPath(here.out));
  });

  it("writes the same image file, and checks it", () => {
    const run = runInRoot(root, ["write", "/win7.iso", "/tmp/usb.img"]);
    expect(run.exitCode, run.err).toBe(0);
    const here = join(folder, "usb.img");
    expect(runProgram(["write", iso, here]).exitCode).toBe(0);
    expect(hashOf(join(root, "tmp/usb.img"))).toBe(hashOf(here));
    const check = runInRoot(root, ["check", "/tmp/usb.img", "--json"]);
    expect(check.exitCode, check.err).toBe(0);
    expect(parseOutput("check", check.out)).toMatchObject({ verdict: "match" });
  });

  it("writes a drive, which is told by the kernel alone, and checks it", () => {
    const backing = join(folder, "drive");
    writeFileSync(backing, Buffer.alloc(96 * MiB, 0x5a));
    const device = attachLoopDevice(backing);
    try {
      const allow = ["--allow", "fixed-disk"];
      const run = runInRoot(root, ["write", "/win7.iso", device.path, "--yes", "--json", ...allow]);
      expect(run.exitCode, run.err).toBe(0);
      expect(parseEvents(run.out).at(-1)).toMatchObject({
        event: "done",
        targets: [{ path: device.path, verified: true }],
      });
      const check = runInRoot(root, ["check", device.path, "--json"]);
      expect(parseOutput("check", check.out)).toMatchObject({ verdict: "match" });
    } finally {
      device.detach();
    }
  });

  it("tells what is missing where the kernel's file systems are", () => {
    const drives = runInRoot(root, ["drives"], false);
    expect(drives.exitCode).toBe(5);
    expect(drives.err).toContain("/sys is not mounted here");
    const write = runInRoot(root, ["write", "/win7.iso", "/tmp/other.img"], false);
    expect(write.exitCode).toBe(5);
    expect(write.err).toMatch(/\/(?:sys|proc) is not mounted here/);
    expect(existsSync(join(root, "tmp/other.img"))).toBe(false);
  });

  it("is the same, made in another folder", () => {
    const other = join(folder, "elsewhere");
    mkdirSync(join(other, "build"), { recursive: true });
    for (const name of [
      "src",
      "tools",
      "docs",
      "completions",
      "package.json",
      "tsconfig.json",
      "LICENSE",
      "node_modules",
    ]) {
      cpSync(join(project, name), join(other, name), { recursive: true });
    }
    symlinkSync(join(project, "build/node-builds"), join(other, "build/node-builds"));
    // The rest is Node's own binary and takes a minute: what differs would differ in the blob first.
    const [what, result] = everyCase ? ["linux-x64", "package/SHA256SUMS"] : ["blob", "program/blob"];
    execFileSync(process.execPath, ["tools/package/run.js", what], { cwd: other, stdio: "pipe" });
    expect(hashOf(join(other, "build", result))).toBe(hashOf(join(project, "build", result)));
  });
});
