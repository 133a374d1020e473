/** Lists drives, resolves the path of a target, and finds the drives that the image lies on. */
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { Stats } from "node:fs";
import { Win7UsbError } from "../errors.js";
import { runInterruptibly } from "../source/interruption.js";
import type { Drive, Target, WriteTarget } from "./drive.js";
import { drivesOfDrivelist } from "./drivelist.js";
import { readLinuxDevices, readMounts, type BlockDevice, type LinuxDevices } from "./linux-devices.js";
import { deviceNumberText } from "./linux-sysfs.js";
import { drivesOfLinux, drivesUnder, isDrive, devicePath } from "./linux-drives.js";
import { mountOf } from "./linux-mounts.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { errorCodeOf } from "./transfer.js";

/** Choices of `listDrives`. */
export type ListOptions = {
  /** Aborting it rejects with `interrupted`, even while the system does not answer. */
  readonly signal?: AbortSignal | undefined;
};

/** Every drive with a medium in it, those that will be refused too. */
export async function listDrives({ signal }: ListOptions = {}): Promise<Drive[]> {
  return runInterruptibly(
    signal,
    () => new Win7UsbError("interrupted", "interrupted: the drives were not listed"),
    () => new DriveListing().drives(),
  );
}

/**
 * The system's drives, listed once when they are first needed, so that all targets and the image of a preparation are
 * compared with the same list. Not to be kept for later, when the list may have changed.
 */
export class DriveListing {
  #devices: Promise<LinuxDevices> | undefined;
  #drives: Promise<Drive[]> | undefined;

  drives(): Promise<Drive[]> {
    this.#drives ??= platform === "linux" ? this.devices().then(drivesOfLinux) : askForDrives();
    return this.#drives;
  }

  /** Linux alone. */
  devices(): Promise<LinuxDevices> {
    this.#devices ??= readLinuxDevices();
    return this.#devices;
  }
}

/** The drives among the targets. */
export function drivesAmong(targets: readonly WriteTarget[]): Drive[] {
  return targets.flatMap((target) => (target.kind === "drive" ? [target.drive] : []));
}

async function askForDrives(): Promise<Drive[]> {
  if (platform === "other") return drivesOfDrivelist();
  try {
    if (platform === "darwin") return await (await import("./darwin.js")).listDarwinDrives();
    return await (await import("./win32.js")).listWindowsDrives();
  } catch (error) {
    // drivelist asks the system in another way; if it fails too, the failure of the system's own command says more.
    return drivesOfDrivelist().catch(() => Promise.reject(error));
  }
}

/**
 * What `path` names: a drive (links such as /dev/disk/by-id followed), or an image file that exists or can be created.
 * Throws `target-not-a-drive` for partitions, folders and the like, and `target-missing` for a drive that is not there.
 */
export async function inspectTarget(path: string, listing = new DriveListing()): Promise<Target> {
  if (platform !== "linux" && isDevicePath(path)) return inspectDevicePath(path, listing);
  const stats = await statOf(path);
  if (stats === undefined) return inspectMissing(path);
  if (stats.isFile()) return { kind: "image-file", path, exists: true };
  if (platform === "linux" && stats.isBlockDevice()) return inspectBlockDevice(path, stats, listing);
  const what = stats.isDirectory() ? "a folder" : "neither a drive nor a file";
  throw new Win7UsbError("target-not-a-drive", `${path} is ${what}, expected a drive or the path of an image file`, {
    hint: stats.isDirectory() ? "Name a file in it, such as usb.img." : "`win7usb drives` lists the drives.",
    data: { target: path },
  });
}

/**
 * Paths of the drives that the image lies on, or of the drive that it is; empty where that is unknown. `path` must exist.
 */
export async function drivesHolding(path: string, listing = new DriveListing()): Promise<string[]> {
  const real = await realpath(path);
  if (platform !== "linux") return drivesMountedAbove(await listing.drives(), real);
  const system = await listing.devices();
  const stats = await stat(real);
  if (!stats.isBlockDevice()) return [...drivesUnder(system, real), ...(await loopsOver(system, real))];
  const device = deviceByNumber(system, stats);
  if (device === undefined) return [];
  const file = device.drive?.backingFile ?? null;
  return [...drivesUnder(system, device), ...(file === null ? [] : await loopsOver(system, file))];
}

/** Paths of the loop devices over this file, under any of its names: writing to one writes to the file. */
async function loopsOver({ devices }: LinuxDevices, file: string): Promise<string[]> {
  const wanted = await fileIdentity(file);
  const loops: string[] = [];
  for (const { name, drive } of devices.values()) {
    const backing = drive?.backingFile ?? null;
    if (backing !== null && (await fileIdentity(backing)) === wanted) loops.push(devicePath(name));
  }
  return loops;
}

async function fileIdentity(path: string): Promise<string> {
  const stats = await statOf(path);
  return stats === undefined ? path : `${stats.dev}:${stats.ino}`;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw openError(path, error);
  }
}

