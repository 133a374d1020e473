/**
 * Drives and image files as targets. The way of a write: `listDrives` or `inspectTarget` tell what there is, `refusals`
 * (pure) decides who must not be written, the person agrees, `unmount` frees the drive, `openTarget` opens it for
 * this process alone and looks at its identity again. Traps: what was true when a drive was listed need not be true when
 * it is opened, and a platform's own automounter mounts what another program just freed.
 */
import { realpath, stat } from "node:fs/promises";
import { Win7UsbError } from "../errors.js";
import type { Drive, Target } from "./drive.js";
import type { DriveWriter } from "./drive-writer.js";
import { openImageFile } from "./image-file.js";
import { openLinuxDrive, unmountLinuxDrive } from "./linux.js";
import { platform } from "./platform.js";
import { errorCodeOf } from "./transfer.js";

export type { Drive, Mountpoint, Partition, Target } from "./drive.js";
export { openDriveReader, type DriveReader } from "./drive-reader.js";
export type { DriveWriter, ReadBack } from "./drive-writer.js";
export {
  allowableRefusals,
  identityDifference,
  largestUnasked,
  refusals,
  type Circumstances,
  type Refusal,
} from "./guard.js";
export { afterWrite } from "./after-write.js";
export { openImageFile, type ImageFileOptions } from "./image-file.js";
export { drivesHolding, inspectTarget, listDrives } from "./list.js";

export type OpenOptions = {
  /** Bytes of the disk that was planned; an image file gets this size. */
  readonly size: number;
  /** Bytes that an image file needs on its disk (`plannedDataBytes`). Default: `size`. */
  readonly needed?: number;
  /** Replace an existing image file. */
  readonly force: boolean;
  /** The image that is read; an image file may not take its place. */
  readonly imagePath?: string;
};

/** Opens a target that the guard let pass. Every error has exit code 5, and nothing was written then. */
export async function openTarget(target: Target, options: OpenOptions): Promise<DriveWriter> {
  if (target.kind === "image-file") {
    await requireOtherThanImage(target.path, options.imagePath);
    return openImageFile(target.path, options.size, options);
  }
  if (platform === "linux") return openLinuxDrive(target.drive);
  // Loaded where they are needed only: Linux has no use for an XML parser at its start.
  if (platform === "darwin") return (await import("./darwin.js")).openDarwinDrive(target.drive);
  if (platform === "win32") return (await import("./win32.js")).openWindowsDrive(target.drive);
  throw unsupported(target.drive);
}

/**
 * Unmounts what is mounted of a drive and returns the paths; `target-in-use` where something stays mounted. On Windows
 * the drive's partitions go with it, and so what was on it.
 */
export async function unmount(drive: Drive): Promise<string[]> {
  if (platform === "linux") return unmountLinuxDrive(drive);
  if (platform === "darwin") return (await import("./darwin.js")).unmountDarwinDrive(drive);
  if (platform === "win32") return (await import("./win32.js")).unmountWindowsDrive(drive);
  throw unsupported(drive);
}

function unsupported(drive: Drive): Win7UsbError {
  return new Win7UsbError("target-unsupported", `${drive.path}: drives cannot be written on this platform`, {
    hint: "Write an image file, and copy it to the drive with another program.",
    data: { target: drive.path },
  });
}

/** Throws `source-drive` where an image file would take the place of the image that is read. */
export async function requireOtherThanImage(path: string, imagePath: string | undefined): Promise<void> {
  if (imagePath === undefined || !(await isSameFile(path, imagePath))) return;
  throw new Win7UsbError("source-drive", `${path} is the image itself`, {
    hint: "Choose another path for the image file.",
    data: { target: path },
  });
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  try {
    const [first, second] = await Promise.all([stat(path), stat(other)]);
    if (first.ino !== 0 && second.ino !== 0) return first.dev === second.dev && first.ino === second.ino;
    return (await realpath(path)) === (await realpath(other));
  } catch (error) {
    // A target that does not exist is not the image.
    if (errorCodeOf(error) === undefined) throw error;
    return false;
  }
}
