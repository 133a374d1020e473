/**
 * The block devices of Linux as /sys/block tells them: drives, their partitions, and what is built on them. Traps: a
 * name holds `!` where its path has `/` (cciss!c0d0); `removable` is 0 for USB hard disks and SSDs, which are plugged
 * all the same; sizes are in units of 512 bytes whatever the drive's own sector is (Documentation/ABI/stable/sysfs-block);
 * a file system over several devices is mounted from one of them, and only /sys/fs names the others.
 */
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseMountinfo, parseSwaps, type Mount } from "./linux-mounts.js";
import { errorCodeOf } from "./transfer.js";

/** sysfs counts sizes in these, in bytes. */
const sysfsSector = 512;

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

export type DriveAttributes = {
  readonly logicalBlockSize: number;
  readonly removable: boolean;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  /** Where it is attached: the resolved path below /sys/devices. */
  readonly location: string;
  readonly backingFile: string | null;
  readonly sequence: number | null;
  /** SCSI's peripheral device type as a decimal number, or `SD` and `MMC` for cards and soldered chips. */
  readonly deviceType: string | null;
};

export type LinuxDevices = {
  readonly devices: ReadonlyMap<string, BlockDevice>;
  readonly mounts: readonly Mount[];
  readonly swaps: readonly string[];
  /** Names by the paths that mounts and swaps give (`/dev/mapper/vg-root` is `dm-0`). */
  readonly names: ReadonlyMap<string, string>;
  /** Names of the devices of each mounted file system that may lie on several (btrfs, bcachefs). */
  readonly fileSystems: readonly (readonly string[])[];
  /** Names of devices whose file system is mounted, in whatever namespace, as far as /sys/fs tells (ext4, XFS, F2FS). */
  readonly mounted: ReadonlySet<string>;
};

/** Reads the running system, or a recorded one below `root`. Devices that vanish meanwhile are left out. */
export async function readLinuxDevices(root = "/"): Promise<LinuxDevices> {
  const devices = new Map<string, BlockDevice>();
  const drives = await list(join(root, "sys/block"));
  const found = await Promise.all(drives.map((name) => readDrive(root, name)));
  for (const device of found.flat()) devices.set(device.name, device);
  const mounts = parseMountinfo((await text(join(root, "proc/self/mountinfo"))) ?? "");
  const swaps = parseSwaps((await text(join(root, "proc/swaps"))) ?? "");
  const names = new Map<string, string>();
  for (const path of [...mounts.flatMap(({ sources }) => sources), ...swaps]) {
    if (path.startsWith("/dev/") && !names.has(path)) names.set(path, await nameOf(root, path));
  }
  const [fileSystems, mounted] = await Promise.all([readFileSystems(root), readMounted(root)]);
  return { devices, mounts, swaps, names, fileSystems, mounted };
}

/** A folder by each device's name, and a few others beside them. */
async function readMounted(root: string): Promise<Set<string>> {
  const folders = ["ext4", "xfs", "f2fs"].map((kind) => list(join(root, "sys/fs", kind)));
  return new Set((await Promise.all(folders)).flat());
}

/** /sys/fs/btrfs/<UUID>/devices holds a link by each device's name, /sys/fs/bcachefs/<UUID>/dev-0/block is one. */
async function readFileSystems(root: string): Promise<string[][]> {
  const found: string[][] = [];
  const btrfs = join(root, "sys/fs/btrfs");
  for (const uuid of await list(btrfs)) found.push(await list(join(btrfs, uuid, "devices")));
  const bcachefs = join(root, "sys/fs/bcachefs");
  for (const uuid of await list(bcachefs)) {
    const members = (await list(join(bcachefs, uuid))).filter((name) => /^dev-\d+$/.test(name));
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
    // It has just gone.
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
  for (const entry of await list(folder)) {
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
    slaves: await list(join(folder, "slaves")),
    holders: await list(join(folder, "holders")),
    readOnly: (await text(join(folder, "ro"))) === "1",
    drive: null,
  };
}

async function readAttributes(folder: string): Promise<DriveAttributes> {
  const read = (name: string): Promise<string | null> => text(join(folder, name));
  const location = await realpath(folder);
  const vendor = await read("device/vendor");
  const [blockSize, removable, sequence, deviceType] = await Promise.all([
    read("queue/logical_block_size"),
    read("removable"),
    read("diskseq"),
    read("device/type"),
  ]);
  return {
    logicalBlockSize: numberOr(blockSize, sysfsSector),
    removable: removable === "1",
    // What stands in the vendor's place for every ATA disk (SAT-4 10.3.2).
    vendor: vendor === "ATA" ? null : vendor,
    model: (await read("device/model")) ?? (await read("device/name")),
    serial:
      (await read("serial")) ??
      (await read("device/serial")) ??
      (await usbSerial(location)) ??
      (await scsiSerial(join(folder, "device"))),
    location,
    backingFile: await read("loop/backing_file"),
    sequence: sequence === null ? null : numberOr(sequence, 0),
    deviceType,
  };
}

/** A USB drive's serial number is its device's, some folders above the disk: the first that has a vendor id beside it. */
async function usbSerial(location: string): Promise<string | null> {
  const steps = location.split("/");
  const bus = steps.findIndex((step) => /^usb\d+$/.test(step));
  if (bus < 0) return null;
  for (let depth = steps.length - 1; depth > bus; depth -= 1) {
    const folder = steps.slice(0, depth).join("/");
    if ((await text(join(folder, "idVendor"))) !== null) return text(join(folder, "serial"));
  }
  return null;
}

/** SPC-4 7.8.12, the unit serial number page: its text follows a header of four bytes. */
async function scsiSerial(folder: string): Promise<string | null> {
  const page = await text(join(folder, "vpd_pg80"));
  const serial = page?.slice(4).replaceAll("\0", "").trim() ?? "";
  return serial === "" ? null : serial;
}

/** The kernel's name of a path in /dev, links followed; its last part where the link cannot be followed. */
async function nameOf(root: string, path: string): Promise<string> {
  return (await linkedName(join(root, path))) ?? path.slice("/dev/".length).replaceAll("/", "!");
}

/** The last part of where a link leads; null where it cannot be followed. */
async function linkedName(path: string): Promise<string | null> {
  try {
    return basename(await readlink(path));
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return null;
  }
}

/** A device number (`stat`'s rdev) as sysfs writes it; makedev(3) as glibc packs 32 bits of major and of minor. */
export function deviceNumberText(deviceNumber: number): string {
  const number = BigInt(deviceNumber);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function numberOr(value: string | null, otherwise: number): number {
  const number = Number(value);
  return value === null || value === "" || !Number.isSafeInteger(number) ? otherwise : number;
}

/** A file's text without blanks around it; null where there is none or it is empty. */
async function text(path: string): Promise<string | null> {
  try {
    const content = (await readFile(path, "utf8")).trim();
    return content === "" ? null : content;
  } catch (error) {
    // Not there, not for everyone, or the device has just gone: not known, in every case.
    if (errorCodeOf(error) === undefined) throw error;
    return null;
  }
}

async function list(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return [];
  }
}
