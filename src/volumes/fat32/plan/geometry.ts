/**
 * How a FAT32 volume is divided: reserved sectors, two FATs, clusters. The cluster size is the specification's choice by
 * volume size (FAT32 specification, "FAT Volume Initialization", table for FAT32; [MS-FAT] 3.5), and the reserved sectors are
 * enlarged until the data area begins at a whole MiB of the disk, because flash is erased in units of that order.
 */
import { count } from "../../../bytes/amounts.js";
import { GiB, KiB, MiB, TiB } from "../../../bytes/units.js";
import { manifestAreaSize, partitionAlignment, partitionOf } from "../../mbr.js";
import { sectorSize } from "../../plan.js";
import { fewestReservedSectors, type FatDivision } from "../records/boot-sector.js";
import { fatCount, fatEntrySize, firstCluster, mostClusters } from "../records/file-allocation-table.js";

/** The smallest disk a FAT32 volume is laid out on; below it the specification's limits come too near. */
export const smallestDiskSize = 64 * MiB;

/** The largest disk size that gives a larger partition than a smaller one would. */
export const largestDiskSize = 2 * TiB;

/**
 * Below 65,525 clusters a volume is FAT16 to every driver ("FAT Type Determination"); the specification asks for a
 * distance of 16 at least, because some drivers count one off.
 */
const fewestClusters = 65_525 + 16;

/**
 * Cluster size by volume size in sectors, from the specification's table. 32 KiB is the largest: with 64 KiB Windows 7's
 * own boot record overwrites what it has loaded.
 */
const clusterSizes: readonly { readonly upToSectors: number; readonly clusterSize: number }[] = [
  { upToSectors: (260 * MiB) / sectorSize, clusterSize: 512 },
  { upToSectors: (8 * GiB) / sectorSize, clusterSize: 4 * KiB },
  { upToSectors: (16 * GiB) / sectorSize, clusterSize: 8 * KiB },
  { upToSectors: (32 * GiB) / sectorSize, clusterSize: 16 * KiB },
  { upToSectors: Number.POSITIVE_INFINITY, clusterSize: 32 * KiB },
];

export type FatGeometry = FatDivision & {
  /** Bytes from the disk's start to cluster 2. */
  readonly dataStart: number;
  readonly clusterCount: number;
};

/** The geometry of the FAT32 volume on a disk of `diskSize` bytes, at least `smallestDiskSize`. */
export function fatGeometry(diskSize: number): FatGeometry {
  if (diskSize < smallestDiskSize) throw new RangeError(`${diskSize} bytes, expected at least ${smallestDiskSize}`);
  const { startSector, sectorCount } = partitionOf(diskSize);
  let { clusterSize } = clusterSizes.find((row) => sectorCount <= row.upToSectors)!;
  for (;;) {
    const division = divide(sectorCount, clusterSize);
    if (division.clusterCount >= fewestClusters) {
      const dataStart = (startSector + division.dataStartSector) * sectorSize;
      return { startSector, sectorCount, clusterSize, ...division, dataStart };
    }
    if (clusterSize === sectorSize) throw new RangeError(`${count(sectorCount, "sector")} are too few for FAT32`);
    clusterSize /= 2;
  }
}

/** The data area begins at the first multiple of the alignment before which both FATs of its clusters fit. */
function divide(sectorCount: number, clusterSize: number) {
  const alignment = partitionAlignment / sectorSize;
  const sectorsPerCluster = clusterSize / sectorSize;
  const entriesPerSector = sectorSize / fatEntrySize;
  // The FAT covers fewer clusters the later the data begin, so the first that fits is close behind this estimate.
  const fewestFatSectors = sectorCount / (sectorsPerCluster * entriesPerSector + fatCount);
  let dataStartSector = alignment * Math.max(1, Math.floor((fatCount * fewestFatSectors) / alignment));
  for (;;) {
    const clusterCount = Math.min(Math.floor((sectorCount - dataStartSector) / sectorsPerCluster), mostClusters);
    const fatSectors = Math.ceil((clusterCount + firstCluster) / entriesPerSector);
    const reservedSectors = dataStartSector - fatCount * fatSectors;
    if (reservedSectors >= fewestReservedSectors) return { clusterCount, fatSectors, reservedSectors, dataStartSector };
    dataStartSector += alignment;
  }
}

/**
 * The smallest disk of at least `atLeast` bytes, a multiple of 1 MiB, on which `clustersFor(clusterSize)` clusters fit;
 * undefined where 2 TiB do not suffice. Clusters grow with the disk in steps, so a disk just above a step may hold less
 * than one just below it: within one step more room is more clusters, and the steps are tried in turn.
 */
export function smallestDiskFor(
  clustersFor: (clusterSize: number) => number,
  atLeast: number = smallestDiskSize,
): number | undefined {
  const fits = (mebibytes: number): boolean => {
    const geometry = fatGeometry(mebibytes * MiB);
    return clustersFor(geometry.clusterSize) <= geometry.clusterCount;
  };
  let low = Math.ceil(Math.max(smallestDiskSize, atLeast) / MiB);
  for (const { upToSectors } of clusterSizes) {
    const stepEnd = partitionAlignment + upToSectors * sectorSize + manifestAreaSize;
    let high = Math.min(stepEnd, largestDiskSize) / MiB;
    if (high < low) continue;
    if (fits(high)) {
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (fits(middle)) high = middle;
        else low = middle + 1;
      }
      return low * MiB;
    }
    low = high + 1;
  }
  return undefined;
}
