/** Everything that is decided before the first byte is written: suitability, targets, file system, plan, refusals. */
import type { WriteTarget } from "../drive/drive.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import type { Refusal } from "../drive/guard.js";
import { refusals } from "../drive/guard.js";
import { DriveListing, drivesAmong, drivesHolding, inspectTarget } from "../drive/list.js";
import { requireOtherThanImage } from "../drive/same-file.js";
import { Win7UsbError } from "../errors.js";
import { assertWhole } from "../iso9660-reader/index.js";
import { chooseFileSystem, planDisk, smallestDisk } from "../volumes/index.js";
import type { DiskPlan, FileSystemName } from "../volumes/plan.js";
import { assertSuitable } from "../windows/index.js";
import type { SplitImage } from "./fit-tree.js";
import { fitTree } from "./fit-tree.js";
import type { OpenedImage } from "./open-image.js";

/** What is to be written and where, each choice once: for the checks, the plan and the write alike. */
export type WriteChoices = {
  /**
   * Drives, paths of image files to create, and writers of the caller's: those are held against nothing but the size that is
   * needed, and `alignment` and the order of calls are as `DriveWriter` says.
   */
  readonly targets: readonly (string | DriveWriter)[];
  /** `auto`: FAT32, or NTFS where a file is too large for it. Default: `auto`. */
  readonly fileSystem?: "auto" | FileSystemName | undefined;
  /** Default: the image's own volume label. */
  readonly label?: string | undefined;
  /** Bytes of an image file that is created; default: the smallest that holds the tree. */
  readonly size?: number | undefined;
  /** Names of refusals that the person lifts: of the image (`x64`, ...) and of drives (`fixed-disk`, `large-disk`). */
  readonly allow?: readonly string[] | undefined;
  /** An existing image file may be replaced. Default: false. */
  readonly force?: boolean | undefined;
  /** Only what differs on a drive is to be written; an image file is always written anew. Default: false. */
  readonly onlyChanged?: boolean | undefined;
  /** All is read back, and a manifest for a later check is left behind the partition. Default: true. */
  readonly verify?: boolean | undefined;
};

/** A write that can begin: nothing has been written or unmounted for it. */
export type PreparedWrite = {
  /** Open until the write is over; its opener closes it. */
  readonly image: OpenedImage;
  /** In the order of the choices. */
  readonly targets: readonly WriteTarget[];
  readonly plan: DiskPlan;
  /** Why this file system, as a sentence. */
  readonly reason: string;
  /** Files of the image that are written in parts. */
  readonly splits: readonly SplitImage[];
  readonly choices: WriteChoices;
};

/**
 * Checks the image and every target and plans the disk; nothing is written. Several targets share one plan, made for
 * the smallest of them. Throws the first refusal (exit codes 4 and 5), and `usage` where choices contradict each other.
 */
export async function prepareWrite(image: OpenedImage, choices: WriteChoices): Promise<PreparedWrite> {
  const { allow = [] } = choices;
  assertSuitable(image.windows, image.image.tree, allow);
  assertWhole(image.image);
  const listing = new DriveListing();
  const targets = await Promise.all(choices.targets.map((target) => inspectWriteTarget(target, listing)));
  assertTargets(targets);
  const imagePath = image.isFile ? image.path : undefined;
  for (const { kind, path } of targets) if (kind === "image-file") await requireOtherThanImage(path, imagePath);
  assertImageFiles(targets, choices);
  const drives = drivesAmong(targets);
  const imageDrives = drives.length === 0 || imagePath === undefined ? [] : await drivesHolding(imagePath, listing);
  // Refusals by identity come first: whether a system disk is large enough is not the point.
  for (const drive of drives) throwFirst(refusals(drive, { allow, imageDrives }));

  const { fileSystem, reason } = chooseFileSystem(image.image.tree, choices.fileSystem ?? "auto");
  const options = { fileSystem, label: choices.label ?? image.image.volumeLabel };
  const { tree, splits } = await fitTree(image.image.tree, fileSystem);
  const needed = smallestDisk(tree, options);
  for (const drive of drives) throwFirst(refusals(drive, { allow, imageDrives, needed }));
  const diskSize = Math.min(...targets.map((target) => sizeOf(target, choices.size ?? needed)));
  return { image, targets, plan: planDisk(tree, { diskSize }, options), reason, splits, choices };
}

async function inspectWriteTarget(target: string | DriveWriter, listing: DriveListing): Promise<WriteTarget> {
  if (typeof target === "string") return inspectTarget(target, listing);
  return { kind: "writer", path: target.path, writer: target };
}

function sizeOf(target: WriteTarget, imageFileSize: number): number {
  if (target.kind === "image-file") return imageFileSize;
  return target.kind === "drive" ? target.drive.size : target.writer.size;
}

function throwFirst(found: readonly Refusal[]): void {
  const [first] = found;
  if (first !== undefined) throw new Win7UsbError(first.code, first.message, { hint: first.hint, data: first.data });
}

function assertTargets(targets: readonly WriteTarget[]): void {
  if (targets.length === 0) throw new Win7UsbError("usage", "there is no target to write");
  const seen = new Set<string>();
  for (const target of targets) {
    const key = target.kind === "drive" ? target.drive.path : target.path;
    if (seen.has(key)) throw new Win7UsbError("usage", `${target.path} is given twice as a target`);
    seen.add(key);
  }
}

function assertImageFiles(targets: readonly WriteTarget[], choices: WriteChoices): void {
  if (choices.size !== undefined && targets.some((target) => target.kind !== "image-file")) {
    throw new Win7UsbError("usage", "a size is that of an image file; a drive has its own", {
      data: { choice: "size" },
    });
  }
  if (choices.onlyChanged === true && targets.some((target) => target.kind === "image-file")) {
    throw new Win7UsbError("usage", "writing only what differs is for drives; an image file is written anew", {
      data: { choice: "onlyChanged" },
    });
  }
  for (const target of targets) {
    if (target.kind !== "image-file" || !target.exists || choices.force === true) continue;
    throw new Win7UsbError("target-exists", `${target.path} exists already`, {
      hint: "Choose another name, or let it be replaced.",
    });
  }
}
