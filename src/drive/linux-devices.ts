/**
 * The block devices of Linux as /sys/block tells them: drives, their partitions, and what is built on them. Traps: a
 * name holds `!` where its path has `/` (cciss!c0d0); `removable` is 0 for USB hard disks and SSDs, which are plugged
 * all the same; sizes are in units of 512 bytes whatever the drive's own sector is (Documentation/ABI/stable/sysfs-block);
 * a file system over several devices is mounted from one of them, and only /sys/fs names the others.
 */
import { readlink, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { parseMountinfo, parseSwaps, type Mount } from "./linux-mounts.js";
import { readAttributes, type DriveAttributes } from "./linux-attributes.js";
import { deviceNumberText, linkedName, namesIn, sysfsSector, text } from "./linux-sysfs.js";

export type BlockDevice = {
  /** The kernel's name: `sdb`, `sdb1`, `dm-0`. */
  readonly name: string;
  /** `major:minor`. */
  readonly deviceNumber: string;
  /** Bytes. */
  readonly size: number;
  /** The whole drive's name, for a partition. */
  readonly parent: string | null;
  /** Names of the devices that this one is built on (dm, md), partitions among them. */
  readonly slaves: readonly string[];
  readonly holders: readonly string[];
  readonly readOnly: boolean;
  /** What only a whole device has. */
  readonly drive: DriveAttributes | null;
};

export type LinuxDevices = {
  readonly devices: ReadonlyMap<string, BlockDevice>;
  readonly mounts: readonly Mount[];
  readonly swaps: readonly string[];
  /** Names by the paths that mounts and swaps give (`/dev/mapper/vg-root` is `dm-0`). */
  readonly names: ReadonlyMap<string, string>;
  /** Names of the devices of each mounted file system that may lie on several (btrfs, bcachefs). */
  readonly fileSystems: readonly (readonly string[])[];
  /** The block device behind a loop device, by the loop device's name; a loop device over a file has none. */
  readonly looped: ReadonlyMap<string, string>;
  /** Names of devices whose file system is mounted, in whatever namespace, as far as /sys/fs tells (ext4, XFS, F2FS). */
  readonly mounted: ReadonlySet<string>;
};

/**
 * Reads the running system, or a recorded one below `root`. Devices that vanish meanwhile are left out. Throws
 * `target-unsupported` where the kernel's file systems are not there, as in a bare root: no drive would be seen, and
 * nothing of what is mounted.
 */
export async function readLinuxDevices(root = "/"): Promise<LinuxDevices> {
  await requireKernelFileSystems(root);
  const devices = new Map<string, BlockDevice>();
  const drives = await namesIn(join(root, "sys/block"));
  const found = await Promise.all(drives.map((name) => readDrive(root, name)));
  for (const device of found.flat()) devices.set(device.name, device);
  const mounts = await readMounts(root);
  const swaps = parseSwaps((await text(join(root, "proc/swaps"))) ?? "");
  const names = new Map<string, string>();
  for (const path of [...mounts.flatMap(({ sources }) => sources), ...swaps]) {
    if (path.startsWith("/dev/") && !names.has(path)) names.set(path, await nameOf(root, path));
  }
  const [fileSystems, mounted, looped] = await Promise.all([
    readFileSystems(root),
    readMounted(root),
    readLooped(root, devices),
  ]);
  return { devices, mounts, swaps, names, fileSystems, looped, mounted };
}

async function requireKernelFileSystems(root: string): Promise<void> {
  const needed = { "/sys": "sys/block", "/proc": "proc/self/mountinfo" };
  for (const [mountpoint, place] of Object.entries(needed)) {
    try {
      await stat(join(root, place));
    } catch (cause) {
      if (errorCodeOf(cause) === undefined) throw cause;
      throw new Win7UsbError("target-unsupported", `drives cannot be seen: ${mountpoint} is not mounted here`, {
        hint: "Mount both (mount -t proc proc /proc; mount -t sysfs sysfs /sys), and run the same command again.",
        data: { missing: mountpoint },
        cause,
      });
    }
  }
}

/** What is mounted in this process's namespace. */
export async function readMounts(root = "/"): Promise<Mount[]> {
  return parseMountinfo((await text(join(root, "proc/self/mountinfo"))) ?? "");
}

/** `loop/backing_file` is a path like any other: what lies there says whether it is a device. */
async function readLooped(root: string, devices: ReadonlyMap<string, BlockDevice>): Promise<Map<string, string>> {
  const looped = new Map<string, string>();
  for (const { name, drive } of devices.values()) {
    const path = drive?.backingFile ?? null;
    const below = path === null ? undefined : await deviceAt(root, path, devices);
    if (below !== undefined && below !== name) looped.set(name, below);
  }
  return looped;
}

/** The name of the block device at `path`; undefined where a file or nothing is there. */
async function deviceAt(
  root: string,
  path: string,
  devices: ReadonlyMap<string, BlockDevice>,
): Promise<string | undefined> {
  try {
    const stats = await stat(join(root, path));
    if (!stats.isBlockDevice()) return undefined;
    const number = deviceNumberText(stats.rdev);
    return [...devices.values()].find(({ deviceNumber }) => deviceNumber === number)?.name;
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    // Another namespace's path, or a node that was removed: the kernel's name of the device is still its last part.
    const name = path.startsWith("/dev/") ? await nameOf(root, path) : undefined;
    return name !== undefined && devices.has(name) ? name : undefined;
  }
}

/** A folder by each device's name, and a few others beside them. */
async function readMounted(root: string): Promise<Set<string>> {
  const folders = ["ext4", "xfs", "f2fs"].map((kind) => namesIn(join(root, "sys/fs", kind)));
  return new Set((await Promise.all(folders)).flat());
}

/** /sys/fs/btrfs/<UUID>/devices holds a link by each device's name, /sys/fs/bcachefs/<UUID>/dev-0/block is one. */
async function readFileSystems(root: string): Promise<string[][]> {
  const found: string[][] = [];
  const btrfs = join(root, "sys/fs/btrfs");
  for (const uuid of await namesIn(btrfs)) found.push(await namesIn(join(btrfs, uuid, "devices")));
  const bcachefs = join(root, "sys/fs/bcachefs");
  for (const uuid of await namesIn(bcachefs)) {
    const members = (await namesIn(join(bcachefs, uuid))).filter((name) => /^dev-\d+$/.test(name));
    const links = members.map((name) => linkedName(join(bcachefs, uuid, name, "block")));
    found.push((await Promise.all(links)).filter((name) => name !== null));
  }
  return found.filter(({ length }) => length > 1);
}

/**
 * The device with this number alone, as it is now: its partitions and what is mounted are not asked. Undefined where no
 * device has the number. A partition is given as if it were a drive, with the name of a partition.
 */
export async function readLinuxDevice(deviceNumber: string, root = "/"): Promise<BlockDevice | undefined> {
  const folder = join(root, "sys/dev/block", deviceNumber);
  try {
    const device = await readDevice(folder, basename(await readlink(folder)), null);
    return device === undefined ? undefined : { ...device, drive: await readAttributes(folder) };
  } catch (error) {
    // It was removed just now.
    if (errorCodeOf(error) === undefined) throw error;
    return undefined;
  }
}

async function readDrive(root: string, name: string): Promise<BlockDevice[]> {
  const folder = join(root, "sys/block", name);
  const whole = await readDevice(folder, name, null);
  if (whole === undefined) return [];
  const attributes = await readAttributes(folder);
  const result: BlockDevice[] = [{ ...whole, drive: attributes }];
  for (const entry of await namesIn(folder)) {
    if (!entry.startsWith(name) || (await text(join(folder, entry, "partition"))) === null) continue;
    const partition = await readDevice(join(folder, entry), entry, name);
    if (partition !== undefined) result.push(partition);
  }
  return result;
}

async function readDevice(folder: string, name: string, parent: string | null): Promise<BlockDevice | undefined> {
  const [deviceNumber, size] = await Promise.all([text(join(folder, "dev")), text(join(folder, "size"))]);
  if (deviceNumber === null || size === null) return undefined;
  return {
    name,
    deviceNumber,
    size: Number(size) * sysfsSector,
    parent,
    slaves: await namesIn(join(folder, "slaves")),
    holders: await namesIn(join(folder, "holders")),
    readOnly: (await text(join(folder, "ro"))) === "1",
    drive: null,
  };
}

/** The kernel's name of a path in /dev, links followed; its last part where the link cannot be followed. */
async function nameOf(root: string, path: string): Promise<string> {
  return (await linkedName(join(root, path))) ?? path.slice("/dev/".length).replaceAll("/", "!");
}
