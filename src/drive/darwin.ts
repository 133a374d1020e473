/**
 * A macOS disk as a target. Data goes through the character device /dev/rdiskN, which has no cache of the system's and
 * takes whole blocks only. O_EXLOCK there is more than an advisory lock: IOMediaBSDClient opens the medium for this
 * client alone (EBUSY where a file system or another program has it). Traps: Node's fsync is F_FULLFSYNC (libuv,
 * src/unix/fs.c), but a disk's device knows only the ioctl DKIOCSYNCHRONIZECACHE, which Node cannot send, so the drive's own
 * cache is flushed by ejecting (IOBlockStorageDriver::ejectMedia synchronizes first); a medium that cannot be written is
 * EACCES even for root; EPERM is not about users but about privacy settings (TCC); and as soon as the drive is closed,
 * diskarbitrationd looks at it and mounts what it finds.
 */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { runCommand, type RunCommand } from "./command.js";
import { containersOn, drivesOfDarwin, registryIdsOf, wholeDisks, type DarwinReport } from "./darwin-drives.js";
import { parsePlist, parsePlistDictionary, textAt, type PlistDictionary } from "./darwin-plist.js";
import type { Drive } from "./drive.js";
import type { DriveWriter } from "./drive-writer.js";
import { identityDifference } from "./guard.js";
import { handleWriter } from "./handle-writer.js";
import { openError } from "./open-error.js";

/** open(2) of macOS (sys/fcntl.h); Node has no name for it. */
const exclusiveLock = 0x20;

/** Spotlight and diskarbitrationd hold a disk for moments after it was unmounted, and again after it was written. */
const attempts = 10;
const attemptPauseMs = 300;

export async function listDarwinDrives(run: RunCommand = runCommand): Promise<Drive[]> {
  return drivesOfDarwin(await readReport(run));
}

async function readReport(run: RunCommand): Promise<DarwinReport> {
  const list = await diskutil(run, "list", "-plist");
  const disks = wholeDisks(list);
  const [root, registryIds, ...infos] = await Promise.all([
    diskutil(run, "info", "-plist", "/"),
    readRegistryIds(run),
    // A disk that was removed meanwhile is left out.
    ...disks.map((disk) => diskutil(run, "info", "-plist", disk).catch(() => undefined)),
  ]);
  const found = disks.flatMap((disk, index): [string, PlistDictionary][] => {
    const info = infos[index];
    return info === undefined ? [] : [[disk, info]];
  });
  return { list, root, registryIds, infos: new Map(found) };
}

/**
 * The disk at `path` as it is now; undefined where there is none. Only for its identity: its mounts, and whether it holds the
 * system, are not determined.
 */
export async function readDarwinDrive(path: string, run: RunCommand = runCommand): Promise<Drive | undefined> {
  const identifier = path.replace("/dev/", "");
  const [info, registryIds] = await Promise.all([
    diskutil(run, "info", "-plist", identifier).catch(() => undefined),
    readRegistryIds(run),
  ]);
  if (info === undefined) return undefined;
  const list = new Map([["AllDisksAndPartitions", [new Map([["DeviceIdentifier", identifier]])]]]);
  return drivesOfDarwin({ list, root: new Map(), registryIds, infos: new Map([[identifier, info]]) })[0];
}

/** Throws `target-unsupported` where diskutil fails; it tells why in a property list of its own. */
async function diskutil(run: RunCommand, ...parameters: string[]): Promise<PlistDictionary> {
  const command = `diskutil ${parameters.join(" ")}`;
  const { exitCode, stdout, stderr } = await run("diskutil", parameters);
  const answer = stdout.trim() === "" ? undefined : parsePlistDictionary(stdout, command);
  if (exitCode === 0 && answer !== undefined && answer.get("Error") !== true) return answer;
  const reason = (answer === undefined ? null : textAt(answer, "ErrorMessage")) ?? stderr.trim();
  throw new Win7UsbError("target-unsupported", `${command} failed: ${reason}`, {
    hint: "Write an image file instead.",
  });
}

/** Without these ids, swapping a drive for another of the same model and size goes unnoticed; that is no reason to stop. */
async function readRegistryIds(run: RunCommand): Promise<Map<string, number>> {
  const { exitCode, stdout } = await run("ioreg", ["-a", "-r", "-c", "IOMedia", "-d", "1"]);
  return exitCode === 0 && stdout.trim() !== "" ? registryIdsOf(parsePlist(stdout, "ioreg")) : new Map();
}

