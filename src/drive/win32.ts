/**
 * A Windows disk as a target, `\\.\PhysicalDriveN`. Offsets, lengths and buffers are whole sectors on such a handle. Its
 * volumes go before it is opened: by Clear-Disk, which finds the disk as an object and says in a JSON answer whether it
 * did; `diskpart clean` does the same by number alone, and says so in the system's language. What is left is a disk that
 * has no partition table until its first sector is written, last, so that Windows mounts nothing half-way. Traps: Windows
 * refuses writes that fall in a mounted volume (ERROR_ACCESS_DENIED, which libuv reports as EBADF from a write); a handle
 * that shares nothing keeps volumes from being mounted meanwhile, and libuv opens one for UV_FS_O_EXLOCK;
 * FILE_FLAG_NO_BUFFERING is UV_FS_O_DIRECT; Node has a name for neither on Windows, but takes the numbers (include/uv/win.h).
 * Some versions of Node 20 append a backslash to a device's name (nodejs/node#54025), but not to one given as a Buffer. `stat`
 * does not know a disk's size.
 */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import { commandTimeoutMs, runCommand, type RunCommand } from "./command.js";
import type { Drive } from "./drive.js";
import type { DriveWriter } from "./drive-writer.js";
import { identityDifference } from "./guard.js";
import { handleWriter } from "./handle-writer.js";
import { openError } from "./open-error.js";
import { drivesOfWindows, mountedVolumes, numberOf } from "./win32-drives.js";
import { parseWindowsAnswer, parseWindowsReport, type WindowsReport } from "./win32-report.js";
import { clearScript, listScript, powershell, powershellParameters, rescanScript } from "./win32-scripts.js";

/** libuv's include/uv/win.h: FILE_FLAG_NO_BUFFERING, and a sharing mode of 0. */
const direct = 0x02000000;
const exclusive = 0x10000000;

/** Explorer, antivirus and indexer keep a disk open for a moment after its volumes were removed. */
const attempts = 10;
const attemptPauseMs = 500;

export async function listWindowsDrives(run: RunCommand = runCommand): Promise<Drive[]> {
  return drivesOfWindows(await readReport(run));
}

async function readReport(run: RunCommand): Promise<WindowsReport> {
  return parseWindowsReport(await runScript(run, listScript, "the drives cannot be listed"));
}

/** What the script printed; throws `target-unsupported` where it could not do its work. */
async function runScript(
  run: RunCommand,
  script: string,
  failed: string,
  timeoutMs = commandTimeoutMs,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(powershell, powershellParameters(script), timeoutMs);
  if (exitCode === 0 && stdout.trim() !== "") return stdout;
  const reason = stderr.trim().split(/\r?\n/)[0] ?? "";
  throw new Win7UsbError("target-unsupported", `${failed}: ${reason || `${powershell} ended with ${exitCode}`}`, {
    hint: "Write an image file instead.",
  });
}

/**
 * Takes the partitions of `drives` away, and with them their volumes; returns where they were mounted. From here on what
 * was on the drives is lost. Throws `target-changed` before that, `no-permission`, and `target-in-use` where a file system
 * stays. Starting PowerShell takes a second or more: it is asked once before and once for everything else.
 */
export async function unmountWindowsDrives(drives: readonly Drive[], run: RunCommand = runCommand): Promise<string[]> {
  await requireSame(drives, run);
  const disks = drives.map(({ path, size }) => ({ number: numberOf(path)!, size }));
  const failed = `${drives.map(({ path }) => path).join(", ")} cannot be cleared`;
  const printed = await runScript(run, clearScript(disks), failed, (drives.length + 1) * commandTimeoutMs);
  const lines = printed.trim().split(/\r?\n/);
  // What counts is what is there afterwards: a volume may have come back, and a failure may have been about none.
  const after = parseWindowsReport(lines.at(-1) ?? "");
  for (const [index, drive] of drives.entries()) {
    requireCleared(drive, parseWindowsAnswer(lines[index] ?? ""), mountedVolumes(after, disks[index]!.number));
  }
  return drives.flatMap(({ mountpoints }) => mountpoints.map(({ path }) => path));
}

