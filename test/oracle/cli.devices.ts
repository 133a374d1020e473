/**
 * The command line on drives: loop devices over files that this test made. The kernel, mkfs and mount are the judges of
 * what is in use, and the running system's own disk is only ever asked about, with `--dry-run`.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GiB, KiB, MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { writeDemoImage } from "../support/demo-image.js";
import type { FakeTerminalOptions } from "../support/fake-terminal.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { judge } from "../support/judges.js";
import type { LoopDevice } from "../support/loop-device.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { parseEvents } from "../support/json-output.js";

const driveSize = 256 * MiB;
const old = 0x5a;

let folder: string;
let iso: string;
let file: string;
let loop: LoopDevice | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-cli-devices-"));
  iso = await writeDemoImage(folder, { bootmgr: bootmgrProbe() });
  file = join(folder, "drive");
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => writeFileSync(file, Buffer.alloc(driveSize, old)));
afterEach(() => {
  loop?.detach();
  loop = null;
});

function attach(options: Parameters<typeof attachLoopDevice>[1] = {}): string {
  loop = attachLoopDevice(file, options);
  return loop.path;
}

async function run(argv: readonly string[], options: FakeTerminalOptions = {}) {
  const terminal = fakeTerminal(options);
  const exitCode = await main(argv, terminal);
  return { exitCode, ...terminal.shown, shownQuestion: terminal.shown.questions.join() };
}

const untouched = (): boolean => readFileSync(file).equals(Buffer.alloc(driveSize, old));
const digest = (path: string, length: number): string =>
  createHash("sha256").update(readFileSync(path).subarray(0, length)).digest("hex");

describe.skipIf(!canAttachLoopDevices() || !judge("fsck.fat"))("write to a drive", () => {
  it("gives the same bytes as an image file of its size, and wipes what was there", async () => {
    const device = attach();
    const image = join(folder, "same.img");
    const { exitCode, out, err } = await run(["write", iso, device, "--yes", "--allow", "fixed-disk", "--json"]);
    expect(exitCode, err).toBe(0);
    expect((await run(["write", iso, image, "--size", "256M"])).exitCode).toBe(0);
    const [{ sha256, sha256Bytes, verified }] = doneOf(out);
    expect(verified).toBe(true);
    expect(digest(file, sha256Bytes)).toBe(sha256);
    expect(digest(image, sha256Bytes)).toBe(sha256);
    const end = readFileSync(file).subarray(-MiB);
    expect(end.equals(readFileSync(image).subarray(-MiB)), "the manifest").toBe(true);
    expect(end.subarray(-128 * KiB).equals(Buffer.alloc(128 * KiB)), "old signatures at the end").toBe(true);
    execFileSync("fsck.fat", ["-n", "-V", partitionOf(image)]);
  });

  it("asks for the drive's name, and takes no other answer", async () => {
    const device = attach();
    const name = device.replace("/dev/", "");
    const declined = await run(["write", iso, device, "--allow", "fixed-disk"], {
      interactive: true,
      answers: ["yes"],
    });
    expect(declined.exitCode).toBe(130);
    expect(declined.shownQuestion).toContain(name);
    expect(untouched()).toBe(true);
    const agreed = await run(["write", iso, device, "--allow", "fixed-disk"], { interactive: true, answers: [name] });
    expect(agreed.exitCode, agreed.err).toBe(0);
    expect(agreed.err).toContain(file);
  });

  it("writes nothing without a terminal and without --yes", async () => {
    expect((await run(["write", iso, attach(), "--allow", "fixed-disk"])).exitCode).toBe(2);
    expect(untouched()).toBe(true);
  });

  it("refuses a fixed disk, whatever --yes says", async () => {
    const { exitCode, err } = await run(["write", iso, attach(), "--yes"]);
    expect(exitCode).toBe(5);
    expect(err).toContain("--allow fixed-disk");
    expect(untouched()).toBe(true);
  });

  it("refuses one that is read-only, or too small with both numbers", async () => {
    const readOnly = await run(["write", iso, attach({ readOnly: true }), "--yes", "--allow", "fixed-disk"]);
    expect(readOnly.exitCode).toBe(5);
    expect(readOnly.err).toContain("read-only");
    expect(untouched()).toBe(true);
    loop?.detach();
    truncateSync(file, 40 * MiB);
    const small = await run(["write", iso, attach(), "--yes", "--allow", "fixed-disk"]);
    expect(small.exitCode).toBe(5);
    expect(small.err).toMatch(/40 MiB|41943040/);
    expect(readFileSync(file).equals(Buffer.alloc(40 * MiB, old))).toBe(true);
  });

  it("refuses the system's own disk by name, whatever is allowed", async () => {
    const source = execFileSync("findmnt", ["-n", "-o", "SOURCE", "/"], { encoding: "utf8" }).trim();
    const disk = `/dev/${execFileSync("lsblk", ["-n", "-s", "-d", "-o", "KNAME", source], { encoding: "utf8" }).trim()}`;
    const { exitCode, err } = await run(["write", iso, disk, "--dry-run", "--allow", "fixed-disk", "large-disk"]);
    expect(exitCode).toBe(5);
    expect(err).toMatch(/system/);
  });

  it("says what is mounted, unmounts it, and writes", async () => {
    execFileSync("mkfs.ext4", ["-q", "-F", file]);
    const device = attach();
    const mountpoint = join(folder, "mounted");
    mkdirSync(mountpoint);
    execFileSync("mount", [device, mountpoint]);
    const busy = execFileSync("sh", ["-c", `cd '${mountpoint}' && sleep 20 >/dev/null 2>&1 & echo $!`], {
      encoding: "utf8",
    });
    try {
      const refused = await run(["write", iso, device, "--yes", "--allow", "fixed-disk"]);
      expect(refused.exitCode, "a mount that is in use stays").toBe(5);
      expect(refused.err).toContain(mountpoint);
    } finally {
      process.kill(Number(busy));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { exitCode, err } = await run(["write", iso, device, "--yes", "--allow", "fixed-disk"]);
    expect(exitCode, err).toBe(0);
    // Lines end before the terminal does, also in the middle of this.
    expect(err.replaceAll(/\s+/g, " ")).toContain(`on ${mountpoint} (will be unmounted)`);
  });

  it("writes two drives of different sizes in one pass", async () => {
    const device = attach();
    const secondFile = join(folder, "second");
    writeFileSync(secondFile, "");
    truncateSync(secondFile, GiB - MiB);
    appendFileSync(secondFile, Buffer.alloc(MiB, old));
    const second = attachLoopDevice(secondFile);
    try {
      const allowed = ["--yes", "--allow", "fixed-disk"];
      const { exitCode, out, err } = await run(["write", iso, device, second.path, "--json", ...allowed]);
      expect(exitCode, err).toBe(0);
      const [{ sha256, sha256Bytes }, other] = doneOf(out);
      expect(other?.sha256).toBe(sha256);
      expect(digest(file, sha256Bytes)).toBe(sha256);
      expect(digest(secondFile, sha256Bytes)).toBe(sha256);
    } finally {
      second.detach();
    }
    expect(readFileSync(secondFile).subarray(-MiB).equals(Buffer.alloc(MiB))).toBe(true);
  });
});

type Done = { readonly sha256: string; readonly sha256Bytes: number; readonly verified: boolean };

/** The targets of the last event. */
function doneOf(out: string): [Done, ...Done[]] {
  return parseEvents<{ targets: [Done, ...Done[]] }>(out).at(-1)!.targets;
}

/** The partition alone, as fsck.fat wants it. */
function partitionOf(image: string): string {
  const path = join(folder, "partition");
  writeFileSync(path, readFileSync(image).subarray(MiB));
  return path;
}
