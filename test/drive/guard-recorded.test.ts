/**
 * What the guard says to recorded drives: each row a drive of a real listing (recorded/README.md says of which machine),
 * read by the same code that reads the system's answer. Of Linux' machines lsblk's answer of the same moment is the judge.
 */
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drivesOfDarwin } from "../../src/drive/darwin-drives.js";
import { parsePlistDictionary, type PlistDictionary, type PlistValue } from "../../src/drive/darwin-plist.js";
import type { Drive } from "../../src/drive/drive.js";
import { driveOf, type ListedDrive } from "../../src/drive/drivelist.js";
import { allowableRefusals, refusals } from "../../src/drive/guard.js";
import { readLinuxDevices } from "../../src/drive/linux-devices.js";
import { drivesOfLinux } from "../../src/drive/linux-drives.js";
import { drivesOfWindows } from "../../src/drive/win32-drives.js";
import { parseWindowsReport } from "../../src/drive/win32-report.js";
import { playRecording, readRecording, type LinuxRecording } from "../support/drive-recording.js";
import { disagreements } from "../support/lsblk-judge.js";
import { expectedVerdicts, type Platform } from "./expected-verdicts.js";

const recorded = join(import.meta.dirname, "recorded");
const published = join(recorded, "published");
const json = (name: string): unknown => JSON.parse(readFileSync(join(published, name), "utf8"));

type Recording = { readonly platform: Platform; readonly name: string; readonly drives: readonly Drive[] };

async function playedDrives(recording: LinuxRecording): Promise<Drive[]> {
  const root = playRecording(recording);
  try {
    return drivesOfLinux(await readLinuxDevices(root));
  } finally {
    rmSync(root, { recursive: true });
  }
}

const machines = readdirSync(join(recorded, "linux")).map((file) => ({
  name: file.replace(".json", ""),
  recording: readRecording(join(recorded, "linux", file)),
}));

/** Files of `diskutil ... -plist`, by machine. */
function plistRecordings(): Recording[] {
  return readdirSync(join(published, "diskutil")).map((name) => {
    const plist = (file: string): PlistDictionary =>
      parsePlistDictionary(readFileSync(join(published, "diskutil", name, file), "utf8"), file);
    const files = readdirSync(join(published, "diskutil", name)).filter((file) => file.startsWith("info-disk"));
    const infos = new Map(files.map((file) => [file.slice("info-".length, -".plist".length), plist(file)]));
    const report = { list: plist("list.plist"), root: plist("info-root.plist"), infos, registryIds: new Map() };
    return { platform: "darwin", name, drives: drivesOfDarwin(report) };
  });
}

/** What `diskutil info <disk>` prints for people, by the keys that `-plist` has for the same. */
function infoOfText(text: Readonly<Record<string, string>>): PlistDictionary {
  return new Map<string, PlistValue>([
    ["DeviceIdentifier", text["Device Identifier"]!],
    ["WholeDisk", text["Whole"] === "Yes"],
    ["MediaName", text["Device / Media Name"]!],
    ["BusProtocol", text["Protocol"]!],
    ["Size", Number(/\((\d+) Bytes\)/.exec(text["Disk Size"]!)![1])],
    ["DeviceBlockSize", Number.parseInt(text["Device Block Size"]!, 10)],
    ["Internal", text["Device Location"] === "Internal"],
    ["RemovableMedia", text["Removable Media"] === "Removable" || text["Removable Media"] === "Yes"],
    ["WritableMedia", text["Read-Only Media"] === "No"],
  ]);
}

type InfoTexts = readonly { readonly name: string; readonly disks: readonly Readonly<Record<string, string>>[] }[];

function textRecordings(): Recording[] {
  return (json("diskutil-info.json") as InfoTexts).map(({ name, disks }) => {
    const infos = new Map(disks.map((disk) => [disk["Device Identifier"]!, infoOfText(disk)]));
    const entries = [...infos.keys()].map((identifier) => new Map([["DeviceIdentifier", identifier]]));
    const list = new Map([["AllDisksAndPartitions", entries]]);
    return {
      platform: "darwin",
      name,
      drives: drivesOfDarwin({ list, infos, root: new Map(), registryIds: new Map() }),
    };
  });
}

