/**
 * A Linux block device as a target. O_EXCL on a block device means that nobody else has it mounted or built upon and
 * nobody can while it is open; O_DIRECT keeps the data out of the page cache, so that progress is the drive's own and
 * reading back asks the drive. Traps: some kernels refuse to open read-only media for writing (EACCES, even to root) and
 * others only to write to them, and a stick that was swapped has the same path, so the identity is looked at again by
 * the open handle's device number.
 */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { runCommand } from "./command.js";
import type { Drive } from "./drive.js";
import type { DriveWriter } from "./drive-writer.js";
import { identityDifference } from "./guard.js";
import { handleWriter } from "./handle-writer.js";
import { readLinuxDevice, readLinuxDevices } from "./linux-devices.js";
import { deviceNumberText } from "./linux-sysfs.js";
import { drivesOfLinux } from "./linux-drives.js";
import { openError } from "./open-error.js";

/**
 * Opens the drive that `drive` describes, for this process alone. Throws `target-in-use`, `target-read-only`,
 * `target-missing`, `no-permission`, or `target-changed` where another drive has taken its path.
 */
export async function openLinuxDrive(drive: Drive): Promise<DriveWriter> {
  const { handle, direct } = await openExclusive(drive);
  try {
    // The open handle's own device is looked up, not the path: that may name another drive by now.
    const deviceNumber = deviceNumberText((await handle.stat()).rdev);
    requireSameAndWritable(drive, await driveNumbered(deviceNumber));
    return driveWriter(drive, { handle, direct, deviceNumber });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

type OpenDrive = {
  readonly handle: FileHandle;
  /** Past the page cache. */
  readonly direct: boolean;
  /** `major:minor`. */
  readonly deviceNumber: string;
};

function driveWriter(drive: Drive, { handle, direct, deviceNumber }: OpenDrive): DriveWriter {
  const told = (transfer: Promise<void>): Promise<void> => unlessGone(drive, deviceNumber, transfer);
  const writer = handleWriter(drive, handle, async () => {
    // Where it fails (a loop device without partitions, no such command) the kernel looks when the drive is plugged
    // in the next time, or udev has done it already because the drive was closed after writing.
    await runCommand("blockdev", ["--rereadpt", drive.path]);
  });
  return {
    ...writer,
    write: (offset, bytes) => told(writer.write(offset, bytes)),
    read: (offset, target) => told(writer.read(offset, target)),
    flush: () => told(writer.flush()),
    commit: () => told(writer.commit()),
    beginReadBack: async () =>
      direct ? { fromMedium: true } : { fromMedium: false, reason: "the drive has no direct access" },
  };
}

/**
 * A drive that was unplugged fails with EIO, then with reads of 0 bytes and, because it has no size any more, with ENOSPC.
 * So after a failed transfer, a drive that is gone is reported as gone.
 */
async function unlessGone(drive: Drive, deviceNumber: string, transfer: Promise<void>): Promise<void> {
  try {
    await transfer;
  } catch (error) {
    if (!(error instanceof Win7UsbError) || (await isThere(drive, deviceNumber))) throw error;
    throw new Win7UsbError("write-failed", `${error.message}: the drive is gone`, {
      hint: "Plug it in again and write it from the beginning.",
      data: { ...error.data, cause: "ENODEV" },
      cause: error,
    });
  }
}

async function isThere(drive: Drive, deviceNumber: string): Promise<boolean> {
  const found = await driveNumbered(deviceNumber);
  return found !== undefined && identityDifference(drive, found) === null;
}

/** The device that has this number now, for its identity: without mounts, and without devices that are built on it. */
async function driveNumbered(deviceNumber: string): Promise<Drive | undefined> {
  const device = await readLinuxDevice(deviceNumber);
  if (device === undefined) return undefined;
  return drivesOfLinux({
    devices: new Map([[device.name, device]]),
    mounts: [],
    swaps: [],
    names: new Map(),
    fileSystems: [],
    looped: new Map(),
    mounted: new Set(),
  })[0];
}

async function openExclusive(drive: Drive): Promise<{ handle: FileHandle; direct: boolean }> {
  const flags = constants.O_RDWR | constants.O_EXCL;
  try {
    return { handle: await open(drive.path, flags | constants.O_DIRECT), direct: true };
  } catch (error) {
    if (errorCodeOf(error) !== "EINVAL") throw await deviceError(drive, error);
  }
  try {
    return { handle: await open(drive.path, flags), direct: false };
  } catch (error) {
    throw await deviceError(drive, error);
  }
}

async function deviceError(drive: Drive, error: unknown): Promise<Win7UsbError> {
  const code = errorCodeOf(error);
  const now = drivesOfLinux(await readLinuxDevices()).find(({ path }) => path === drive.path);
  if ((code === "EACCES" || code === "EPERM") && now?.readOnly === true) {
    return readOnlyError(drive, error);
  }
  if (code !== "EBUSY") return openError(drive.path, error);
  const users = [...(now?.mountpoints ?? []).map(({ path }) => path), ...(now?.holders ?? [])];
  return new Win7UsbError(
    "target-in-use",
    `${drive.path} is in use${users.length === 0 ? " by another program" : `: ${users.join(", ")}`}`,
    {
      hint: "Close what uses it and unmount its file systems.",
      data: { target: drive.path, users },
      cause: error,
    },
  );
}

function readOnlyError(drive: Drive, cause?: unknown): Win7UsbError {
  return new Win7UsbError("target-read-only", `${drive.path} is read-only`, {
    hint: "Look for a write-protection switch on it, or choose another drive.",
    data: { target: drive.path },
    cause,
  });
}

function requireSameAndWritable(drive: Drive, found: Drive | undefined): void {
  const difference = found === undefined ? "is no drive any more" : identityDifference(drive, found);
  if (found?.readOnly === true) throw readOnlyError(drive);
  if (difference === null) return;
  throw new Win7UsbError("target-changed", `${drive.path} ${difference}`, {
    hint: "Another drive may be in its place: look at `win7usb drives` and start again.",
    data: { target: drive.path },
  });
}

/**
 * Unmounts every file system of `drives`, the deepest of a drive first, and returns their paths. Throws `target-in-use`
 * where one stays; those before it are unmounted then.
 */
export async function unmountLinuxDrives(drives: readonly Drive[]): Promise<string[]> {
  const paths: string[] = [];
  for (const drive of drives) paths.push(...(await unmountLinuxDrive(drive)));
  return paths;
}

async function unmountLinuxDrive(drive: Drive): Promise<string[]> {
  const points = drive.mountpoints.toSorted((a, b) => b.path.length - a.path.length);
  for (const { path, device } of points) {
    // A name that is not UTF-8 would be another one by now; what is mounted there is named as well.
    const { exitCode, stderr } = await runCommand("umount", ["--", path.includes("\ufffd") ? device : path]);
    if (exitCode === 0) continue;
    throw new Win7UsbError("target-in-use", `${path} of ${drive.path} cannot be unmounted: ${stderr.trim()}`, {
      hint: "Close the programs and folders that are open there, then run the same command again.",
      data: { target: drive.path, mountpoint: path },
    });
  }
  return points.map(({ path }) => path);
}
