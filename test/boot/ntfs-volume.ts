/** NTFS volumes made by mkntfs, filled through ntfs-3g, with our boot record installed. */
import { execFileSync } from "node:child_process";
import { accessSync, mkdirSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ntfsBootCode } from "../../src/volumes/boot/code.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { judge } from "../support/judges.js";
import { partitionedDisk, partitionStart, readAt, writeAt } from "./stick.js";

/** ntfs-3g mounts through FUSE: as root, or where the machine lets users. */
export function canMountNtfs(): boolean {
  if (!judge("mkntfs") || !judge("ntfs-3g")) return false;
  try {
    accessSync("/dev/fuse");
    return process.getuid?.() === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 26 });

/** An empty volume in a file of its own, as it would lie in the partition at 1 MiB. */
export function mkntfs(volume: string, size: number, clusterSize: number, ...more: string[]): void {
  writeFileSync(volume, "");
  truncateSync(volume, size);
  const geometry = ["-s", String(sectorSize), "-p", String(partitionStart / sectorSize), "-H", "255", "-S", "63"];
  run("mkntfs", "-F", "-Q", "-q", "-c", String(clusterSize), ...geometry, ...more, volume);
}

/** Mounts `volume` while `edit` runs. Returns what it returns. */
export function mounted<T>(volume: string, edit: (root: string) => T): T {
  const root = `${volume}.mount`;
  mkdirSync(root, { recursive: true });
  run("ntfs-3g", "-o", "compression", volume, root);
  try {
    return edit(root);
  } finally {
    run("umount", root);
    rmSync(root, { recursive: true });
  }
}

/** The disk `image` with `volume` in its only partition, boot record put around the parameters that are there. */
export function installNtfs(image: string, volume: string): void {
  const content = readFileSync(volume);
  content.set([0xeb, 0x52, 0x90]);
  content.set(ntfsBootCode.sector0, 0x54);
  content.writeUInt16LE(0xaa55, 0x1fe);
  content.set(ntfsBootCode.rest, sectorSize);
  partitionedDisk(image, partitionStart + content.length, 0x07);
  writeAt(image, partitionStart, content);
}

/** The disk's volume in a file of its own, beside it. */
export function volumeOf(image: string): string {
  const volume = `${image}.volume`;
  writeFileSync(volume, readFileSync(image).subarray(partitionStart));
  return volume;
}

/** Edits the volume of a disk in place, through ntfs-3g. */
export function editNtfs(image: string, change: (root: string) => void): void {
  const volume = volumeOf(image);
  mounted(volume, change);
  writeAt(image, partitionStart, readFileSync(volume));
  rmSync(volume);
}

/** Where a file's record lies on the disk, in bytes, on a volume whose MFT is in one run. */
export function recordOffset(image: string, file: string | number): number {
  const parameters = readAt(image, partitionStart, sectorSize);
  const clusterSize = parameters.readUInt8(0x0d) * sectorSize;
  const mft = partitionStart + Number(parameters.readBigUInt64LE(0x30)) * clusterSize;
  if (typeof file === "number") return mft + file * 1024;
  const volume = volumeOf(image);
  const inode = Number(/^Dumping Inode (\d+)/.exec(recordInfo(volume, file))![1]);
  rmSync(volume);
  return mft + inode * 1024;
}

/** Offset in a file record of its first attribute of `type`. */
export function attributeOffset(record: Buffer, type: number): number {
  for (let at = record.readUInt16LE(0x14); ; at += record.readUInt32LE(at + 4)) {
    const found = record.readUInt32LE(at);
    if (found === type) return at;
    if (found === 0xffffffff) throw new Error(`no attribute ${type}`);
  }
}

/** What ntfsinfo says of a file (path or record number), its runs included. */
export function recordInfo(volume: string, file: string | number): string {
  return run("ntfsinfo", "-v", "-f", ...(typeof file === "number" ? ["-i", String(file)] : ["-F", file]), volume);
}

/** Number of runs of a file's data, over all parts of it. */
export function runsOf(volume: string, file: string | number): number {
  const parts = recordInfo(volume, file).split(/^Dumping attribute /m);
  const data = parts.filter((part) => part.startsWith("$DATA")).join("");
  return [...data.matchAll(/^\s+0x[0-9a-f]+\s+0x[0-9a-f]+\s+0x[0-9a-f]+\s*$/gm)].length;
}

/** Creates at most `most` files of `size` bytes named 0, 1, ..., fewer where the volume is full. Returns their number. */
export function fill(directory: string, size: number, most = Infinity): number {
  mkdirSync(directory);
  const content = new Uint8Array(size).fill(0x78);
  for (let index = 0; index < most; index += 1) {
    try {
      writeFileSync(join(directory, String(index)), content);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return index;
      throw error;
    }
  }
  return most;
}

/** Deletes every `step`th of the files that `fill` made, so that what is free lies in holes. */
export function makeHoles(directory: string, count: number, step: number, from = 0): void {
  for (let index = from; index < count; index += step) unlinkSync(join(directory, String(index)));
}