/**
 * Unmounts every volume of `drives`, those in APFS containers on them first, and returns their paths. Throws
 * `target-in-use` where one stays.
 */
export async function unmountDarwinDrives(drives: readonly Drive[], run: RunCommand = runCommand): Promise<string[]> {
  const list = await diskutil(run, "list", "-plist");
  for (const drive of drives) await unmountDarwinDrive(drive, list, run);
  return drives.flatMap(({ mountpoints }) => mountpoints.map(({ path }) => path));
}

async function unmountDarwinDrive(drive: Drive, list: PlistDictionary, run: RunCommand): Promise<void> {
  const identifier = drive.path.replace("/dev/", "");
  const containers = containersOn(list, identifier).map((entry) => textAt(entry, "DeviceIdentifier") ?? identifier);
  for (const disk of new Set([...containers, identifier])) {
    const { exitCode, stdout, stderr } = await run("diskutil", ["unmountDisk", `/dev/${disk}`]);
    if (exitCode === 0) continue;
    const reason = (stderr.trim() || stdout.trim()).replaceAll("\n", " ");
    throw new Win7UsbError("target-in-use", `${drive.path} cannot be unmounted: ${reason}`, {
      hint: "Close the programs and windows that use it, then run the same command again.",
      data: { target: drive.path },
    });
  }
}

/**
 * Opens the drive for this process alone. Throws `target-in-use`, `target-read-only`, `target-missing`, `no-permission`,
 * or `target-changed` where another drive has taken its name.
 */
export async function openDarwinDrive(drive: Drive, run: RunCommand = runCommand): Promise<DriveWriter> {
  const handle = await openExclusive(drive);
  try {
    // While it is open, its number is not given to another disk.
    const found = await readDarwinDrive(drive.path, run);
    const difference = found === undefined ? "is no drive any more" : identityDifference(drive, found);
    if (difference !== null) throw changedError(drive, difference);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handleWriter(drive, handle, () => eject(drive.path, run));
}

/** Where it stays busy, the drive is whole all the same; `afterWrite` then finds it still there and says so. */
async function eject(path: string, run: RunCommand): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { exitCode } = await run("diskutil", ["eject", path]);
    if (exitCode === 0) return;
    await delay(attemptPauseMs);
  }
}

async function openExclusive(drive: Drive): Promise<FileHandle> {
  const rawPath = drive.path.replace("/dev/disk", "/dev/rdisk");
  let flags = constants.O_RDWR | exclusiveLock;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open(rawPath, flags);
    } catch (error) {
      const code = errorCodeOf(error);
      // Where devices cannot be locked, opening for writing still fails while a volume is mounted.
      if (code === "ENOTSUP" || code === "EOPNOTSUPP") flags = constants.O_RDWR;
      else if (code !== "EBUSY") throw darwinOpenError(drive, error);
      if (attempt === attempts) throw darwinOpenError(drive, error);
      await delay(attemptPauseMs);
    }
  }
}

/** Translates macOS' error codes (see the top of this file). */
export function darwinOpenError(drive: Drive, cause: unknown): Win7UsbError {
  const { path } = drive;
  const code = errorCodeOf(cause);
  const data = { target: path, cause: code };
  if (code === "EACCES" && drive.readOnly) {
    const hint = "Look for a write-protection switch on it, or choose another drive.";
    return new Win7UsbError("target-read-only", `${path} is read-only`, { hint, data, cause });
  }
  if (code === "EPERM") {
    return new Win7UsbError("no-permission", `macOS does not let this terminal write ${path}`, {
      hint:
        "In System Settings, Privacy & Security, give the terminal program access to Removable Volumes (under Files & " +
        "Folders) or Full Disk Access, open a new window of it, and run the same command with sudo.",
      data,
      cause,
    });
  }
  if (code === "EBUSY" && drive.mountpoints.length > 0) {
    const users = drive.mountpoints.map((point) => point.path);
    return new Win7UsbError("target-in-use", `${path} is in use: ${users.join(", ")}`, {
      hint: "Close what uses it and unmount its volumes.",
      data: { ...data, users },
      cause,
    });
  }
  return openError(path, cause);
}

function changedError(drive: Drive, difference: string): Win7UsbError {
  return new Win7UsbError("target-changed", `${drive.path} ${difference}`, {
    hint: "Another drive may be in its place: look at `win7usb drives` and start again.",
    data: { target: drive.path },
  });
}
