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
export type { DriveWriter, ReadBack } from "./drive-writer.js";
export {
  allowableRefusals,
  identityDifference,
  largestUnasked,
  refusals,
  type Circumstances,
  type Refusal,
} from "./guard.js";
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
  throw unsupported(target.drive);
}

/** Unmounts what is mounted of a drive and returns the paths; `target-in-use` where something stays mounted. */
export async function unmount(drive: Drive): Promise<string[]> {
  if (platform === "linux") return unmountLinuxDrive(drive);
  throw unsupported(drive);
}

function unsupported(drive: Drive): Win7UsbError {
  return new Win7UsbError("target-unsupported", `${drive.path}: drives cannot be written on this platform yet`, {
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
