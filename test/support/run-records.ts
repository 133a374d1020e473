/** Records of runs on a stick of 4 GB with 700 files, as a command would gather them. */
import { diskMap, recordedCells, type RecordTarget, type RunRecord } from "../../src/record/index.js";
import type { Mismatch } from "../../src/check/index.js";
import { diskLayoutOf } from "../../src/volumes/disk-layout.js";
import { planDisk } from "../../src/volumes/index.js";
import type { DiskPlan, FileSystemName } from "../../src/volumes/plan.js";
import { largeDisc, stickSize } from "./large-stick.js";

export function largePlan(fileSystem: FileSystemName, diskSize = stickSize): DiskPlan {
  return planDisk(largeDisc(), { diskSize }, { fileSystem, label: "WIN7" });
}

const sha256 = "e2c009a66d63a742941f5087acae1aa438dcbe87010bddd53884b1af6b22c940";

const common: RunRecord = {
  schema: 1,
  command: "write",
  program: { name: "win7usb", version: "0.1.0" },
  platform: { system: "Linux", release: "6.12.48", architecture: "x64", runtime: "Node.js 22.21.0" },
  started: "2026-03-02T08:15:07.250+01:00",
  ended: "2026-03-02T08:17:41.900+01:00",
  elapsedMs: 154_650,
  options: [
    { name: "filesystem", value: "ntfs" },
    { name: "edition", value: "professional" },
    { name: "yes", value: "" },
  ],
  exitCode: 0,
  verdicts: [{ tone: "good", word: "done", sentence: "/dev/sdb written and verified", hint: null }],
  images: [
    {
      path: "/srv/images/en_windows_7_professional_with_sp1_x86_dvd_u_676939.iso",
      size: 2_501_894_144,
      volumeLabel: "GSP1RMCPRFRER_EN_DVD",
      holds: "Windows 7 Professional with Service Pack 1, x86, en-US",
      edition: "Professional",
      architecture: "x86",
      servicePack: 1,
      languages: ["en-US"],
      channel: "Retail",
      known: "en_windows_7_professional_with_sp1_x86_dvd_u_676939.iso",
      hashes: { sha1: "0bcfc54019ea175b1ee51f6d2b207a3d14dd2b58", sha256 },
      checked: ["the volume's structures", "the boot files' shapes", "its SHA-1 against the published one"],
      unchecked: [],
      findings: [],
    },
  ],
  targets: [],
  warnings: [{ code: "label-cut", message: "the label is longer than FAT32 takes: it is cut to WIN7" }],
};

const drive: RecordTarget = {
  path: "/dev/sdb",
  kind: "drive",
  size: stickSize,
  model: "SanDisk Cruzer Blade",
  serial: "4C530001230523117453",
  bus: "usb",
  format: null,
  disk: { fileSystem: "NTFS", label: "WIN7", size: stickSize, files: 707, edits: ["edition Professional"] },
  origin: null,
  verified: true,
  sha256,
  sha256Bytes: 2_511_339_520,
  write: { bytes: 2_511_339_520, elapsedMs: 83_000, bytesPerSecond: 30_257_102 },
  readBack: { bytes: 2_511_339_520, elapsedMs: 62_000, bytesPerSecond: 40_505_476 },
  progress: null,
  compared: null,
  mismatches: [],
  added: [],
  map: null,
};

export function writeRecord(): RunRecord {
  const map = diskMap(diskLayoutOf(largePlan("ntfs")), { cells: recordedCells });
  return { ...common, targets: [{ ...drive, map }] };
}

/** Of a stick with damage in a file, in its partition table, and somebody's photographs on it. */
export function checkRecord(): RunRecord {
  const plan = largePlan("fat32");
  const mismatches: Mismatch[] = [
    {
      path: null,
      offset: 446,
      length: 16,
      fileOffset: null,
      cause: "damaged",
      structure: "partition table",
      reason: null,
    },
    ...plan.files
      .filter(({ size }, index) => size > 200_000 && index % 60 === 5)
      .map(({ path, runs }): Mismatch => {
        const { offset } = runs[0]!;
        return { path, offset, length: 4096, fileOffset: 0, cause: "damaged", structure: null, reason: null };
      }),
  ];
  const map = diskMap(diskLayoutOf(plan), { cells: recordedCells, mismatches });
  const origin = { volumeLabel: "GSP1RMCPRFRER_EN_DVD", size: 2_501_894_144, sha256, program: "0.1.0" };
  const target: RecordTarget = {
    ...drive,
    disk: { ...drive.disk!, fileSystem: "FAT32", edits: [] },
    origin,
    verified: null,
    sha256: null,
    sha256Bytes: null,
    write: null,
    readBack: null,
    compared: 2_511_339_520,
    mismatches,
    added: ["DCIM/IMG_0001.JPG", "DCIM/IMG_0002.JPG"],
    map,
  };
  return {
    ...common,
    command: "check",
    options: [],
    exitCode: 7,
    verdicts: [
      {
        tone: "bad",
        word: "mismatch",
        sentence: `/dev/sdb is not what was written any more: ${mismatches.length} places (707 files, 2.34 GiB compared with its manifest)`,
        hint: null,
      },
    ],
    images: [],
    targets: [target],
    warnings: [],
  };
}

/** What an image, a drive and a command line may say. */
export const hostile = `<script>alert(1)</script>"'&\u001b[31m\u202egpj.exe\u2066\u200b\u009b\u2028]]>--><img src=x onerror=alert(2)>`;

/** With hostile text wherever text comes from elsewhere. */
export function hostileRecord(): RunRecord {
  const poisoned = (value: unknown): unknown => {
    if (typeof value === "string") return `${value}${hostile}`;
    if (Array.isArray(value)) return value.map(poisoned);
    if (typeof value !== "object" || value === null) return value;
    const own = new Set(["tone", "kind", "cause", "command", "started", "ended", "schema"]);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, own.has(key) ? each : poisoned(each)]));
  };
  return poisoned(checkRecord()) as RunRecord;
}
