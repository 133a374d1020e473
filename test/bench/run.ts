/**
 * `npm run bench`: win7usb beside what a person would use instead, on a loop device of its own, all in one run and in
 * turn, as medians and ratios. Needs root on Linux, GNU time, dosfstools, mtools, ntfs-3g and p7zip.
 *
 *   npm run bench -- [--runs 3] [--size-mb 3600] [--folder /var/tmp] [--buffered] [--rate <MB/s>]
 *                    [--only drivers|start|damage]
 *                    [--wim <install.wim>]
 *
 * `--only drivers` is one table: what drivers of 30 MiB cost, which is to be 1.05 of a write without them at most;
 * on a busy machine give it a `--rate`. `--only damage` writes
 * an ISO with one wrong bit at the pace of a stick, which is to be 1.02 of the same without a check at most; `--only start` is
 * how long it takes to start. A loop device is faster than any stick; `--rate` measures at the pace of one as well, and what the check of the image costs there.
 * Without `--wim`, install.wim has noise that no blob of it owns: a real one is what the check has to decompress.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { GiB, MiB, roundUp } from "../../src/bytes/units.js";
import { driversSize, writeDrivers } from "./drivers.js";
import { damageTable } from "./damage.js";
import { withFileSource, writeBenchImage, writeImageWithInstallWim } from "./image.js";
import { attachLoop } from "./loop-device.js";
import type { Measured } from "./measure.js";
import { compare, measure } from "./measure.js";
import { planTable } from "./plan.js";
import { startTables } from "./start.js";
import { printTable } from "./table.js";
import { throttleDevice } from "./throttle.js";

/** This file runs compiled, from build/test/bench. */
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const program = [process.execPath, join(root, "bin/win7usb.js")];

/** What guides tell people to do by hand: partition, format, unpack, copy, sync. */
const recipe = `#!/bin/sh -e
iso=$1; device=$2; folder=$3
export MTOOLS_SKIP_CHECK=1
printf 'label: dos\\nstart=2048, type=c, bootable\\n' | sfdisk -q --no-reread --no-tell-kernel --wipe never "$device"
mkfs.vfat -F 32 --offset 2048 "$device" >/dev/null 2>&1
7z x -y -bd "-o$folder" "$iso" >/dev/null
mcopy -s -Q -i "$device@@1M" "$folder"/* ::
sync "$device"
`;

/** The same for NTFS, through ntfs-3g. */
const ntfsRecipe = `#!/bin/sh -e
iso=$1; device=$2; folder=$3
printf 'label: dos\\nstart=2048, type=7, bootable\\n' | sfdisk -q --no-reread --no-tell-kernel --wipe never "$device"
bytes=$(blockdev --getsize64 "$device")
partition=$(losetup --find --show --offset 1048576 --sizelimit $((bytes - 2097152)) "$device")
trap 'umount "$folder" 2>/dev/null || true; losetup --detach "$partition"' EXIT
mkntfs -Q -q -F "$partition" >/dev/null
mkdir -p "$folder"
ntfs-3g "$partition" "$folder"
7z x -y -bd "-o$folder" "$iso" >/dev/null
umount "$folder"
sync "$partition" "$device"
`;

function settings() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "3" },
      "size-mb": { type: "string", default: "3600" },
      folder: { type: "string", default: tmpdir() },
      buffered: { type: "boolean", default: false },
      rate: { type: "string", default: "0" },
      only: { type: "string" },
      wim: { type: "string" },
    },
  });
  const { runs, rate } = values;
  return { ...values, runs: Number(runs), rate: Number(rate) * 1e6, size: Number(values["size-mb"]) * 1e6 };
}

function copyCommand(iso: string, device: string): string[] {
  return ["dd", `if=${iso}`, `of=${device}`, "bs=4M", "oflag=direct", "conv=fsync"];
}

function writeCommand(iso: string, device: string): string[] {
  return [...program, "write", iso, device, "--yes", "--allow", "fixed-disk"];
}

type Candidates = Map<string, () => Measured>;

