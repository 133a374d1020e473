/**
 * FAT32 after Microsoft's FAT32 File System Specification 1.03 (fatgen103; "FAT32 specification" below): reserved sectors, two
 * equal FATs, clusters. On a volume that is written once everything can lie in order: directories first, each contiguous,
 * then the files, each contiguous, so a file is one run and the FAT a counting sequence. Traps: a driver tells FAT32 from
 * FAT16 by the number of clusters alone; both FATs must be written to their end, for what is not zero there is a used
 * cluster; the FAT's size does not fit 16 bits.
 */
import { exactSize } from "../../../bytes/amounts.js";
import { roundUp } from "../../../bytes/units.js";
import { Win7UsbError } from "../../../errors.js";
import { LayoutBuilder } from "../../../extents/layout.js";
import type { FileTree } from "../../../tree/index.js";
import { fat32BootCode, mbrBootCode } from "../../boot/code.js";
import { finishDisk, manifestExtent, placeContent } from "../../disk-end.js";
import { placeDiskStart } from "../../disk-start.js";
import { identityOf } from "../../identity.js";
import { partitionTypes } from "../../mbr.js";
import type { DiskPlan, DriveGeometry, LayoutOptions, PlannedFile } from "../../plan.js";
import { askedOf, sectorSize } from "../../plan.js";
import { diskStructures } from "../../structures.js";
import { clustersNeeded, fatContents, type FatContents } from "./contents.js";
import { encodeDirectory } from "./directory.js";
import type { FatGeometry } from "./geometry.js";
import { fatGeometry, largestDiskSize, smallestDiskFor, smallestDiskSize } from "./geometry.js";
import { fatLabel } from "./label.js";
import type { Fat32BootCode } from "./reserved.js";
import { encodeReserved } from "./reserved.js";
import { fatStructures } from "./structures.js";
import { encodeFat, fatCount, firstCluster, type Chain } from "../records/file-allocation-table.js";

/** The code that makes a disk boot; tests may give other bytes. */
type Fat32DiskBootCode = { readonly mbr: Uint8Array; readonly volume: Fat32BootCode };

const ownBootCode: Fat32DiskBootCode = { mbr: mbrBootCode, volume: fat32BootCode };

/**
 * The plan of a disk with one FAT32 volume that holds `tree`. Throws `too-small`, `file-too-large`,
 * `directory-too-large`, `name-unsupported`, `name-collision`.
 */
export function planFat32(
  tree: FileTree,
  drive: DriveGeometry,
  options: LayoutOptions,
  bootCode: Fat32DiskBootCode = ownBootCode,
): DiskPlan {
  const label = fatLabel(options.label);
  const contents = fatContents(tree);
  const geometry = geometryFor(contents, drive.diskSize);
  const chains = assignClusters(contents, geometry);
  const identity = identityOf(tree, label, options.signature);
  const list = new LayoutBuilder();
  placeDiskStart(list, {
    bootCode: bootCode.mbr,
    diskSignature: identity.diskSignature,
    osType: partitionTypes.fat32,
    partition: geometry,
    bootPrompt: options.bootPrompt,
  });
  const usedClusters = clustersNeeded(contents, geometry.clusterSize);
  const reserved = { bootCode: bootCode.volume, label, volumeId: identity.volumeId, usedClusters };
  list.bytes(geometry.startSector * sectorSize, encodeReserved(geometry, reserved));
  placeFats(list, geometry, encodeFat(chains));
  placeDirectories(list, geometry, contents, label);
  const files = placeFiles(list, geometry, contents);
  const { clusterSize } = geometry;
  return {
    diskSize: drive.diskSize,
    fileSystem: "fat32",
    label,
    clusterSize,
    ...finishDisk(list, drive.diskSize, [manifestExtent(geometry)]),
    files,
    structures: diskStructures(geometry, fatStructures(geometry, directoriesSize(contents, clusterSize))),
    ...askedOf(options),
  };
}

