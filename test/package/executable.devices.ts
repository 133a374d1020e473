/** The executable for this kind of machine, in a root without Node, npm or a network: every command does what the built program does. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { makeBareRoot, runCommandInRoot, runInRoot } from "../support/bare-root.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { blobIn, copySources, makePackages, packed } from "../support/packages.js";
import { runProgram } from "../support/program.js";

const project = join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };
const canRun = canAttachLoopDevices() && process.arch === "x64";

let folder: string;
let root: string;
let iso: string;

beforeAll(async () => {
  if (!canRun) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-package-"));
  makePackages(["linux-x64"]);
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

  it.each([["--version"], ["--help"], ["write", "--help"]])("has %s %s in its first module", (...words: string[]) => {
    // What else is loaded has to be compiled first, which takes longer than Node's own start.
    const script = `
      const { readFileSync } = require("node:fs");
      const run = require("node:vm").compileFunction(readFileSync("start.cjs", "utf8"), ["exports", "require", "module"]);
      const module = { exports: {} };
      const builtin = (name) => { if (name.startsWith("./")) throw new Error("loads " + name); return require(name); };
      run(module.exports, builtin, module);
      void module.exports.startExecutable();`;
    const modules = dirname(blobIn(project));
    // As in an executable, a path stands twice before the words.
    const first = execFileSync(process.execPath, ["-e", script, "win7usb", ...words], {
      cwd: modules,
      encoding: "utf8",
    });
    expect(first).toBe(runProgram(words).out);
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
    // The rest is Node's own binary: test/package/platforms.whole.devices.ts compares all of it.
    const other = copySources(join(folder, "elsewhere"));
    makePackages(["blob"], other);
    expect(hashOf(blobIn(other))).toBe(hashOf(blobIn(project)));
  });
});

describe.skipIf(!canRun || !judge("dpkg"))("the Debian package", () => {
  const place = "/usr/bin/win7usb";
  const dpkg = (...words: string[]): string =>
    // The root has the C library, but no dpkg that would know of it.
    execFileSync("dpkg", [`--root=${root}`, "--force-depends", "--log=/dev/null", ...words], { encoding: "utf8" });

  it("is installed into the bare root, runs there, and is removed without a trace", () => {
    for (const name of ["updates", "info"]) mkdirSync(join(root, "var/lib/dpkg", name), { recursive: true });
    writeFileSync(join(root, "var/lib/dpkg/status"), "");
    dpkg("--install", join(packed, `win7usb_${version}_amd64.deb`));
    expect(hashOf(join(root, place))).toBe(hashOf(join(packed, "win7usb-linux-x64")));
    expect(runCommandInRoot(root, [place, "--version"])).toEqual({ exitCode: 0, out: `${version}\n`, err: "" });
    const page = gunzipSync(readFileSync(join(root, "usr/share/man/man1/win7usb.1.gz")));
    expect(page).toEqual(readFileSync(join(project, "docs/win7usb.1")));
    const licences = gunzipSync(readFileSync(join(root, "usr/share/doc/win7usb/licences.txt.gz"))).toString();
    expect(licences).toBe(runCommandInRoot(root, [place, "licences"]).out);
    dpkg("--remove", "win7usb");
    expect(existsSync(join(root, "usr"))).toBe(false);
  });

  it("has the rights and the owner that files of the system have", () => {
    const contents = execFileSync("dpkg-deb", ["--contents", join(packed, `win7usb_${version}_amd64.deb`)]).toString();
    for (const line of contents.trimEnd().split("\n")) {
      expect(line).toMatch(/^(?:drwxr-xr-x|-rwxr-xr-x(?=.* \.\/usr\/bin\/win7usb$)|-rw-r--r--) root\/root /);
    }
  });
});
