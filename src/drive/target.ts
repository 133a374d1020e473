/** What a target's name means: a drive, an image file, or neither. */
import type { Stats } from "node:fs";
import { readlink } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { requirePath } from "../source/path-text.js";
import type { Drive, Target } from "./drive.js";
import { deviceByNumber, isSamePath, mountedAbove, statOf } from "./holding.js";
import { readMounts } from "./linux-devices.js";
import { devicePath, isDrive } from "./linux-drives.js";
import { mountOf } from "./linux-mounts.js";
import { DriveListing } from "./list.js";
import { platform } from "./platform.js";
import { realPath } from "./real-path.js";
import { driveTarget, inspectShortName, isShortName, requireNoStream } from "./short-name.js";

/**
 * What `path` names: a drive (links such as /dev/disk/by-id followed, its short name, the name or letter of a volume on it),
 * or an image file that exists or can be created. Throws `target-not-a-drive` for partitions, folders and the like,
 * `target-missing` for a drive that is not there, and `usage` for a word that is neither a drive's nor an image file's.
 */
export async function inspectTarget(path: string, listing = new DriveListing()): Promise<Target> {
  requirePath(path);
  requireNoStream(path);
  if (platform !== "linux" && isDevicePath(path)) return inspectDevicePath(path, listing);
  const stats = await statOf(path);
  if (stats === undefined) return isShortName(path) ? inspectUnknown(path, listing) : inspectMissing(path);
  if (stats.isFile()) return inspectFile(path);
  if (platform === "linux" && stats.isBlockDevice()) return inspectBlockDevice(path, stats, listing);
  if (stats.isDirectory()) throw await folderError(path, listing);
  throw new Win7UsbError("target-not-a-drive", `${path} is neither a drive nor a file, ${expected}`, {
    hint: "`win7usb drives` lists the drives.",
    data: { target: path },
  });
}

const expected = "expected a drive or the path of an image file";

/** Where the path leads through links, what is replaced is the file that they lead to. */
async function inspectFile(path: string): Promise<Target> {
  const real = await realPath(path);
  return { kind: "image-file", path, exists: true, ...(real === resolve(path) ? {} : { realPath: real }) };
}

/** A link that leads nowhere is a name that somebody gave. */
async function inspectUnknown(name: string, listing: DriveListing): Promise<Target> {
  return (await linkAt(name)) === undefined ? inspectShortName(name, listing) : inspectMissing(name);
}

/** A folder may be all that a person knows of a stick: where it is mounted. */
async function folderError(path: string, listing: DriveListing): Promise<Win7UsbError> {
  const real = await realPath(path);
  const error = (what: string, hint: string, data: Record<string, unknown> = {}): Win7UsbError =>
    new Win7UsbError("target-not-a-drive", `${path} is ${what}, ${expected}`, {
      hint,
      data: { target: path, ...data },
    });
  const inFolder = "Name a file in it, such as usb.img";
  const mounted = await mountedAbove(real, listing);
  if (mounted === undefined) return error("a folder", `${inFolder}.`);
  const { drive, point } = mounted;
  if (drive.system)
    return error("a folder", `${inFolder}; ${drive.path}, which it lies on, carries the running system.`);
  if (isSamePath(point.path, real)) {
    return error(`where ${point.device} is mounted`, `Name the drive itself, ${drive.path}.`, { drive: drive.path });
  }
  return error("a folder", `${inFolder}, or the drive that it lies on, ${drive.path}.`, { liesOn: drive.path });
}

async function inspectMissing(path: string): Promise<Target> {
  if (await isInDeviceFolder(path)) {
    throw new Win7UsbError("target-missing", `there is no drive ${path}`, {
      hint: "Plug it in, and look at `win7usb drives`.",
      data: { target: path },
    });
  }
  const link = await linkAt(path);
  if (link !== undefined) {
    throw new Win7UsbError("target-missing", `${path} is a link to ${link}, which is not there`, {
      hint: "Name the file itself, or remove the link.",
      data: { target: path },
    });
  }
  // A name that ends with a separator is a folder's, and a file would get another name.
  const folder = path.endsWith("/") || (platform === "win32" && path.endsWith("\\")) ? path : dirname(path);
  if ((await statOf(folder))?.isDirectory() === true) return { kind: "image-file", path, exists: false };
  throw new Win7UsbError("target-missing", `${path} cannot be created: there is no folder ${folder}`, {
    hint: "Create the folder first, or choose another path.",
    data: { target: path },
  });
}

