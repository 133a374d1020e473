/**
 * What it costs to find one wrong bit: the same damaged ISO is written without a check and with one, at the pace of a stick
 * and on both file systems. The second has to end with exit code 3 and must not leave a drive that boots.
 */
import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { GiB, MiB, roundUp } from "../../src/bytes/units.js";
import { unfinishedMark } from "../../src/manifest/unfinished-mark.js";
import { writeDemoImage } from "../support/demo-image.js";
import { placeToFlip } from "../support/flipped-bit.js";
import { isUnfinished } from "../support/unfinished.js";
import { withFileSource, writeImageWithInstallWim } from "./image.js";
import { attachLoop } from "./loop-device.js";
import { compare, measure, type Measured } from "./measure.js";
import { printTable } from "./table.js";
import { throttleDevice } from "./throttle.js";

type DamageOptions = {
  /** Bytes per second. */
  readonly rate: number;
  readonly runs: number;
  /** An install.wim; without it one is made, whose blobs cannot be compressed. */
  readonly wim: string | undefined;
  readonly writeCommand: (iso: string, device: string) => readonly string[];
};

/** Of each of six images: the fixture's WIMs are made in memory. */
const payloadSize = 64 * MiB;
const damaged = 3;

async function writeDamagedImage(folder: string, wim: string | undefined): Promise<string> {
  const iso = join(folder, "damaged.iso");
  if (wim === undefined) await writeDemoImage(folder, { bootmgr: bootmgrProbe(), payloadSize }, "damaged.iso");
  else await withFileSource(wim, (source) => writeImageWithInstallWim(iso, source));
  const { offset, mask } = await withFileSource(iso, placeToFlip);
  const file = openSync(iso, "r+");
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, offset);
  byte[0]! ^= mask;
  writeSync(file, byte, 0, 1, offset);
  closeSync(file);
  return iso;
}

/** Whether the first sector is the mark of a write that was not ended: no BIOS starts from it. */
function isLeftUnfinished(device: string): boolean {
  const file = openSync(device, "r");
  const sector = Buffer.alloc(unfinishedMark.size);
  readSync(file, sector, 0, sector.length, 0);
  closeSync(file);
  return isUnfinished(sector);
}

export async function damageTable(folder: string, { rate, runs, wim, writeCommand }: DamageOptions): Promise<void> {
  const iso = await writeDamagedImage(folder, wim);
  const { size } = statSync(iso);
  console.log(`image of ${(size / 1e9).toFixed(2)} GB with one wrong bit in a blob of install.wim`);
  console.log(`reads and writes at ${(rate / 1e6).toFixed(0)} MB/s, medians of ${runs} runs in turn`);
  const loop = attachLoop(join(folder, "drive.img"), roundUp(size, GiB) + GiB / 2, true);
  const throttle = throttleDevice(loop.path, rate);
  const write = (fileSystem: string, check: string, exitCode: number): Measured => {
    const command = [...writeCommand(iso, loop.path), "-f", fileSystem, "--image-check", check];
    const measured = measure(throttle.run(command), folder, { device: loop.path, exitCode });
    const bootable = !isLeftUnfinished(loop.path);
    if (bootable !== (exitCode === 0)) throw new Error(`exit code ${exitCode}, bootable: ${bootable}`);
    return measured;
  };
  try {
    for (const fileSystem of ["fat32", "ntfs"]) {
      const candidates = new Map([
        ["--image-check none", () => write(fileSystem, "none", 0)],
        ["deep: exit 3, not bootable", () => write(fileSystem, "deep", damaged)],
      ]);
      console.log(`\n${fileSystem}`);
      printTable(compare(candidates, runs), size);
    }
  } finally {
    throttle.remove();
    loop.detach();
  }
}