function requireCleared(
  drive: Drive,
  answer: { readonly ok: boolean; readonly message: string },
  mounted: readonly string[],
): void {
  if (mounted.length === 0 && answer.ok) return;
  if (isAccessDenied(answer.message)) throw permissionError(drive, answer.message);
  throw new Win7UsbError(
    "target-in-use",
    `the volumes of ${drive.path} cannot be removed: ${answer.message || `${mounted.join(", ")} came back`}`,
    {
      hint: "Close the programs and windows that use it, then run the same command again.",
      data: { target: drive.path, volumes: mounted },
    },
  );
}

/** The storage provider's error ids have codes: 40001 is "Access denied" (MSFT_Disk.Clear), 5 the system's own. */
function isAccessDenied(message: string): boolean {
  return /\bStorageWMI 40001\b|\b0x80041003\b|access (?:is )?denied/i.test(message);
}

/**
 * Opens drives for this process alone: all of them or none. Throws `target-changed`, `target-in-use`, `target-read-only`,
 * `target-missing` or `no-permission`.
 */
export async function openWindowsDrives(
  drives: readonly Drive[],
  run: RunCommand = runCommand,
): Promise<DriveWriter[]> {
  // While a handle is open its number is not given to another disk; the storage service gets no answer from a disk that
  // is not shared, so the identity is looked at through a shared handle, which then gives way to the exclusive one.
  const shared = await openHandles(drives, constants.O_RDWR | direct);
  try {
    await requireSame(drives, run);
  } finally {
    await closeAll(shared);
  }
  const handles = await openHandles(drives, constants.O_RDWR | direct | exclusive);
  return drives.map((drive, index) =>
    handleWriter(drive, handles[index]!, async () => {
      // Where it fails, Windows looks when the drive is plugged in the next time; the drive is whole.
      await run(powershell, powershellParameters(rescanScript(numberOf(drive.path)!)));
    }),
  );
}

async function requireSame(drives: readonly Drive[], run: RunCommand): Promise<void> {
  const listed = await listWindowsDrives(run);
  for (const drive of drives) {
    const found = listed.find(({ path }) => path === drive.path);
    const difference = found === undefined ? "is no drive any more" : identityDifference(drive, found);
    if (difference === null) continue;
    throw new Win7UsbError("target-changed", `${drive.path} ${difference}`, {
      hint: "Another drive may be in its place: look at `win7usb drives` and start again.",
      data: { target: drive.path },
    });
  }
}

async function openHandles(drives: readonly Drive[], flags: number): Promise<FileHandle[]> {
  const handles: FileHandle[] = [];
  try {
    for (const drive of drives) handles.push(await openHandle(drive, flags));
    return handles;
  } catch (error) {
    await closeAll(handles);
    throw error;
  }
}

async function closeAll(handles: readonly FileHandle[]): Promise<void> {
  await Promise.all(handles.map((handle) => handle.close()));
}

async function openHandle(drive: Drive, flags: number): Promise<FileHandle> {
  const name = Buffer.from(drive.path);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open(name, flags);
    } catch (error) {
      if (errorCodeOf(error) !== "EBUSY" || attempt === attempts) throw windowsOpenError(drive, error);
      await delay(attemptPauseMs);
    }
  }
}

/** libuv's names: ERROR_ACCESS_DENIED is EPERM, ERROR_SHARING_VIOLATION is EBUSY, ERROR_WRITE_PROTECT is EROFS. */
export function windowsOpenError(drive: Drive, cause: unknown): Win7UsbError {
  const code = errorCodeOf(cause);
  if (code === "EPERM" || code === "EACCES") return permissionError(drive, reasonOf(cause), cause);
  if (code === "EROFS") {
    return new Win7UsbError("target-read-only", `${drive.path} is read-only`, {
      hint: "Look for a write-protection switch on it, or choose another drive.",
      data: { target: drive.path, cause: code },
      cause,
    });
  }
  return openError(drive.path, cause);
}

function permissionError(drive: Drive, reason: string, cause?: unknown): Win7UsbError {
  return new Win7UsbError("no-permission", `${drive.path} may not be written: ${reason}`, {
    hint: 'Run the same command in a terminal that was opened with "Run as administrator".',
    data: { target: drive.path, ...(cause === undefined ? {} : { cause: errorCodeOf(cause) }) },
    cause,
  });
}