/** Where a link leads; undefined where there is none. */
async function linkAt(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The part of /dev that is memory for everybody, where it is no mount of its own (in a changed root). */
const sharedMemory = "/dev/shm";

/**
 * Whether a name that is not there would be one of a device: a file in the devices' own file system is nobody's wish, and
 * what is mounted further down (/dev/shm) is a place for files. By where the folder is, not by how it is written.
 */
async function isInDeviceFolder(path: string): Promise<boolean> {
  if (platform === "win32") return false;
  let folder: string;
  try {
    folder = await realPath(dirname(path));
  } catch (error) {
    if (error instanceof Win7UsbError || errorCodeOf(error) === undefined) throw error;
    // The folder is not there either: what was typed is all there is.
    folder = resolve(dirname(path));
  }
  if (!`${folder}/`.startsWith("/dev/") || `${folder}/`.startsWith(`${sharedMemory}/`)) return false;
  if (platform !== "linux") return true;
  const mount = mountOf(await readMounts(), folder);
  return mount === undefined || !mount.path.startsWith("/dev/");
}

/** What udev calls a volume or partition by what stands on it: who gives such a name need not know the drive. */
const volumeLink = /^\/dev\/disk\/by-(?:label|uuid|partlabel|partuuid)\//;

async function inspectBlockDevice(path: string, stats: Stats, listing: DriveListing): Promise<Target> {
  const system = await listing.devices();
  const device = deviceByNumber(system, stats);
  if (device !== undefined && device.parent !== null && !volumeLink.test(path)) {
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
  const whole = device === undefined || device.parent === null ? device : system.devices.get(device.parent);
  const drivePath = whole !== undefined && isDrive(whole) ? devicePath(whole.name) : undefined;
  const drive = (await listing.drives()).find((each) => each.path === drivePath);
  if (drive !== undefined) return driveTarget(path, drive);
  throw new Win7UsbError("target-not-a-drive", `${path} is built on other devices or cannot be written`, {
    hint: "Name a whole drive; `win7usb drives` lists them.",
    data: { target: path },
  });
}

/** Windows' and macOS' names of drives and partitions; `E:` is a volume, `E:\` the folder at its root. */
function isDevicePath(path: string): boolean {
  const isVolume = platform === "win32" && /^[a-z]:\\?$/i.test(path);
  return isVolume || /^\\\\[.?]\\/.test(path) || /^\/dev\/r?disk\d+/.test(path);
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
  if (letter !== undefined) return inspectLetter(path, letter, await listing.drives());
  const wanted = path.replace(/^\/dev\/rdisk/, "/dev/disk").toLowerCase();
  const drive = (await listing.drives()).find((each) => each.path.toLowerCase() === wanted);
  if (drive !== undefined) return driveTarget(path, drive);
  throw new Win7UsbError("target-missing", `there is no drive ${path}`, {
    hint: "Plug it in, and look at `win7usb drives`.",
    data: { target: path, name: basename(path) },
  });
}

/** The drive that `E:` is a volume of. */
function inspectLetter(path: string, letter: string, drives: readonly Drive[]): Target {
  const root = `${letter}\\`.toLowerCase();
  const drive = drives.find(({ mountpoints }) => mountpoints.some((point) => point.path.toLowerCase() === root));
  if (drive !== undefined) return driveTarget(path, drive);
  throw new Win7UsbError("target-not-a-drive", `${path} is no volume of a drive that is there, ${expected}`, {
    hint: "`win7usb drives` lists the drives.",
    data: { target: path },
  });
}
