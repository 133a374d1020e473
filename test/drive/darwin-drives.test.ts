/** macOS: from what diskutil prints to the guard's answer. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CommandResult, RunCommand } from "../../src/drive/command.js";
import { darwinOpenError, listDarwinDrives, openDarwinDrive, unmountDarwinDrives } from "../../src/drive/darwin.js";
import { wholeDiskOf } from "../../src/drive/darwin-drives.js";
import { parsePlist } from "../../src/drive/darwin-plist.js";
import type { Drive } from "../../src/drive/drive.js";
import { refusals } from "../../src/drive/guard.js";
import { afterWriteText } from "../../src/drive/after-write.js";

const recorded = join(import.meta.dirname, "recorded", "darwin");

/** Answers with a recorded machine's output; `calls` are the commands that were run. */
function machine(name: string, calls: string[] = [], others: Record<string, CommandResult> = {}): RunCommand {
  const file = (path: string): CommandResult => {
    const at = join(recorded, name, path);
    if (existsSync(at)) return { exitCode: 0, stdout: readFileSync(at, "utf8"), stderr: "" };
    return { exitCode: 1, stdout: readFileSync(join(recorded, "error.plist"), "utf8"), stderr: "" };
  };
  return async (command, parameters) => {
    const line = [command, ...parameters].join(" ");
    calls.push(line);
    if (others[line] !== undefined) return others[line];
    if (line === "diskutil list -plist") return file("list.plist");
    if (line === "diskutil info -plist /") return file("info-root.plist");
    if (command === "ioreg") return file("ioreg.plist");
    const disk = /^diskutil info -plist (disk\d+)$/.exec(line)?.[1];
    if (disk !== undefined) return file(`info-${disk}.plist`);
    return { exitCode: 0, stdout: "", stderr: "" };
  };
}

type Row = { machine: string; path: string; refused: string[]; has: Partial<Drive> };

const rows: Row[] = [
  {
    machine: "apple-silicon-with-stick",
    path: "/dev/disk0",
    refused: ["system-disk", "sector-size", "fixed-disk", "large-disk"],
    has: { system: true, bus: "apple fabric", logicalBlockSize: 4096, model: "APPLE SSD AP0512Z" },
  },
  {
    machine: "apple-silicon-with-stick",
    path: "/dev/disk4",
    refused: [],
    has: {
      size: 15376318464,
      bus: "usb",
      model: "SanDisk Ultra USB 3.0",
      mountpoints: [{ path: "/Volumes/WIN 7 & more", device: "/dev/disk4s1" }],
      partitions: [{ path: "/dev/disk4s1", size: 15375269888 }],
      sequence: 4294968034,
    },
  },
  { machine: "card-readers", path: "/dev/disk4", refused: [], has: { bus: "mmc", removable: true, system: false } },
  {
    machine: "external-ssds",
    path: "/dev/disk4",
    refused: ["large-disk"],
    // The volume lies in a container that is listed as another disk.
    has: { bus: "usb", mountpoints: [{ path: "/Volumes/Backup", device: "/dev/disk5s1" }] },
  },
  { machine: "external-ssds", path: "/dev/disk6", refused: ["fixed-disk", "large-disk"], has: { bus: "nvme" } },
  { machine: "disk-images", path: "/dev/disk4", refused: ["fixed-disk"], has: { bus: "disk-image" } },
  { machine: "disk-images", path: "/dev/disk5", refused: ["target-read-only", "fixed-disk"], has: {} },
  { machine: "read-only-stick", path: "/dev/disk4", refused: ["target-read-only"], has: { removable: true } },
  { machine: "fusion-drive", path: "/dev/disk0", refused: ["system-disk", "fixed-disk"], has: { system: true } },
  {
    machine: "fusion-drive",
    path: "/dev/disk1",
    refused: ["system-disk", "fixed-disk", "large-disk"],
    has: { bus: "sata" },
  },
  {
    machine: "core-storage",
    path: "/dev/disk0",
    refused: ["system-disk", "target-in-use", "sector-size", "fixed-disk", "large-disk"],
    has: { mountpoints: [{ path: "/", device: "/dev/disk1" }], holders: ["a CoreStorage volume on /dev/disk1"] },
  },
  { machine: "hfs-boot-virtualbox", path: "/dev/disk0", refused: ["system-disk", "fixed-disk"], has: { bus: "sata" } },
];

async function driveOf(name: string, path: string): Promise<Drive> {
  const drive = (await listDarwinDrives(machine(name))).find((each) => each.path === path);
  if (drive === undefined) throw new Error(`${path} is not listed`);
  return drive;
}

