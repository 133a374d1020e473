/** Writes to loop devices of the test's own: the kernel, mkfs and mount judge what the drive room says and does. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { MiB } from "../../src/bytes/units.js";
import type { Drive } from "../../src/drive/drive.js";
import { drivesHolding, inspectTarget, listDrives, refusals, unmount } from "../../src/drive/index.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { openFileSource, type FileSource } from "../../src/source/file-source.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { writePlan, type WriteResult } from "../../src/write/write-plan.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice, type LoopOptions } from "../support/loop-device.js";
import { openTarget } from "../support/open-target.js";
import { bytesExtent, planOf, zerosExtent } from "../support/plans.js";

const diskSize = 48 * MiB;
const content = filler(30 * MiB, 1);
let folder: string;
let image: FileSource;
let attached: LoopDevice[];
let mounted: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-devices-"));
  attached = [];
  mounted = [];
  writeFileSync(join(folder, "image.iso"), content);
  image = await openFileSource(join(folder, "image.iso"));
}, 60_000);

afterEach(async () => {
  await image.close();
  for (const path of mounted) execFileSync("sh", ["-c", 'mountpoint -q "$0" && umount "$0" || true', path]);
  for (const device of attached) device.detach();
  rmSync(folder, { recursive: true, force: true });
});

function attach(size = diskSize, options: LoopOptions = {}): LoopDevice {
  const file = join(folder, `disk${attached.length}.img`);
  // Not zeros: what a write leaves out has to be seen.
  writeFileSync(file, Buffer.alloc(Math.min(size, diskSize), 0xa5));
  truncateSync(file, size);
  const device = attachLoopDevice(file, options);
  attached.push(device);
  return device;
}

function plan(): DiskPlan {
  const extents = [
    bytesExtent(0, new Uint8Array(512).fill(0x77)),
    zerosExtent(512, MiB - 512),
    { offset: MiB, length: 29 * MiB - 3, source: { kind: "range" as const, source: image, offset: 5 } },
    zerosExtent(30 * MiB - 3, 18 * MiB + 3),
  ];
  return planOf(diskSize, extents);
}

async function driveOf(path: string): Promise<Drive> {
  const target = await inspectTarget(path);
  if (target.kind !== "drive") throw new Error(`${path} is a ${target.kind}`);
  return target.drive;
}

async function write(path: string, events: WriteEvent[] = []): Promise<WriteResult> {
  const target = await openTarget(await inspectTarget(path), { size: diskSize, force: false });
  const onEvent = (event: WriteEvent): void => void events.push(event);
  return writePlan({ plan: plan(), targets: [target], verify: true, onEvent, now: () => performance.now() });
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Flags of this process' handles on a file, octal as in proc(5). */
function openFlags(path: string): number[] {
  const flags: number[] = [];
  for (const handle of readdirSync("/proc/self/fd")) {
    try {
      if (readlinkSync(`/proc/self/fd/${handle}`) !== path) continue;
      const text = readFileSync(`/proc/self/fdinfo/${handle}`, "utf8");
      flags.push(Number.parseInt(/^flags:\s+([0-7]+)/m.exec(text)![1]!, 8));
    } catch (error) {
      // The handle that listed the folder is gone by now.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return flags;
}

describe.skipIf(!canAttachLoopDevices() || !judge("losetup"))("a loop device", () => {
  it.each([512, 4096])(
    "of %i-byte sectors and an image file get the same bytes, read back from the medium",
    async (sectorSize) => {
      const { path } = attach(diskSize, { sectorSize });
      const events: WriteEvent[] = [];
      const onDevice = await write(path, events);
      const file = join(folder, "usb.img");
      const inFile = await write(file, events);
      expect(events.filter(({ event }) => event === "warning")).toEqual([]);
      const expected = sha256(file);
      expect(execFileSync("sha256sum", [path], { encoding: "utf8" }).slice(0, 64)).toBe(expected);
      expect(onDevice.done[0]).toMatchObject({ path, sha256: expected, sha256Bytes: diskSize, verified: true });
      expect(inFile.done[0]).toMatchObject({ path: file, sha256: expected, sha256Bytes: diskSize, verified: true });
      expect(inFile.done[0]!.bytesWritten).toBeLessThan(onDevice.done[0]!.bytesWritten);
    },
  );

  it("is opened exclusively and past the page cache, and left alone when that is given up", async () => {
    const { path } = attach();
    const target = await inspectTarget(path);
    const writer = await openTarget(target, { size: diskSize, force: false });
    expect(openFlags(path).map((flags) => flags & 0o40000)).toEqual([0o40000]);
    await expect(openTarget(target, { size: diskSize, force: false })).rejects.toMatchObject({ code: "target-in-use" });
    await writer.abort();
    expect(openFlags(path)).toEqual([]);
    expect(readFileSync(path).every((byte) => byte === 0xa5)).toBe(true);
  });

  it.each([
    { sectorSize: 512, always: [] },
    { sectorSize: 4096, always: ["sector-size"] },
  ])(
    "of $sectorSize-byte sectors is listed as the kernel says, and refused as fixed",
    async ({ sectorSize, always }) => {
      const { path } = attach(diskSize, { sectorSize });
      const drive = (await listDrives()).find((each) => each.path === path);
      expect(drive).toMatchObject({
        size: Number(execFileSync("blockdev", ["--getsize64", path], { encoding: "utf8" })),
        logicalBlockSize: Number(execFileSync("blockdev", ["--getss", path], { encoding: "utf8" })),
        bus: "loop",
        removable: false,
        readOnly: false,
        system: false,
        backingFile: join(folder, "disk0.img"),
      });
      expect(refusals(drive!, { allow: [] }).map(({ code }) => code)).toEqual([...always, "fixed-disk"]);
      expect(refusals(drive!, { allow: ["fixed-disk"] }).map(({ code }) => code)).toEqual(always);
      const system = (await listDrives()).filter((each) => each.system);
      for (const each of system) expect(refusals(each, { allow: ["fixed-disk"] })[0]?.code).toBe("system-disk");
    },
  );

  it("that is mounted is in use until it is unmounted", async () => {
    const { path } = attach();
    execFileSync("mkfs.ext4", ["-q", path]);
    const at = join(folder, "mount point");
    mkdirSync(at);
    execFileSync("mount", [path, at]);
    mounted.push(at);
    const drive = await driveOf(path);
    expect(drive.mountpoints).toEqual([{ path: at, device: path }]);
    await expect(write(path)).rejects.toMatchObject({ code: "target-in-use", exitCode: 5, data: { users: [at] } });
    const holder = openSync(join(at, "busy"), "w");
    await expect(unmount([drive])).rejects.toMatchObject({ code: "target-in-use" });
    closeSync(holder);
    expect(await unmount([drive])).toEqual([at]);
    expect((await write(path)).done).toHaveLength(1);
  });

  it("that is read-only is refused, and stays as it was", async () => {
    const { path } = attach(diskSize, { readOnly: true });
    expect(refusals(await driveOf(path), { allow: ["fixed-disk"] })[0]?.code).toBe("target-read-only");
    await expect(write(path)).rejects.toMatchObject({ code: "target-read-only", exitCode: 5 });
  });

  it("that is too small is refused before it is touched", async () => {
    const { path } = attach(diskSize - MiB);
    expect(refusals(await driveOf(path), { allow: ["fixed-disk"], needed: diskSize })[0]?.code).toBe("too-small");
    await expect(write(path)).rejects.toMatchObject({ code: "too-small", exitCode: 5 });
    expect(readFileSync(path).every((byte) => byte === 0xa5)).toBe(true);
  });

  it("that was swapped since it was listed is refused", async () => {
    const first = attach();
    const target = await inspectTarget(first.path);
    first.detach();
    attached = [];
    const second = attach();
    expect(second.path).toBe(first.path);
    await expect(openTarget(target, { size: diskSize, force: false })).rejects.toMatchObject({
      code: "target-changed",
    });
  });

  it("with partitions is meant as a whole, by any of its names", async () => {
    const device = attach(diskSize, { partitions: true });
    execFileSync("sfdisk", ["--quiet", device.path], { input: "start=2048, type=c\n" });
    // Not every kernel reads MBRs itself.
    execFileSync("partx", ["--update", device.path]);
    const partition = `${device.path}p1`;
    expect((await driveOf(device.path)).partitions).toEqual([{ path: partition, size: diskSize - MiB }]);
    await expect(inspectTarget(partition)).rejects.toMatchObject({
      code: "target-not-a-drive",
      hint: expect.stringContaining(device.path),
    });
    const link = join(folder, "by-id");
    symlinkSync(device.path, link);
    expect((await inspectTarget(link)).path).toBe(device.path);
    // The plan has no partition table: after the write the kernel has looked again.
    await write(device.path);
    expect((await driveOf(device.path)).partitions).toEqual([]);
  });

  it("that holds the image is known as its drive", async () => {
    const { path } = attach();
    execFileSync("mkfs.ext4", ["-q", path]);
    const at = join(folder, "holder");
    mkdirSync(at);
    execFileSync("mount", [path, at]);
    mounted.push(at);
    writeFileSync(join(at, "win7.iso"), "iso");
    expect(await drivesHolding(join(at, "win7.iso"))).toContain(path);
    expect(await drivesHolding(path)).toContain(path);
  });

  it("is a source as well, with its size found by reading", async () => {
    const { path } = attach(5 * MiB + 2048);
    const source = await openFileSource(path);
    expect(source.size).toBe(5 * MiB + 2048);
    expect(await source.read(5 * MiB, 2048)).toHaveLength(2048);
    await source.close();
  });
});
