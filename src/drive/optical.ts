/**
 * Discs as sources: what a path names, and reads that tell a disc that is gone from a sector that is bad. An ordinary file
 * and any other block device may hold a disc too. Traps: a disc that was changed behind an open handle gives nothing but
 * errors from Linux, so that only a handle that was opened anew tells what lies in the drive; and through the system's cache
 * one bad sector makes its neighbours unreadable, so reads go past it wherever they can.
 */
import { constants, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import { requirePath } from "../source/path-text.js";
import { statOf } from "./holding.js";
import { readLinuxDevice } from "./linux-devices.js";
import { deviceNumberText } from "./linux-sysfs.js";
import { discSectorSize, noMedium, type Disc } from "./optical-disc.js";
import { platform } from "./platform.js";
import { driveRightsError } from "./rights.js";

/** SPC-4 6.4.2: a CD or DVD drive's peripheral device type. */
const opticalType = "5";

/** Throws `image-missing` and `no-medium`, and `usage` for what holds no disc. */
export async function inspectDisc(path: string): Promise<Disc> {
  requirePath(path);
  if (platform === "darwin" && /^(?:\/dev\/)?r?disk\d+/.test(path)) {
    return (await import("./optical-darwin.js")).inspectDarwinDisc(path);
  }
  if (platform === "win32" && /^(?:[a-z]:\\?|\\\\[.?]\\.*)$/i.test(path)) {
    return (await import("./optical-win32.js")).inspectWindowsDisc(path);
  }
  const stats = await statOf(path);
  if (stats === undefined) {
    throw new Win7UsbError("image-missing", `there is no drive or file ${path}`, {
      hint: "Check the name: the first optical drive is /dev/sr0 on Linux, E: or the like on Windows.",
      data: { path },
    });
  }
  if (stats.isFile()) return { ...unknown, path, device: path, kind: "file", capacity: stats.size };
  if (stats.isBlockDevice()) return inspectDevice(path, stats);
  throw new Win7UsbError("usage", `${path} is ${stats.isDirectory() ? "a folder" : "neither a drive nor a file"}`, {
    hint: "Name the optical drive itself, such as /dev/sr0.",
    data: { path },
  });
}

const unknown = { medium: null, dataTracks: null } as const;

async function inspectDevice(path: string, stats: Stats): Promise<Disc> {
  const number = deviceNumberText(stats.rdev);
  const device = platform === "linux" ? await readLinuxDevice(number) : undefined;
  if (device === undefined) return { ...unknown, path, device: path, kind: "device", capacity: null };
  const kind = device.drive?.deviceType === opticalType ? "optical-drive" : "device";
  const { mediumOf } = await import("./optical-linux.js");
  return { path, device: path, kind, capacity: device.size, ...(await mediumOf(device)) };
}

/** The disc in the optical drive `path`; null where something else is. Throws what `inspectDisc` does. */
export async function opticalDiscIn(path: string): Promise<Disc | null> {
  const disc = await inspectDisc(path);
  return disc.kind === "optical-drive" ? disc : null;
}

export type DiscReader = {
  /**
   * Fills `target`; its memory begins on a page. Throws `no-medium` where the disc or the drive is gone, and
   * `image-unreadable` where these sectors cannot be read.
   */
  read(offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
};

/** Throws `no-medium`, `no-permission` and the like. */
export async function openDisc(disc: Disc): Promise<DiscReader> {
  const buffered = await openHandle(disc, 0);
  let direct: FileHandle | undefined;
  try {
    direct = await openDirect(disc);
  } catch (error) {
    await buffered.close();
    throw error;
  }
  return {
    async read(offset, target) {
      const fits = [offset, target.length, target.byteOffset].every((value) => value % discSectorSize === 0);
      if (direct === undefined || !fits) return fill(disc, buffered, offset, target);
      try {
        await fill(disc, direct, offset, target);
      } catch (error) {
        // The file system below takes larger units only.
        if (!(error instanceof Win7UsbError) || errorCodeOf(error.cause) !== "EINVAL") throw error;
        await fill(disc, buffered, offset, target);
      }
    },
    async close() {
      await direct?.close();
      await buffered.close();
    },
  };
}

async function fill(disc: Disc, handle: FileHandle, offset: number, target: Uint8Array): Promise<void> {
  let done = 0;
  while (done < target.length) {
    let count: number;
    try {
      count = (await handle.read(target, done, target.length - done, offset + done)).bytesRead;
    } catch (error) {
      throw isGone(error) ? noMedium(disc, error) : unreadable(disc, offset + done, reasonOf(error), error);
    }
    if (count === 0) throw unreadable(disc, offset + done, "it ends there");
    done += count;
  }
}

/** What Linux and macOS say of a drive that was pulled out. */
const goneCodes = ["ENXIO", "ENODEV"];
/** ENOMEDIUM of Linux (asm-generic/errno.h), of a tray that is open or empty: Node knows its number alone. */
const noMediumNumber = -123;

function isGone(error: unknown): boolean {
  if (goneCodes.includes(errorCodeOf(error) ?? "")) return true;
  return platform === "linux" && error instanceof Error && "errno" in error && error.errno === noMediumNumber;
}

/** What opening or reading `path` threw; as `no-medium` where the system says that there is none. */
export function namingNoMedium(path: string, error: Win7UsbError): Win7UsbError {
  return isGone(error.cause) ? noMedium({ path }, error.cause) : error;
}

function unreadable({ path }: Disc, offset: number, reason: string, cause?: unknown): Win7UsbError {
  return new Win7UsbError("image-unreadable", `${path} cannot be read at byte ${offset}: ${reason}`, {
    hint: "Clean the disc, or try another drive.",
    data: { path, offset },
    cause,
  });
}

/** Node has no constant for it where the system has none. */
const { O_DIRECT } = constants as { O_DIRECT?: number };

async function openDirect(disc: Disc): Promise<FileHandle | undefined> {
  if (O_DIRECT === undefined || platform !== "linux") return undefined;
  try {
    return await openHandle(disc, O_DIRECT);
  } catch (error) {
    if (error instanceof Win7UsbError && errorCodeOf(error.cause) === "EINVAL") return undefined;
    throw error;
  }
}

async function openHandle(disc: Disc, flags: number): Promise<FileHandle> {
  try {
    return await open(disc.device, constants.O_RDONLY | flags);
  } catch (error) {
    throw isGone(error) ? noMedium(disc, error) : driveRightsError(disc.path, error, "read");
  }
}