type DiskTexts = readonly {
  readonly name: string;
  readonly systemDrive: string;
  readonly disks: readonly object[];
  readonly partitions: readonly object[];
}[];

/** In the form that the list script prints, with what was not recorded as it is for a plain disk. */
function windowsRecordings(): Recording[] {
  return (json("get-disk.json") as DiskTexts).map(({ name, systemDrive, disks, partitions }) => {
    const report = {
      SystemDrive: systemDrive,
      Disks: disks.map((disk) => ({ Location: null, IsClustered: false, ...disk })),
      Partitions: partitions.map((each) => ({ IsBoot: false, IsSystem: false, GptType: null, MbrType: null, ...each })),
      Volumes: [],
      Media: [],
      PageFiles: [],
    };
    return { platform: "win32", name, drives: drivesOfWindows(parseWindowsReport(JSON.stringify(report))) };
  });
}

type Results = readonly {
  readonly name: string;
  readonly platform: Platform;
  readonly drives: readonly ListedDrive[];
}[];

function drivelistRecordings(): Recording[] {
  return (json("drivelist.json") as Results).map(({ name, platform, drives }) => ({
    platform,
    name: `drivelist/${name}`,
    drives: drives.map(driveOf),
  }));
}

const recordings: readonly Recording[] = [
  ...(await Promise.all(
    machines.map(async ({ name, recording }): Promise<Recording> => ({
      platform: "linux",
      name,
      drives: await playedDrives(recording),
    })),
  )),
  ...plistRecordings(),
  ...textRecordings(),
  ...windowsRecordings(),
  ...drivelistRecordings(),
];

const rows = recordings.flatMap(({ platform, name, drives }) =>
  drives.map((drive) => ({
    platform,
    name,
    drive,
    path: drive.path,
    refused: expectedVerdicts[platform]?.[name]?.[drive.path],
  })),
);
/** Names that `--allow` takes, and those that it must not. */
const everything = [
  "fixed-disk",
  "large-disk",
  "system-disk",
  "source-drive",
  "target-changed",
  "target-read-only",
  "target-in-use",
  "too-small",
];

describe("recorded drives", () => {
  it.each(rows)("$platform $name $path: $refused", ({ drive, refused }) => {
    const codes = (allow: readonly string[]): string[] => refusals(drive, { allow }).map(({ code }) => code);
    expect(codes([])).toEqual(refused);
    expect(codes(everything)).toEqual(refused?.filter((code) => !allowableRefusals.some((each) => each === code)));
    if (drive.system) expect(codes(everything)).toContain("system-disk");
  });

  it("are those of the table, from three systems", () => {
    const listed = (platform: Platform): string[] =>
      rows.flatMap((row) => (row.platform === platform ? [`${row.name} ${row.path}`] : []));
    for (const platform of ["linux", "darwin", "win32"] as const) {
      const known = Object.entries(expectedVerdicts[platform]).flatMap(([name, drives]) =>
        Object.keys(drives).map((path) => `${name} ${path}`),
      );
      expect(listed(platform).toSorted()).toEqual(known.toSorted());
      expect(known.length).toBeGreaterThanOrEqual(10);
    }
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });
});

describe("a recorded drive", () => {
  it.each([
    { name: "cruzer-fit", path: "/dev/disk2", has: { size: 15682240512, mountpoints: [{ path: "/Volumes/NO NAME" }] } },
    { name: "tahoe", path: "/dev/disk4", has: { size: 30784094208, model: "SanDisk 3.2Gen1", bus: "usb" } },
    { name: "virtio-server", path: "/dev/sdb", has: { logicalBlockSize: 4096, serial: "SCSI-4K" } },
    { name: "sticks-in-use", path: "/dev/sdd", has: { holders: ["/dev/loop0"], serial: "USB-ISO" } },
    { name: "btrfs-two-disks", path: "/dev/sdd", has: { mountpoints: [{ path: "/srv/backup", device: "/dev/sdd" }] } },
  ])("$name $path is described", ({ name, path, has }) => {
    expect(rows.find((row) => row.name === name && row.path === path)?.drive).toMatchObject(has);
  });
});

describe("lsblk agrees on", () => {
  it.each(machines)("$name", async ({ recording }) => {
    expect(disagreements(recording.lsblk, await playedDrives(recording))).toEqual([]);
  });
});
