/**
 * The Debian package where people install it: debootstrap's smallest Debian, without Node, npm or a network. dpkg puts it
 * there and takes it away; in between the program does what the built one does. In the whole run alone.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { runCommandInRoot } from "../support/bare-root.js";
import { debianMirror } from "../support/debian-archive.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { makePackages, packed } from "../support/packages.js";
import { runProgram, type ProgramRun } from "../support/program.js";

const mirror = debianMirror();
const possible =
  mirror !== undefined && process.arch === "x64" && canAttachLoopDevices() && ["debootstrap", "lintian"].every(judge);

let folder: string;
let root: string;
let iso: string;
let archive: string;

/** Runs there without a network: its namespace has no way out. */
const there = (...command: string[]): ProgramRun => runCommandInRoot(root, command, { namespaces: ["--net"] });
const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

beforeAll(async () => {
  if (!possible) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-debian-"));
  makePackages(["linux-x64"]);
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  archive = join(packed, `win7usb_${version}_amd64.deb`);
  root = join(folder, "root");
  execFileSync("debootstrap", ["--variant=minbase", "bookworm", root, mirror], { stdio: "pipe" });
  iso = await writeDemoImage(folder, { payloadSize: 4 * MiB });
  copyFileSync(iso, join(root, "tmp/win7.iso"));
  copyFileSync(archive, join(root, "tmp/win7usb.deb"));
});
afterAll(() => {
  if (possible) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!possible)("on the smallest Debian", () => {
  it("there is no Node, no npm and no network, and dpkg installs the package", () => {
    expect(there("sh", "-c", "command -v node npm python3 make cc").out).toBe("");
    expect(there("cat", "/proc/net/route")).toEqual({ exitCode: 0, out: "", err: "" });
    const installed = there("dpkg", "--install", "/tmp/win7usb.deb");
    expect([installed.exitCode, installed.err]).toEqual([0, ""]);
    expect(there("dpkg", "--audit")).toEqual({ exitCode: 0, out: "", err: "" });
    expect(there("dpkg", "--verify", "win7usb")).toEqual({ exitCode: 0, out: "", err: "" });
  });

  it.each([["inspect"], ["verify", "--deep"]])("win7usb %s %s says what it says here", (...words: string[]) => {
    const run = there("win7usb", ...words, "/tmp/win7.iso", "--json");
    expect(run.exitCode, run.err).toBe(0);
    expect(run.out.replaceAll("/tmp/win7.iso", iso)).toBe(runProgram([...words, iso, "--json"]).out);
  });

  it("writes the same image file, and checks it", () => {
    const run = there("win7usb", "write", "/tmp/win7.iso", "/tmp/usb.img");
    expect(run.exitCode, run.err).toBe(0);
    expect(runProgram(["write", iso, join(folder, "usb.img")]).exitCode).toBe(0);
    expect(hashOf(join(root, "tmp/usb.img"))).toBe(hashOf(join(folder, "usb.img")));
    const check = there("win7usb", "check", "/tmp/usb.img", "--json");
    expect(parseOutput("check", check.out)).toMatchObject({ verdict: "match" });
  });

  it("writes a drive, and checks it", () => {
    writeFileSync(join(folder, "drive"), Buffer.alloc(96 * MiB, 0x5a));
    const device = attachLoopDevice(join(folder, "drive"));
    try {
      const run = there("win7usb", "write", "/tmp/win7.iso", device.path, "--yes", "--json", "--allow", "fixed-disk");
      expect(run.exitCode, run.err).toBe(0);
      expect(parseEvents(run.out).at(-1)).toMatchObject({ event: "done", targets: [{ verified: true }] });
      const check = there("win7usb", "check", device.path, "--json");
      expect(parseOutput("check", check.out)).toMatchObject({ verdict: "match" });
    } finally {
      device.detach();
    }
  });

  it("the shell completes its words, and the manual page is in its place", () => {
    const script = `. /usr/share/bash-completion/completions/win7usb
COMP_WORDS=(win7usb wri); COMP_CWORD=1; _win7usb; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(there("bash", "-c", script).out).toBe("write\n");
    expect(there("sh", "-c", "zcat /usr/share/man/man1/win7usb.1.gz").out).toBe(readFileSync("docs/win7usb.1", "utf8"));
  });

  it("dpkg removes all of it", () => {
    const isPath = /^\/.*win7usb/;
    const files = there("dpkg", "--listfiles", "win7usb")
      .out.split("\n")
      .filter((path) => isPath.test(path));
    expect(files.length).toBeGreaterThan(6);
    expect(there("dpkg", "--purge", "win7usb").exitCode).toBe(0);
    for (const path of files) expect(existsSync(join(root, path)), path).toBe(false);
  });

  it("lintian has nothing against the package", () => {
    const { status, stdout } = spawnSync("lintian", [archive], { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, ""]);
  });
});