async function inspectMissing(path: string): Promise<Target> {
  if (await isInDeviceFolder(path)) {
    throw new Win7UsbError("target-missing", `there is no drive ${path}`, {
      hint: "Plug it in, and look at `win7usb drives`.",
      data: { target: path },
    });
  }
  const folder = dirname(path);
  if ((await statOf(folder))?.isDirectory() === true) return { kind: "image-file", path, exists: false };
  throw new Win7UsbError("target-missing", `${path} cannot be created: there is no folder ${folder}`, {
    hint: "Create the folder first, or choose another path.",
    data: { target: path },
  });
}

/** A folder of /dev for ordinary files, even where it is no mount of its own (in a chroot). */
const sharedMemory = "/dev/shm";

/**
 * Whether a path that does not exist would be that of a device: nobody wants an ordinary file in the file system of
 * devices, but file systems mounted below it (/dev/shm) hold files. Decided by the folder's real path, not by its spelling.
 */
async function isInDeviceFolder(path: string): Promise<boolean> {
  if (platform === "win32") return false;
  let folder: string;
  try {
    folder = await realpath(dirname(path));
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    // The folder does not exist either, so that only the spelling is left to decide by.
    folder = resolve(dirname(path));
  }
  if (!`${folder}/`.startsWith("/dev/") || `${folder}/`.startsWith(`${sharedMemory}/`)) return false;
  if (platform !== "linux") return true;
  const mount = mountOf(await readMounts(), folder);
  return mount === undefined || !mount.path.startsWith("/dev/");
}

async function inspectBlockDevice(path: string, stats: Stats, listing: DriveListing): Promise<Target> {
  const system = await listing.devices();
  const device = deviceByNumber(system, stats);
  if (device !== undefined && device.parent !== null) {
    const whole = devicePath(device.parent);
    throw new Win7UsbError("target-not-a-drive", `${path} is a partition of ${whole}, expected a whole drive`, {
      hint: `Name the drive itself, ${whole}.`,
      data: { target: path, drive: whole },
    });
  }
  if (device?.size === 0) {
    throw new Win7UsbError("target-missing", `${path} has no medium in it`, {
      hint: "Insert a card, or choose another drive.",
      data: { target: path },
    });
  }
  const drivePath = device !== undefined && isDrive(device) ? devicePath(device.name) : undefined;
  const drive = (await listing.drives()).find((each) => each.path === drivePath);
  if (drive !== undefined) return { kind: "drive", path: drive.path, drive };
  throw new Win7UsbError("target-not-a-drive", `${path} is built on other devices or cannot be written`, {
    hint: "Name a whole drive; `win7usb drives` lists them.",
    data: { target: path },
  });
}

function deviceByNumber({ devices }: LinuxDevices, stats: Stats): BlockDevice | undefined {
  const number = deviceNumberText(stats.rdev);
  return [...devices.values()].find(({ deviceNumber }) => deviceNumber === number);
}

/** Windows' and macOS' names of drives and partitions; `E:` is a volume, `E:\` the folder at its root. */
function isDevicePath(path: string): boolean {
  return /^\\\\[.?]\\/.test(path) || /^[a-z]:\\?$/i.test(path) || /^\/dev\/r?disk\d+/.test(path);
}

async function inspectDevicePath(path: string, listing: DriveListing): Promise<Target> {
  const partition = /^(\/dev\/r?disk\d+)s\d+/.exec(path)?.[1];
  if (partition !== undefined) {
    throw new Win7UsbError("target-not-a-drive", `${path} is a partition of ${partition}, expected a whole drive`, {
      hint: `Name the drive itself, ${partition}.`,
      data: { target: path, drive: partition },
    });
  }
  const letter = /^(?:\\\\[.?]\\)?([a-z]:)\\?$/i.exec(path)?.[1];
  if (letter !== undefined) throw volumeError(path, letter, await listing.drives());
  const wanted = path.replace(/^\/dev\/rdisk/, "/dev/disk").toLowerCase();
  const drive = (await listing.drives()).find((each) => each.path.toLowerCase() === wanted);
  if (drive !== undefined) return { kind: "drive", path: drive.path, drive };
  throw new Win7UsbError("target-missing", `there is no drive ${path}`, {
    hint: "Plug it in, and look at `win7usb drives`.",
    data: { target: path, name: basename(path) },
  });
}

/** The error for a volume such as `E:`, which names its drive. */
function volumeError(path: string, letter: string, drives: readonly Drive[]): Win7UsbError {
  const root = `${letter}\\`.toLowerCase();
  const drive = drives.find(({ mountpoints }) => mountpoints.some((point) => point.path.toLowerCase() === root))?.path;
  return new Win7UsbError("target-not-a-drive", `${path} is a volume, expected a whole drive`, {
    hint: drive === undefined ? "`win7usb drives` lists the drives." : `Name the drive itself, ${drive}.`,
    data: { target: path, ...(drive === undefined ? {} : { drive }) },
  });
}

function drivesMountedAbove(drives: readonly Drive[], path: string): string[] {
  const mounted = drives.flatMap((drive) => drive.mountpoints.map((point) => ({ drive, at: point.path })));
  const above = mounted.filter(({ at }) => path.toLowerCase().startsWith(at.toLowerCase()));
  const longest = Math.max(0, ...above.map(({ at }) => at.length));
  return above.filter(({ at }) => at.length === longest).map(({ drive }) => drive.path);
}
