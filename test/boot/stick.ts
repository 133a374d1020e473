/** Disks for the boot tests: made by our planner or by other people's tools, and edited as people edit sticks. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { fat32BootCode, mbrBootCode } from "../../src/volumes/boot/code.js";
import { sectorSize } from "../../src/volumes/plan.js";
import type { QemuOptions } from "../support/qemu.js";
import { bootImage, probeSucceeded } from "../support/qemu.js";

export const partitionStart = MiB;

export type Scratch = { path(name: string): string; file(name: string, bytes: Uint8Array): string; remove(): void };

/** A directory for one test file; `remove` it at the end. */
export function scratch(): Scratch {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-boot-"));
  const path = (name: string): string => join(directory, name);
  return {
    path,
    file(name, bytes) {
      writeFileSync(path(name), bytes);
      return path(name);
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

export function readAt(image: string, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const handle = openSync(image, "r");
  readSync(handle, bytes, 0, length, offset);
  closeSync(handle);
  return bytes;
}

export function writeAt(image: string, offset: number, bytes: Uint8Array): void {
  const handle = openSync(image, "r+");
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
}

/** An empty disk whose MBR is ours with one active partition of `type` from 1 MiB to the end. */
export function partitionedDisk(image: string, size: number, type: number): void {
  writeFileSync(image, "");
  truncateSync(image, size);
  const sector = Buffer.alloc(sectorSize);
  sector.set(mbrBootCode);
  sector.writeUInt32LE(0x37554237, 0x1b8);
  sector.set([0x80, 0xfe, 0xff, 0xff, type, 0xfe, 0xff, 0xff], 0x1be);
  sector.writeUInt32LE(partitionStart / sectorSize, 0x1be + 8);
  sector.writeUInt32LE((size - partitionStart) / sectorSize, 0x1be + 12);
  sector.writeUInt16LE(0xaa55, 0x1fe);
  writeAt(image, 0, sector);
}

/** mkfs.vfat's volume on such a disk, with our boot record put around its BPB. */
export function mkfsFat32(image: string, size: number, mkfsArguments: readonly string[] = []): void {
  partitionedDisk(image, size, 0x0c);
  const start = String(partitionStart / sectorSize);
  const kibibytes = String((size - partitionStart) / 1024);
  const args = ["-F", "32", "-h", start, "--offset", start, ...mkfsArguments, image, kibibytes];
  execFileSync("mkfs.vfat", args, { stdio: "pipe" });
  writeAt(image, partitionStart, Uint8Array.of(0xeb, 0x58, 0x90));
  writeAt(image, partitionStart + 0x5a, fat32BootCode.sector0);
  writeAt(image, partitionStart + fat32BootCode.reservedStartSector * sectorSize, fat32BootCode.reserved);
}

/** Runs an mtools command on the volume; `::` in the arguments is its root. */
export function mtools(image: string, command: string, ...args: readonly string[]): string {
  return execFileSync(command, ["-i", `${image}@@${partitionStart}`, ...args], {
    encoding: "utf8",
    env: { ...process.env, MTOOLS_SKIP_CHECK: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * MiB,
  });
}

/** What a boot ends with: the fields of the probe's line. */
export type HandOver = Readonly<Record<string, string>>;

/** Boots `image` and expects the probe to be content; returns what it was handed. */
export async function expectBoot(image: string, options: Partial<QemuOptions> = {}): Promise<HandOver> {
  const result = await bootImage(image, { bus: "ehci", ...options });
  expect(result.serial, result.screen).toMatch(/^BOOTMGR-PROBE .* result=ok\r\n$/);
  expect(result.exitCode).toBe(probeSucceeded);
  return Object.fromEntries([...result.serial.matchAll(/(\w+)=(\w+)/g)].map((match) => [match[1]!, match[2]!]));
}

/** Boots `image` and expects it to stop with `message` on the screen. */
export async function expectMessage(image: string, message: string, options: Partial<QemuOptions> = {}): Promise<void> {
  const result = await bootImage(image, { bus: "ehci", ...options });
  expect(result.screen, result.serial).toContain(`\nwin7usb: ${message}\nPress any key`);
  expect(result.serial).toBe("");
}