/** Bytes of the smallest disk, a multiple of 1 MiB, that `planFat32` accepts for `tree`. Throws as `planFat32` does. */
export function smallestFat32Disk(tree: FileTree, _options: LayoutOptions): number {
  return smallestDiskHolding(fatContents(tree));
}

function smallestDiskHolding(contents: FatContents, atLeast: number = smallestDiskSize): number {
  const size = smallestDiskFor((clusterSize) => clustersNeeded(contents, clusterSize), atLeast);
  if (size !== undefined) return size;
  const needed = contents.files.reduce((sum, { node }) => sum + node.size, 0);
  throw new Win7UsbError(
    "too-small",
    `the files take ${exactSize(needed)}, a FAT32 partition holds at most ${exactSize(largestDiskSize)}`,
    {
      hint: "Leave out what need not be on the drive.",
      data: { needed, available: largestDiskSize },
    },
  );
}

function geometryFor(contents: FatContents, diskSize: number): FatGeometry {
  if (diskSize >= smallestDiskSize) {
    const geometry = fatGeometry(diskSize);
    if (clustersNeeded(contents, geometry.clusterSize) <= geometry.clusterCount) return geometry;
  }
  const needed = smallestDiskHolding(contents, diskSize);
  throw new Win7UsbError(
    "too-small",
    `there is room for ${exactSize(diskSize)}, and the files need ${exactSize(needed)}`,
    {
      hint: "Use a larger drive, or a larger image file.",
      data: { needed, available: diskSize },
    },
  );
}

/** Gives every directory and file its first cluster, in disk order, without a gap; returns the chains. */
function assignClusters(contents: FatContents, { clusterSize }: FatGeometry): Chain[] {
  const chains: Chain[] = [];
  let next = firstCluster;
  const assign = (entry: { firstCluster: number }, size: number): void => {
    const clusterCount = Math.ceil(size / clusterSize);
    if (clusterCount === 0) return;
    entry.firstCluster = next;
    chains.push({ firstCluster: next, clusterCount });
    next += clusterCount;
  };
  for (const directory of contents.directories) assign(directory, directory.size);
  for (const file of contents.files) assign(file, file.node.size);
  return chains;
}

/** Both FATs are the same bytes in memory; their unused ends are zeros that no memory holds. */
function placeFats(list: LayoutBuilder, geometry: FatGeometry, fat: Uint8Array): void {
  const start = (geometry.startSector + geometry.reservedSectors) * sectorSize;
  for (let copy = 0; copy < fatCount; copy += 1) list.bytes(start + copy * geometry.fatSectors * sectorSize, fat);
}

function offsetOf({ dataStart, clusterSize }: FatGeometry, cluster: number): number {
  return dataStart + (cluster - firstCluster) * clusterSize;
}

/** Bytes of all directories in whole clusters. */
function directoriesSize({ directories }: FatContents, clusterSize: number): number {
  return directories.reduce((sum, { size }) => sum + roundUp(size, clusterSize), 0);
}

function placeDirectories(list: LayoutBuilder, geometry: FatGeometry, contents: FatContents, label: string): void {
  for (const directory of contents.directories) {
    list.bytes(offsetOf(geometry, directory.firstCluster), encodeDirectory(directory, label));
  }
}

function placeFiles(list: LayoutBuilder, geometry: FatGeometry, contents: FatContents): PlannedFile[] {
  const files: PlannedFile[] = [];
  for (const { path, node, firstCluster: cluster } of contents.files) {
    const offset = offsetOf(geometry, cluster);
    if (node.size > 0) placeContent(list, offset, node, path);
    const modified = node.times.modified ?? node.times.created;
    const runs = node.size > 0 ? [{ offset, length: node.size }] : [];
    files.push({ path, size: node.size, runs, ...(modified === undefined ? {} : { modified }) });
  }
  // The last cluster's rest belongs to the content: what is read back is whole clusters.
  const end = list.position - geometry.dataStart;
  list.zerosTo(geometry.dataStart + Math.ceil(end / geometry.clusterSize) * geometry.clusterSize);
  return files;
}
