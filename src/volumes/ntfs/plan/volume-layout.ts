/**
 * The layout of a volume: the system files from the first cluster on, then the index buffers of directories, then the files
 * in boot order. Only the copy of the boot sector lies behind them, so that one contiguous range must be written. Windows
 * spreads the system files over the volume to save seeks on hard disks; drivers find them anywhere, by the boot sector
 * (NTFS documentation, "$Boot (7)") and by their runs ("Data Runs").
 */
import { MiB, roundUp } from "../../../bytes/units.js";
import { inBootOrder } from "../../order.js";
import { attributeDefinitionsSize } from "../records/attribute-definitions.js";
import { bootFileSize } from "../records/boot-sector.js";
import type { NtfsContents, DirectoryPlan, FilePlan } from "./contents.js";
import { bitmapSize } from "../records/bitmap.js";
import type { ClusterRun } from "../records/run-list.js";
import { mirrorDistance } from "../records/security.js";
import { upCaseTableSize } from "../records/up-case.js";
import { clusterSize, fileRecordSize, mirroredRecords } from "../records/volume-format.js";

/** Consecutive clusters. */
export type ClusterRange = { readonly startCluster: number; readonly clusterCount: number };

type SystemRanges = {
  readonly boot: ClusterRange;
  readonly mftMirror: ClusterRange;
  readonly attributeDefinitions: ClusterRange;
  readonly upCase: ClusterRange;
  readonly securityStream: ClusterRange;
  readonly logFile: ClusterRange;
  readonly bitmap: ClusterRange;
  readonly mftBitmap: ClusterRange;
  readonly mft: ClusterRange;
};

type DirectoryPlace = {
  readonly entry: DirectoryPlan;
  readonly blocks: ClusterRange;
  /** Of the index's bitmap, where that is not resident. */
  readonly bitmap: ClusterRange;
};

export type FilePlace = { readonly entry: FilePlan; readonly data: ClusterRange };

export type VolumeLayout = {
  readonly clusterCount: number;
  /** Clusters in use: `[0, usedClusters)`. */
  readonly usedClusters: number;
  readonly system: SystemRanges;
  /** In the order of `NtfsContents`, which is the order on the disk. */
  readonly directories: readonly DirectoryPlace[];
  /** In the order on the disk. */
  readonly files: readonly FilePlace[];
};

/** The copy of the descriptors begins 256 KiB into the stream; all descriptors of a new volume fit one cluster. */
const securityStreamSize = mirrorDistance + clusterSize;

/**
 * Windows gives the log a hundredth of the volume, from 2 MiB to 64 MiB. It is written whole, so that it ends at 4 MiB
 * here: enough for a volume that is changed by hand, and what NT 4 gave to a volume of any size.
 */
const smallestLog = 2 * MiB;
const largestLog = 4 * MiB;
const logShare = 100;

function logFileSize(clusterCount: number): number {
  const share = roundUp(Math.ceil((clusterCount * clusterSize) / logShare), clusterSize);
  return Math.min(Math.max(share, smallestLog), largestLog);
}

class Allocator {
  #next = 0;

  get used(): number {
    return this.#next;
  }

  /** Clusters for `size` bytes. */
  take(size: number): ClusterRange {
    const range = { startCluster: this.#next, clusterCount: Math.ceil(size / clusterSize) };
    this.#next += range.clusterCount;
    return range;
  }
}

/** Places what `contents` holds on a volume of `clusterCount` clusters. `usedClusters` may exceed that: the caller checks. */
export function layoutVolume(contents: NtfsContents, clusterCount: number): VolumeLayout {
  const allocator = new Allocator();
  const system: SystemRanges = {
    boot: allocator.take(bootFileSize),
    mftMirror: allocator.take(mirroredRecords * fileRecordSize),
    attributeDefinitions: allocator.take(attributeDefinitionsSize),
    upCase: allocator.take(upCaseTableSize),
    securityStream: allocator.take(securityStreamSize),
    logFile: allocator.take(logFileSize(clusterCount)),
    bitmap: allocator.take(bitmapSize(clusterCount)),
    mftBitmap: allocator.take(bitmapSize(contents.recordCount)),
    mft: allocator.take(contents.recordCount * fileRecordSize),
  };
  const directories = contents.directories.map((entry) => {
    const { tree, bitmapSize: size, bitmapResident } = entry.index;
    const blocks = allocator.take((tree?.nodes.length ?? 0) * clusterSize);
    return { entry, blocks, bitmap: allocator.take(bitmapResident ? 0 : size) };
  });
  const files = inBootOrder(contents.files)
    .filter((entry) => entry.clusterCount > 0)
    .map((entry) => ({ entry, data: allocator.take(entry.node.size) }));
  return { clusterCount, usedClusters: allocator.used, system, directories, files };
}

/** A range as the runs of an attribute. */
export const runsOf = ({ startCluster, clusterCount }: ClusterRange): ClusterRun[] => [{ startCluster, clusterCount }];

/** Bytes of `range`. */
export const sizeOf = (range: ClusterRange): number => range.clusterCount * clusterSize;
