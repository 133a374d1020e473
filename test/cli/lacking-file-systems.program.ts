/** An image file on a file system that has no hard links, or does not say how full it is. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { canAttachLoopDevices } from "../support/loop-device.js";
import { programCommand, runProgram, type ProgramRun } from "../support/program.js";

let folder: string;
let iso: string;
/** What an image file holds, written where nothing is lacking. */
let expected: Buffer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-lacking-"));
  iso = await writeDemoImage(folder);
  expect(runProgram(["write", iso, join(folder, "whole.img")]).exitCode).toBe(0);
  expected = readFileSync(join(folder, "whole.img"));
});
afterAll(() => rmSync(folder, { recursive: true }));

// ramfs is what the kernel has of the kind: it says 0 of 0 blocks, as FUSE and networks do.
describe.skipIf(!canAttachLoopDevices())("a file system that says 0 of 0", () => {
  it("has room for an image file, as far as is known", () => {
    const place = mkdtempSync(join(folder, "ramfs-"));
    execFileSync("mount", ["-t", "ramfs", "win7usb-test", place]);
    try {
      expect(statfsSync(place).blocks).toBe(0);
      const image = join(place, "usb.img");
      const { exitCode, out } = runProgram(["write", iso, image, "--json"]);
      expect(exitCode).toBe(0);
      expect(parseEvents(out).at(-1)).toMatchObject({ event: "done", targets: [{ path: image, verified: true }] });
      expect(readFileSync(image).equals(expected)).toBe(true);
      expect(readdirSync(place)).toEqual(["usb.img"]);
    } finally {
      execFileSync("umount", [place]);
    }
  });
});

/** strace gives the answers of the kernel's vfat and exfat (EPERM), and of FUSE servers and networks. */
describe.skipIf(!judge("strace"))("a file system without hard links", () => {
  /** Runs the program where the kernel refuses a call, whichever process of it makes it. */
  function refusing(calls: string, error: string, argv: readonly string[]): ProgramRun {
    const inject = ["-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}`];
    const strace = ["-f", "--seccomp-bpf", "-qq", ...inject, "-o", join(folder, "strace")];
    const { status, stdout, stderr } = spawnSync("strace", [...strace, ...programCommand, ...argv], {
      encoding: "utf8",
    });
    expect(readFileSync(join(folder, "strace"), "utf8")).toContain(`${error} `);
    return { exitCode: status, out: stdout, err: stderr };
  }

  it.each([
    ["EPERM", []],
    ["EOPNOTSUPP", ["--force"]],
  ])("gives the image its name all the same (%s, %j)", (error, options) => {
    const place = join(folder, error);
    mkdirSync(place);
    const image = join(place, "usb.img");
    if (options.includes("--force")) writeFileSync(image, "an earlier one");
    const { exitCode, out } = refusing("link,linkat", error, ["write", iso, image, "--json", ...options]);
    expect(exitCode, out).toBe(0);
    expect(parseEvents(out).at(-1)).toMatchObject({ event: "done", targets: [{ path: image, verified: true }] });
    expect(readFileSync(image).equals(expected)).toBe(true);
    expect(readdirSync(place)).toEqual(["usb.img"]);
  });
});
