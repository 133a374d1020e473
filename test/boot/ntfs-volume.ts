/** NTFS volumes made by mkntfs, filled through ntfs-3g, with our boot record installed. */
import { execFileSync } from "node:child_process";
import { accessSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { ntfsBootCode } from "../../src/layout/boot/code.js";
import { sectorSize } from "../../src/layout/plan.js";
import { judge } from "../support/judges.js";
import { partitionedDisk, partitionStart, writeAt } from "./stick.js";

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

/** Runs of a file's unnamed data as ntfsinfo sees them; `inode` or path. */
export function runsOf(volume: string, file: string | number): number {
  const which = typeof file === "number" ? ["-i", String(file)] : ["-F", file];
  const info = run("ntfsinfo", "-v", "-f", ...which, volume);
  const data = info.slice(info.indexOf("Dumping attribute $DATA"));
  return [...data.matchAll(/^\s+0x[0-9a-f]+\s+0x[0-9a-f]+\s+0x[0-9a-f]+\s*$/gm)].length;
}
