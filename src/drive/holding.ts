/** Which drives a file or a folder lies on, and what is known of a path on the way. */
import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { errorCodeOf } from "../errors.js";
import type { Drive, Mountpoint } from "./drive.js";
import type { BlockDevice, LinuxDevices } from "./linux-devices.js";
import { devicePath, drivesUnder } from "./linux-drives.js";
import { mountOf } from "./linux-mounts.js";
import { deviceNumberText } from "./linux-sysfs.js";
import { DriveListing } from "./list.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { realPath } from "./real-path.js";

/**
 * Paths of the drives that the image lies on, or that it is when the image is a device; empty where that cannot be told.
 * `path` must exist.
 */
export async function drivesHolding(path: string, listing = new DriveListing()): Promise<string[]> {
  const real = await realPath(path);
  if (platform !== "linux") return drivesMountedAbove(await listing.drives(), real);
  const system = await listing.devices();
  const stats = await stat(real);
  if (!stats.isBlockDevice()) return [...drivesUnder(system, real), ...(await loopsOver(system, real))];
  const device = deviceByNumber(system, stats);
  if (device === undefined) return [];
  const file = device.drive?.backingFile ?? null;
  return [...drivesUnder(system, device), ...(file === null ? [] : await loopsOver(system, file))];
}

/** Paths of the loop devices over this file, by whatever name: to write to one is to write into the file. */
async function loopsOver({ devices }: LinuxDevices, file: string): Promise<string[]> {
  const wanted = await fileIdentity(file);
  const loops: string[] = [];
  for (const { name, drive } of devices.values()) {
    const backing = drive?.backingFile ?? null;
    if (backing !== null && (await backingIdentity(name, backing)) === wanted) loops.push(devicePath(name));
  }
  return loops;
}

/** By its name where it is gone, or lies in a folder that is closed to this user: then no image that was opened is it. */
async function fileIdentity(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return path;
  }
}

/** Of a loop device's file, whose name need not be UTF-8. */
async function backingIdentity(name: string, backing: string): Promise<string> {
  if (!backing.includes("\ufffd")) return fileIdentity(backing);
  try {
    const line = await readFile(`/sys/block/${name}/loop/backing_file`);
    const { dev, ino } = await stat(line.subarray(0, line.lastIndexOf("\n")));
    return `${dev}:${ino}`;
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return backing;
  }
}

/** Undefined where nothing is there. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw openError(path, error);
  }
}

export function deviceByNumber({ devices }: LinuxDevices, stats: Stats): BlockDevice | undefined {
  const number = deviceNumberText(stats.rdev);
  return [...devices.values()].find(({ deviceNumber }) => deviceNumber === number);
}

type MountedDrive = { readonly drive: Drive; readonly point: Mountpoint };

/** The drive that a folder lies on and where it is mounted; undefined where it lies on none. `folder`: links followed. */
export async function mountedAbove(folder: string, listing: DriveListing): Promise<MountedDrive | undefined> {
  const above = mountsAbove(await listing.drives(), folder);
  const mount = platform === "linux" ? mountOf((await listing.devices()).mounts, folder) : undefined;
  const on = platform === "linux" ? above.filter(({ point }) => point.path === mount?.path) : above;
  // What is mounted is a mount of all drives below it, too: of a loop device's, and of its file's.
  return on.find(({ drive, point }) => [drive, ...drive.partitions].some(({ path }) => path === point.device)) ?? on[0];
}

function drivesMountedAbove(drives: readonly Drive[], path: string): string[] {
  return mountsAbove(drives, path).map(({ drive }) => drive.path);
}

/** The deepest ones. */
function mountsAbove(drives: readonly Drive[], path: string): MountedDrive[] {
  const mounted = drives.flatMap((drive) => drive.mountpoints.map((point) => ({ drive, point })));
  const above = mounted.filter(({ point }) => isAtOrBelow(point.path, path));
  const longest = Math.max(0, ...above.map(({ point }) => point.path.length));
  return above.filter(({ point }) => point.path.length === longest);
}

/** Both without links. */
export function isAtOrBelow(folder: string, path: string): boolean {
  const at = folder.replace(/[\\/]$/, "");
  return isSamePath(at, path.slice(0, at.length)) && (path.length === at.length || /[\\/]/.test(path[at.length]!));
}

/** The usual file systems outside of Linux take names for one that differ in case alone. */
export function isSamePath(path: string, other: string): boolean {
  return platform === "linux" ? path === other : path.toLowerCase() === other.toLowerCase();
}
