/** Everything that is decided before the first byte is written: suitability, targets, file system, plan, refusals. */
import type { Target } from "../drive/drive.js";
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

export type WriteChoices = {
  readonly targets: readonly string[];
  readonly fileSystem: "auto" | FileSystemName;
  /** Default: the image's own volume label. */
  readonly label?: string;
  /** Bytes of an image file; default: the smallest that holds the tree. */
  readonly size?: number;
  /** Names of refusals that the person lifts. */
  readonly allow: readonly string[];
  /** An existing image file may be replaced. */
  readonly force: boolean;
  /** Only what differs on a drive is to be written; an image file is always written anew. */
  readonly onlyChanged?: boolean;
};

export type PreparedWrite = {
  readonly imagePath: string;
  readonly targets: readonly Target[];
  readonly plan: DiskPlan;
  /** Why this file system, as a sentence. */
  readonly reason: string;
  /** Files of the image that are written in parts. */
  readonly splits: readonly SplitImage[];
};

/**
 * Checks the image and every target and plans the disk; nothing is written. Several targets share one plan, made for
 * the smallest of them. Throws the first refusal.
 */
export async function prepareWrite(opened: OpenedImage, choices: WriteChoices): Promise<PreparedWrite> {
  assertSuitable(opened.windows, opened.image.tree, choices.allow);
  assertWhole(opened.image);
  const listing = new DriveListing();
  const targets = await Promise.all(choices.targets.map((path) => inspectTarget(path, listing)));
  assertDistinct(targets);
  for (const { kind, path } of targets) if (kind === "image-file") await requireOtherThanImage(path, opened.path);
  assertImageFiles(targets, choices);
  const drives = drivesAmong(targets);
  const imageDrives = drives.length === 0 ? [] : await drivesHolding(opened.path, listing);
  // Refusals by identity come first: whether a system disk is large enough is not the point.
  for (const drive of drives) throwFirst(refusals(drive, { allow: choices.allow, imageDrives }));

  const { fileSystem, reason } = chooseFileSystem(opened.image.tree, choices.fileSystem);
  const options = { fileSystem, label: choices.label ?? opened.image.volumeLabel };
  const { tree, splits } = await fitTree(opened.image.tree, fileSystem);
  const needed = smallestDisk(tree, options);
  for (const drive of drives) throwFirst(refusals(drive, { allow: choices.allow, imageDrives, needed }));
  const diskSize = Math.min(...targets.map((target) => sizeOf(target, choices.size ?? needed)));
  return { imagePath: opened.path, targets, plan: planDisk(tree, { diskSize }, options), reason, splits };
}

function sizeOf(target: Target, imageFileSize: number): number {
  return target.kind === "drive" ? target.drive.size : imageFileSize;
}

function throwFirst(found: readonly Refusal[]): void {
  const [first] = found;
  if (first !== undefined) throw new Win7UsbError(first.code, first.message, { hint: first.hint, data: first.data });
}

function assertDistinct(targets: readonly Target[]): void {
  const seen = new Set<string>();
  for (const target of targets) {
    const key = target.kind === "drive" ? target.drive.path : target.path;
    if (seen.has(key)) throw new Win7UsbError("usage", `${target.path} is given twice as a target`);
    seen.add(key);
  }
}

function assertImageFiles(targets: readonly Target[], choices: WriteChoices): void {
  if (choices.size !== undefined && targets.some((target) => target.kind === "drive")) {
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
    if (target.kind !== "image-file" || !target.exists || choices.force) continue;
    throw new Win7UsbError("target-exists", `${target.path} exists already`, {
      hint: "Choose another name, or let it be replaced.",
    });
  }
}
