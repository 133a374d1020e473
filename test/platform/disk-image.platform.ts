/** macOS: the contract on disk images that the test made and attached. As root, as for every drive. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Drive } from "../../src/drive/drive.js";
import { afterWrite, inspectTarget, listDrives, refusals, unmount } from "../../src/drive/index.js";
import { leastSize, type ContractTarget } from "./contract-cases.js";
import { driveWriterContract } from "./contract.js";
import { demoStickSize, expectFiles, writeDemoStick } from "./demo-stick.js";
import { openTarget } from "../support/open-target.js";

const isHere = process.platform === "darwin";
const usedByte = 0xa5;

/** The image's bytes are the disk's; nothing is mounted. Returns `/dev/diskN`. */
function attach(file: string): string {
  const raw = ["-imagekey", "diskimage-class=CRawDiskImage"];
  const answer = execFileSync("hdiutil", ["attach", "-nomount", ...raw, file], { encoding: "utf8" });
  const path = /^\/dev\/disk\d+/m.exec(answer)?.[0];
  if (path === undefined) throw new Error(`hdiutil answered "${answer}"`);
  return path;
}

/** An image that was ejected is detached already. */
function detach(file: string): void {
  const attached = execFileSync("hdiutil", ["info"], { encoding: "utf8" });
  const from = attached.indexOf(file);
  if (from < 0) return;
  const path = /\/dev\/disk\d+/.exec(attached.slice(from))?.[0];
  if (path !== undefined) execFileSync("hdiutil", ["detach", "-force", path], { stdio: "pipe" });
}

async function makeDiskImage(): Promise<ContractTarget> {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-contract-"));
  const file = join(folder, "disk.img");
  writeFileSync(file, Buffer.alloc(leastSize, usedByte));
  const target = await inspectTarget(attach(file));
  return {
    size: leastSize,
    before: usedByte,
    open: () => openTarget(target, { size: leastSize, force: false }),
    async contents() {
      detach(file);
      return readFileSync(file);
    },
    async dispose() {
      detach(file);
      rmSync(folder, { recursive: true });
    },
  };
}

driveWriterContract("a macOS disk image", "drive", makeDiskImage, isHere);

describe.skipIf(!isHere)("diskutil's answers here", () => {
  const files: string[] = [];
  const folders: string[] = [];
  afterEach(() => {
    for (const file of files.splice(0)) detach(file);
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function attached(size = leastSize): Promise<{ file: string; drive: Drive }> {
    const folder = mkdtempSync(join(tmpdir(), "win7usb-image-"));
    folders.push(folder);
    const file = join(folder, "disk.img");
    writeFileSync(file, Buffer.alloc(size));
    files.push(file);
    const target = await inspectTarget(attach(file));
    if (target.kind !== "drive") throw new Error(`${target.path} is no drive`);
    return { file, drive: target.drive };
  }

  it("name the disk that carries the system, and it is refused", async () => {
    const system = (await listDrives()).filter((drive) => drive.system);
    expect(system.length).toBeGreaterThan(0);
    for (const drive of system) expect(refusals(drive, { allow: ["fixed-disk"] })[0]?.code).toBe("system-disk");
  });

  it("describe a disk image, and each one that is attached has another number", async () => {
    const [first, second] = [(await attached()).drive, (await attached()).drive];
    expect(first).toMatchObject({ size: leastSize, logicalBlockSize: 512, bus: "disk-image", removable: false });
    expect(refusals(first, { allow: [] }).map(({ code }) => code)).toEqual(["fixed-disk"]);
    expect(first.sequence).not.toBeNull();
    expect(second.sequence).not.toBe(first.sequence);
    // The raw device's name means the same drive, and a partition's does not.
    const raw = await inspectTarget(first.path.replace("/dev/", "/dev/r"));
    expect(raw).toMatchObject({ kind: "drive", path: first.path });
    await expect(inspectTarget(`${first.path}s1`)).rejects.toMatchObject({ code: "target-not-a-drive" });
  });

  it("show volumes that are mounted, which are unmounted for a write; macOS then reads the new one", async () => {
    const { file, drive } = await attached(demoStickSize);
    const { path } = drive;
    execFileSync("diskutil", ["eraseDisk", "MS-DOS", "BEFORE", "MBR", path], { stdio: "pipe" });
    const target = await inspectTarget(path);
    if (target.kind !== "drive") throw new Error(`${path} is no drive`);
    expect(target.drive.mountpoints).toEqual([{ path: "/Volumes/BEFORE", device: `${path}s1` }]);
    const opening = openTarget(target, { size: demoStickSize, force: false });
    await expect(opening).rejects.toMatchObject({ code: "target-in-use" });
    expect(await unmount([target.drive])).toEqual(["/Volumes/BEFORE"]);
    const stickFiles = await writeDemoStick(folders[0]!, target);
    expect(await afterWrite([target])).toEqual([]);

    const at = join(folders[0]!, "mounted");
    const raw = ["-readonly", "-imagekey", "diskimage-class=CRawDiskImage"];
    execFileSync("hdiutil", ["attach", ...raw, "-mountroot", at, file], { stdio: "pipe" });
    expectFiles(join(at, "W7TEST"), stickFiles);
  });
});
