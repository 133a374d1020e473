/** What the guard sees of real layers: loop devices over loop devices, over the image, and with large sectors. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { drivesHolding, inspectTarget, listDrives, refusals } from "../../src/drive/index.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";

const possible = canAttachLoopDevices();
let folder: string;
let attached: LoopDevice[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-layers-"));
  attached = [];
});
afterEach(() => {
  for (const device of attached.toReversed()) device.detach();
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, size = 64 * MiB): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  truncateSync(path, size);
  return path;
}

function attach(file: string, options = {}): string {
  const device = attachLoopDevice(file, options);
  attached.push(device);
  return device.path;
}

async function codesFor(path: string, imageDrives: readonly string[] = []): Promise<string[]> {
  const target = await inspectTarget(path);
  if (target.kind !== "drive") throw new Error(`${path} is no drive`);
  return refusals(target.drive, { allow: ["fixed-disk"], imageDrives }).map(({ code }) => code);
}

describe.skipIf(!possible)("a drive", () => {
  it("with sectors of 4096 bytes is refused by name, and listed so", async () => {
    const path = attach(fileOf("4k.img"), { sectorSize: 4096 });
    expect(await codesFor(path)).toEqual(["sector-size"]);
    expect((await listDrives()).find((drive) => drive.path === path)?.logicalBlockSize).toBe(4096);
  });

  it("under a loop device is in use, through two of them, and they are no drives", async () => {
    const below = attach(fileOf("stick.img"));
    expect(await codesFor(below)).toEqual([]);
    const middle = attach(below);
    const top = attach(middle);
    expect(await codesFor(below)).toEqual(["target-in-use"]);
    for (const path of [middle, top]) {
      await expect(inspectTarget(path)).rejects.toMatchObject({ code: "target-not-a-drive" });
    }
  });

  it("that is a loop device over the image is where the image lies, by any of its names", async () => {
    const iso = fileOf("win7.iso");
    execFileSync("ln", [iso, join(folder, "other name.iso")]);
    const path = attach(join(folder, "other name.iso"));
    const holding = await drivesHolding(iso);
    expect(holding).toContain(path);
    expect(await codesFor(path, holding)).toEqual(["source-drive"]);
  });
});

describe.skipIf(!possible)("a name of a device that is not there", () => {
  it.each(["/dev/win7usb-none", "//dev/win7usb-none", "/tmp/../dev/win7usb-none", "/dev/./win7usb-none"])(
    "%s makes no file",
    async (path) => {
      await expect(inspectTarget(path)).rejects.toMatchObject({ code: "target-missing", message: /no drive/ });
    },
  );

  it("is looked for from the folder where one stands", async () => {
    const link = join(folder, "devices");
    execFileSync("ln", ["-s", "/dev", link]);
    await expect(inspectTarget(join(link, "sdz"))).rejects.toMatchObject({ code: "target-missing" });
  });

  it("in /dev/shm is an image file", async () => {
    expect(await inspectTarget("/dev/shm/win7usb-none.img")).toMatchObject({ kind: "image-file", exists: false });
  });
});