describe("diskutil's answers", () => {
  it.each(rows)("$machine $path: $refused", async ({ machine: name, path, refused, has }) => {
    const drive = await driveOf(name, path);
    expect(drive).toMatchObject(has);
    expect(refusals(drive, { allow: [] }).map(({ code }) => code)).toEqual(refused);
  });

  it.each([
    { name: "apple-silicon-with-stick", paths: ["/dev/disk0", "/dev/disk4"] },
    { name: "card-readers", paths: ["/dev/disk0", "/dev/disk4"] },
    { name: "external-ssds", paths: ["/dev/disk0", "/dev/disk4", "/dev/disk6"] },
    { name: "fusion-drive", paths: ["/dev/disk0", "/dev/disk1"] },
    { name: "core-storage", paths: ["/dev/disk0"] },
  ])("$name: no containers, no empty readers", async ({ name, paths }) => {
    expect((await listDarwinDrives(machine(name))).map(({ path }) => path)).toEqual(paths);
  });

  it("are explained where they are an error", async () => {
    const answer = { exitCode: 1, stdout: readFileSync(join(recorded, "error.plist"), "utf8"), stderr: "" };
    await expect(listDarwinDrives(async () => answer)).rejects.toMatchObject({
      code: "target-unsupported",
      message: expect.stringContaining("Could not find disk: disk9"),
    });
  });

  it.each([
    ["", "no property list"],
    ["<plist><dict><key>a</key></dict></plist>", "a key without a value"],
    ["<plist><dict><string>a</string><true/></dict></plist>", "a value without a key"],
    ["<plist><integer>NaN</integer></plist>", "no number"],
    ["<plist><wat/></plist>", "an unknown value"],
    ["<plist><true/><true/></plist>", "two values"],
    [`<plist>${"<array>".repeat(200_000)}`, "no end"],
  ])("are refused where they are none: %.60s", (text) => {
    expect(() => parsePlist(text, "diskutil")).toThrow(/^diskutil answered with something unexpected/);
  });

  it("name whole disks in many ways", () => {
    const names = ["disk3", "disk3s1s1", "/dev/disk3s1", "/dev/rdisk3", "sda"];
    expect(names.map(wholeDiskOf)).toEqual(["disk3", "disk3", "disk3", "disk3", null]);
  });
});

describe("a macOS disk", () => {
  it("is unmounted with the containers on it first", async () => {
    const calls: string[] = [];
    const drive = await driveOf("external-ssds", "/dev/disk4");
    expect(await unmountDarwinDrives([drive], machine("external-ssds", calls))).toEqual(["/Volumes/Backup"]);
    const unmounts = calls.filter((line) => line.includes("unmountDisk"));
    expect(unmounts).toEqual(["diskutil unmountDisk /dev/disk5", "diskutil unmountDisk /dev/disk4"]);
  });

  it("that stays mounted is in use", async () => {
    const stderr = "Unmount of disk4 failed: at least one volume could not be unmounted\n";
    const run = machine("read-only-stick", [], {
      "diskutil unmountDisk /dev/disk4": { exitCode: 1, stdout: "", stderr },
    });
    const unmounting = unmountDarwinDrives([await driveOf("read-only-stick", "/dev/disk4")], run);
    await expect(unmounting).rejects.toMatchObject({
      code: "target-in-use",
      message: expect.stringContaining(stderr.trim()),
    });
  });

  it.each([
    { name: "read-only-stick", error: "EACCES", code: "target-read-only", hint: "switch" },
    { name: "apple-silicon-with-stick", error: "EACCES", code: "no-permission", hint: "sudo" },
    { name: "apple-silicon-with-stick", error: "EPERM", code: "no-permission", hint: "Removable Volumes" },
    { name: "apple-silicon-with-stick", error: "EBUSY", code: "target-in-use", hint: "unmount" },
    { name: "apple-silicon-with-stick", error: "ENXIO", code: "target-missing", hint: "drives" },
  ])("$name that cannot be opened for $error: $code", async ({ name, error, code, hint }) => {
    const cause = Object.assign(new Error(error), { code: error });
    const found = darwinOpenError(await driveOf(name, "/dev/disk4"), cause);
    expect(found).toMatchObject({ code, exitCode: 5, hint: expect.stringContaining(hint) });
  });

  it.runIf(!existsSync("/dev/rdisk4"))("that is not there is missing", async () => {
    const drive = await driveOf("apple-silicon-with-stick", "/dev/disk4");
    await expect(openDarwinDrive(drive, machine("apple-silicon-with-stick"))).rejects.toMatchObject({
      code: "target-missing",
    });
  });

  it("that was not ejected is told of", async () => {
    expect(afterWriteText("darwin", undefined)).toBeNull();
    expect(afterWriteText("darwin", await driveOf("read-only-stick", "/dev/disk4"))).toContain("eject it");
  });
});
