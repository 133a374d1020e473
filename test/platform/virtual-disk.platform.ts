/** Windows: the contract on virtual disks (VHD) that the test made and attached. As administrator, as for every drive. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { afterWrite, inspectTarget, listDrives, refusals, unmount } from "../../src/drive/index.js";
import type { Target } from "../../src/drive/drive.js";
import type { ContractTarget } from "./contract-cases.js";
import { driveWriterContract } from "./contract.js";
import { demoStickSize, expectFiles, writeDemoStick } from "./demo-stick.js";
import { openTarget } from "../support/open-target.js";

const isHere = process.platform === "win32";
const usedByte = 0xa5;
const size = demoStickSize;

/** diskpart reads its steps from a file; its exit code is 0 only where all of them went well. */
function diskpart(folder: string, steps: readonly string[]): void {
  const script = join(folder, "diskpart.txt");
  writeFileSync(script, `${steps.join("\r\n")}\r\n`);
  try {
    execFileSync("diskpart", ["/s", script], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    throw new Error(`diskpart: ${(error as { stdout?: string }).stdout ?? ""}`, { cause: error });
  }
}

/** A VHD of fixed size: the disk's bytes, then a footer. Returns the path of the attached disk. */
function attach(folder: string, file: string): string {
  diskpart(folder, [`create vdisk file="${file}" maximum=${size / MiB} type=fixed`]);
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(size, usedByte), 0, size, 0);
  closeSync(handle);
  diskpart(folder, [`select vdisk file="${file}"`, "attach vdisk"]);
  const script = `(Get-DiskImage -ImagePath '${file}' | Get-Disk).Number`;
  const number = execFileSync("powershell.exe", ["-NoProfile", "-Command", script], { encoding: "utf8" }).trim();
  if (!/^\d+$/.test(number)) throw new Error(`the number of the attached disk is "${number}"`);
  return `\\\\.\\PhysicalDrive${number}`;
}

function detach(file: string): void {
  const script = `if ((Get-DiskImage -ImagePath '${file}').Attached) { Dismount-DiskImage -ImagePath '${file}' | Out-Null }`;
  execFileSync("powershell.exe", ["-NoProfile", "-Command", script], { stdio: "pipe" });
}

function readDisk(file: string): Uint8Array {
  detach(file);
  const bytes = new Uint8Array(size);
  const handle = openSync(file, "r");
  readSync(handle, bytes, 0, size, 0);
  closeSync(handle);
  return bytes;
}

async function makeVirtualDisk(): Promise<ContractTarget> {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-contract-"));
  const file = join(folder, "disk.vhd");
  const target = await inspectTarget(attach(folder, file));
  return {
    size,
    before: usedByte,
    open: () => openTarget(target, { size, force: false }),
    contents: async () => readDisk(file),
    async dispose() {
      detach(file);
      rmSync(folder, { recursive: true });
    },
  };
}

driveWriterContract("a Windows virtual disk", "drive", makeVirtualDisk, isHere);

describe.skipIf(!isHere)("PowerShell's answers here", () => {
  let folder: string | undefined;
  let file: string;
  afterEach(() => {
    if (folder === undefined) return;
    detach(file);
    rmSync(folder, { recursive: true });
    folder = undefined;
  });

  async function attached(): Promise<Target & { kind: "drive" }> {
    folder = mkdtempSync(join(tmpdir(), "win7usb-vhd-"));
    file = join(folder, "disk.vhd");
    const target = await inspectTarget(attach(folder, file));
    if (target.kind !== "drive") throw new Error(`${target.path} is no drive`);
    return target;
  }

  it("name the disk that carries the system, and it is refused", async () => {
    const system = (await listDrives()).filter((drive) => drive.system);
    expect(system.length).toBeGreaterThan(0);
    for (const drive of system) expect(refusals(drive, { allow: ["fixed-disk"] })[0]?.code).toBe("system-disk");
  });

  it("describe a virtual disk, which is refused as fixed", async () => {
    const { drive, path } = await attached();
    expect(drive).toMatchObject({ size, logicalBlockSize: 512, bus: "virtual-disk-file", removable: false });
    expect(refusals(drive, { allow: [] }).map(({ code }) => code)).toEqual(["fixed-disk"]);
    expect(await inspectTarget(path.toUpperCase())).toMatchObject({ kind: "drive", path });
  });

  it("show a volume with its letter, which is cleared for a write; Windows then reads the new one", async () => {
    const { path } = await attached();
    const number = /\d+$/.exec(path)![0];
    const format = ["create partition primary", "format fs=fat32 quick label=BEFORE", "assign"];
    diskpart(folder!, [`select disk ${number}`, "clean", "convert mbr", ...format]);
    const target = await inspectTarget(path);
    if (target.kind !== "drive") throw new Error(`${path} is no drive`);
    const [mountpoint] = target.drive.mountpoints;
    expect(mountpoint?.path).toMatch(/^[A-Z]:\\$/);
    const volume = inspectTarget(mountpoint!.path.slice(0, 2));
    await expect(volume).rejects.toMatchObject({ hint: expect.stringContaining(path) });

    expect(await unmount([target.drive])).toEqual([mountpoint!.path]);
    const files = await writeDemoStick(folder!, target);
    const [where] = await afterWrite([target]);
    expect(where).toMatch(/^\\\\\.\\PhysicalDrive\d+ is [A-Z]:\\ now\.$/);
    expectFiles(/[A-Z]:\\/.exec(where!)![0], files);
  });
});
