/**
 * Drives and image files as targets. The order of a write: `listDrives` or `inspectTarget` find the drives, `refusals` (pure)
 * decides which must not be written, the person agrees, `unmount` frees the drives, `openTargets` opens them for this process
 * alone and checks their identity again. Traps: a drive may have changed between listing and opening, and the platform's
 * automounter may mount again what was just unmounted.
 */
import { Failures, Win7UsbError } from "../errors.js";
import type { Container } from "../containers/index.js";
import { compressedWriter } from "./compressed-writer.js";
import { isCompressed } from "../containers/index.js";
import { containerWriter } from "./container-writer.js";
import type { Drive, WriteTarget } from "./drive.js";
import type { DriveWriter } from "./drive-writer.js";
import { openImageFile } from "./image-file.js";
import { openLinuxDrive, unmountLinuxDrives } from "./linux.js";
import { drivesAmong } from "./list.js";
import { platform } from "./platform.js";
import { requireOtherThanImage } from "./same-file.js";
import { streamWriter } from "./stream-writer.js";

export type { Drive, DriveVolume, Mountpoint, Partition, Target, StreamTarget, WriteTarget } from "./drive.js";
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
export { drivesHolding } from "./holding.js";
export { DriveListing, drivesAmong, listDrives } from "./list.js";
export { inspectTarget } from "./target.js";

export type OpenOptions = {
  /** Bytes of the disk that was planned; an image file gets this size. */
  readonly size: number;
  /** Replace an existing image file. */
  readonly force: boolean;
  /** The image that is read; an image file may not take its place. */
  readonly imagePath?: string;
  /** What image files wrap the disk in, by their paths. */
  readonly containers?: ReadonlyMap<string, Container>;
};

/**
 * Opens targets that were not refused: all of them, or none. Writers of the caller's are open already, and are aborted where
 * another target cannot be opened. Every error has exit code 5, and nothing was written then; the first target's error is
 * thrown, with the others in it.
 */
export async function openTargets(targets: readonly WriteTarget[], options: OpenOptions): Promise<DriveWriter[]> {
  const drives = drivesAmong(targets);
  const opening = openDrives(drives);
  const outcomes = await Promise.allSettled(
    targets.map(async (target) => {
      if (target.kind === "writer") return target.writer;
      if (target.kind === "stream") return streamWriter(target, options.size);
      return target.kind === "drive" ? opening[drives.indexOf(target.drive)]! : openImage(target, options);
    }),
  );
  const writers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  if (writers.length === outcomes.length) return writers;
  await Promise.all(writers.map((writer) => writer.abort()));
  const failures = new Failures();
  for (const outcome of outcomes) if (outcome.status === "rejected") failures.add(outcome.reason);
  failures.throwAll();
  return writers;
}

async function openImage(
  { path, format }: Extract<WriteTarget, { kind: "image-file" }>,
  options: OpenOptions,
): Promise<DriveWriter> {
  await requireOtherThanImage(path, options.imagePath);
  // How long it will be nobody knows yet.
  if (isCompressed(format)) return compressedWriter(await openImageFile(path, 0, options), format, options.size);
  const container = options.containers?.get(path);
  if (container === undefined) return openImageFile(path, options.size, options);
  return containerWriter(await openImageFile(path, container.fileSize, options), container);
}

/** One promise for each drive. Modules of other platforms are not loaded: Linux needs no XML parser. */
function openDrives(drives: readonly Drive[]): Promise<DriveWriter>[] {
  if (platform === "linux") return drives.map(openLinuxDrive);
  if (platform === "darwin") {
    return drives.map(async (drive) => (await import("./darwin.js")).openDarwinDrive(drive));
  }
  if (platform === "win32" && drives.length > 0) {
    const all = import("./win32.js").then(({ openWindowsDrives }) => openWindowsDrives(drives));
    return drives.map(async (_, index) => (await all)[index]!);
  }
  return drives.map((drive) => Promise.reject(unsupported(drive)));
}

/**
 * Unmounts all file systems of the drives and returns their paths; `target-in-use` where one stays mounted. On Windows this
 * also removes the drives' partitions, and so what was on them.
 */
export async function unmount(drives: readonly Drive[]): Promise<string[]> {
  const [first] = drives;
  if (first === undefined) return [];
  if (platform === "linux") return unmountLinuxDrives(drives);
  if (platform === "darwin") return (await import("./darwin.js")).unmountDarwinDrives(drives);
  if (platform === "win32") return (await import("./win32.js")).unmountWindowsDrives(drives);
  throw unsupported(first);
}

function unsupported(drive: Drive): Win7UsbError {
  return new Win7UsbError("target-unsupported", `${drive.path}: drives cannot be written on this platform`, {
    hint: "Write an image file, and copy it to the drive with another program.",
    data: { target: drive.path },
  });
}
