/** What lies where on a disk, as far as it is known: of a plan all of it, of a disk that was found what its manifest tells. */
import type { Span } from "../extents/extent.js";
import { coverage } from "../extents/spans.js";
import { fatGeometry, smallestDiskSize } from "./fat32/plan/geometry.js";
import { fatStructures } from "./fat32/plan/structures.js";
import { partitionOf } from "./mbr.js";
import { ntfsBootStructures } from "./ntfs/plan/structures.js";
import type { DiskPlan, DiskStructure, FileSystemName, PlannedFile } from "./plan.js";
import { diskStructures } from "./structures.js";

/** What lies where on a disk. */
export type DiskLayout = {
  /** Bytes. */
  readonly diskSize: number;
  readonly fileSystem: FileSystemName;
  /** Bytes per cluster. */
  readonly clusterSize: number;
  /** What was laid out, zeros among it; ascending, without overlap. */
  readonly written: readonly Span[];
  /** Null where their names and places are not known. */
  readonly files: readonly PlannedFile[] | null;
  /** Those whose name is known; ascending, without overlap. A file may lie in one: a small one in $MFT. */
  readonly structures: readonly DiskStructure[];
};

/** What a plan lays out. */
export function diskLayoutOf({ diskSize, fileSystem, clusterSize, extents, files, structures }: DiskPlan): DiskLayout {
  const known = structures ?? structuresBySize(fileSystem, diskSize);
  return { diskSize, fileSystem, clusterSize, written: coverage(extents), files, structures: known };
}

/** What of a disk's structures follows from its size alone. */
export function structuresBySize(fileSystem: FileSystemName, diskSize: number): readonly DiskStructure[] {
  if (diskSize < smallestDiskSize) return [];
  if (fileSystem === "fat32") {
    const geometry = fatGeometry(diskSize);
    return diskStructures(geometry, fatStructures(geometry, 0));
  }
  const partition = partitionOf(diskSize);
  const { first, last } = ntfsBootStructures(partition);
  return diskStructures(partition, [first], [last]);
}
