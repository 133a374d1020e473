/**
 * From a tree to the plan of a disk that boots: partition table, file system and boot code, all as data. Nothing here
 * touches a device, a clock or a random number; the same tree, size and label give the same plan.
 */
import { unknownChoice } from "../errors.js";
import type { FileTree } from "../tree/index.js";
import { planFat32, smallestFat32Disk } from "./fat32/plan/index.js";
import { planNtfs, smallestNtfsDisk } from "./ntfs/plan/index.js";
import type { DiskPlan, DriveGeometry, FileSystemName, LayoutOptions } from "./plan.js";

export { chooseFileSystem } from "./choose-file-system.js";

/** How a disk is laid out. */
export type PlanOptions = LayoutOptions & { readonly fileSystem: FileSystemName };

type Layout = {
  plan(tree: FileTree, drive: DriveGeometry, options: LayoutOptions): DiskPlan;
  smallestDisk(tree: FileTree, options: LayoutOptions): number;
};

const layouts: Readonly<Record<FileSystemName, Layout>> = {
  fat32: { plan: planFat32, smallestDisk: smallestFat32Disk },
  ntfs: { plan: planNtfs, smallestDisk: smallestNtfsDisk },
};

/** The plan of a disk of `drive.diskSize` bytes. Throws `too-small` and what the file system cannot hold. */
export function planDisk(tree: FileTree, drive: DriveGeometry, options: PlanOptions): DiskPlan {
  return layoutOf(options).plan(tree, drive, options);
}

/** Bytes of the smallest disk, a multiple of 1 MiB, that holds `tree`. Throws what the file system cannot hold. */
export function smallestDisk(tree: FileTree, options: PlanOptions): number {
  return layoutOf(options).smallestDisk(tree, options);
}

function layoutOf({ fileSystem }: PlanOptions): (typeof layouts)[FileSystemName] {
  if (!Object.hasOwn(layouts, fileSystem)) throw unknownChoice("fileSystem", fileSystem, Object.keys(layouts));
  return layouts[fileSystem];
}