/** Everything that puts an image onto `device`, by name; `dd` first, which all are compared with. */
function writers(folder: string, iso: string, device: string): Candidates {
  const unpacked = join(folder, "unpacked");
  const byHand = (name: string, script: string) => () => {
    const path = join(folder, name);
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    rmSync(unpacked, { recursive: true, force: true });
    return measure([path, iso, device, unpacked], folder, { device });
  };
  const ours =
    (...options: string[]) =>
    () =>
      measure([...writeCommand(iso, device), ...options], folder, { device });
  return new Map([
    ["dd oflag=direct", () => measure(copyCommand(iso, device), folder, { device })],
    ["FAT32: sfdisk mkfs 7z mcopy", byHand("fat32.sh", recipe)],
    ["FAT32: win7usb --no-verify", ours("--no-verify")],
    ["FAT32: win7usb", ours()],
    ["NTFS: mkntfs ntfs-3g 7z", byHand("ntfs.sh", ntfsRecipe)],
    ["NTFS: win7usb --no-verify", ours("--filesystem", "ntfs", "--no-verify")],
    ["NTFS: win7usb", ours("--filesystem", "ntfs")],
  ]);
}

/** Of each kind of check, in turn. */
const pacedRuns = 3;

/** One run each of what writes directly: at the pace of a stick neither caches nor the machine's noise are seen. */
function pacedTable(folder: string, iso: string, device: string, rate: number): void {
  const throttle = throttleDevice(device, rate);
  const paced = (command: readonly string[]) => () => measure(throttle.run(command), folder, { device });
  try {
    const results = compare(
      new Map([
        ["dd oflag=direct", paced(copyCommand(iso, device))],
        ["FAT32: win7usb --no-verify", paced([...writeCommand(iso, device), "--no-verify"])],
        ["FAT32: win7usb", paced(writeCommand(iso, device))],
      ]),
      1,
    );
    console.log(`\nreads and writes at ${(rate / 1e6).toFixed(0)} MB/s`);
    printTable(results, statSync(iso).size);
    for (const fileSystem of ["fat32", "ntfs"]) {
      const checked = (check: string) =>
        paced([...writeCommand(iso, device), "-f", fileSystem, "--image-check", check]);
      console.log(`\n${fileSystem} at that pace, by what is checked of the image meanwhile`);
      const kinds = ["none", "hash", "deep"].map((check) => [`--image-check ${check}`, checked(check)] as const);
      printTable(compare(new Map(kinds), pacedRuns), statSync(iso).size);
    }
  } finally {
    throttle.remove();
  }
}

/**
 * What drivers cost: written in turn, so that one run has both. At the pace of a stick once each; otherwise more often than
 * others' writes, for a small difference.
 */
function driversTable(folder: string, iso: string, device: string, runs: number, rate: number): void {
  const drivers = join(folder, "drivers");
  writeDrivers(drivers, driversSize);
  const throttle = rate > 0 ? throttleDevice(device, rate) : null;
  const ours =
    (...options: string[]) =>
    () => {
      const command = [...writeCommand(iso, device), ...options];
      return measure(throttle?.run(command) ?? command, folder, { device });
    };
  const added = `${driversSize / MiB} MiB of drivers`;
  try {
    const candidates = new Map([
      ["win7usb write", ours()],
      [`with ${added}`, ours("--drivers", drivers)],
    ]);
    const results = compare(candidates, rate > 0 ? 1 : 2 * runs + 1);
    const pace = rate > 0 ? `, at ${(rate / 1e6).toFixed(0)} MB/s` : "";
    console.log(`\nFAT32 with ${added} in boot.wim and on the stick${pace}`);
    printTable(results, statSync(iso).size);
  } finally {
    throttle?.remove();
  }
}

/** Bytes per second: a stick as there are many. */
const stickRate = 40e6;

async function bench(): Promise<void> {
  const { runs, size, folder: parent, buffered, rate, only, wim } = settings();
  const folder = mkdtempSync(join(parent, "win7usb-bench-"));
  try {
    const iso = join(folder, "image.iso");
    if (only === "damage") return await damageTable(folder, { rate: rate || stickRate, runs, wim, writeCommand });
    if (wim === undefined) await writeBenchImage(iso, size);
    else await withFileSource(wim, (source) => writeImageWithInstallWim(iso, source));
    if (only === "start") return startTables(root, folder, iso);
    console.log(`image of ${(statSync(iso).size / 1e9).toFixed(2)} GB, medians of ${runs} runs in turn\n`);
    const loop = attachLoop(join(folder, "drive.img"), roundUp(statSync(iso).size, GiB) + GiB / 2, !buffered);
    try {
      driversTable(folder, iso, loop.path, runs, rate);
      if (only === "drivers") return;
      console.log("");
      printTable(compare(writers(folder, iso, loop.path), runs), statSync(iso).size);
      if (rate > 0) pacedTable(folder, iso, loop.path, rate);
    } finally {
      loop.detach();
    }
    startTables(root, folder, iso);
    planTable();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await bench();
