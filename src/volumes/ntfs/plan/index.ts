/**
 * NTFS 3.1 from nothing. Everything on the volume is a file, its own tables too, and a file is a record of $MFT with
 * attributes: resident in the record, or runs of clusters. A directory is a B-tree of its children's names, in the order
 * of the volume's own upper-case table, with copies of their times and sizes. Traps: the last two bytes of every sector
 * of a record are exchanged (update sequence arrays); the volume is one sector shorter than the partition, whose last
 * sector repeats the first; a name that is not 8.3 has two FILE_NAMEs and two index entries, and counts as two links;
 * security descriptors are kept once for all files, found by id and by hash. There is no public specification; names are
 * those of Microsoft's published structures, and docs/formats-ntfs.md says what was chosen where several forms are valid.
 */
import { exactSize } from "../../../bytes/amounts.js";
import { Win7UsbError } from "../../../errors.js";
import { MiB, roundUp } from "../../../bytes/units.js";
import type { FileTree } from "../../../tree/index.js";
import { identityOf } from "../../identity.js";
import type { DiskPartition } from "../../mbr.js";
import { manifestAreaSize, partitionAlignment, partitionOf } from "../../mbr.js";
import type { DiskPlan, DriveGeometry, LayoutOptions } from "../../plan.js";
import { askedOf, sectorSize } from "../../plan.js";
import { diskStructures } from "../../structures.js";
import type { NtfsDiskBootCode } from "./boot-code.js";
import { ownBootCode } from "./boot-code.js";
import type { NtfsContents } from "./contents.js";
import { ntfsContents } from "./contents.js";
import { volumeExtents } from "./volume-extents.js";
import { clusterSize, sectorsPerCluster } from "../records/volume-format.js";
import type { VolumeLayout } from "./volume-layout.js";
import { ntfsLabel } from "./label.js";
import { ntfsBootStructures, ntfsStructures } from "./structures.js";
import { layoutVolume } from "./volume-layout.js";

/** A smaller disk is FAT32's. */
const smallestDiskSize = 64 * MiB;

/**
 * The plan of a disk with one NTFS volume that holds `tree`. Throws `too-small`, `name-unsupported`, `name-collision`.
 */
export function planNtfs(
  tree: FileTree,
  drive: DriveGeometry,
  options: LayoutOptions,
  bootCode: NtfsDiskBootCode = ownBootCode,
): DiskPlan {
  const label = ntfsLabel(options.label);
  const contents = ntfsContents(tree);
  const partition = partitionOf(drive.diskSize);
  const layout = layoutFor(contents, partition, drive.diskSize);
  const identity = identityOf(tree, label, options.signature);
  return {
    diskSize: drive.diskSize,
    fileSystem: "ntfs",
    label,
    clusterSize,
    ...volumeExtents({
      tree,
      label,
      contents,
      layout,
      partition,
      identity,
      bootCode,
      bootPrompt: options.bootPrompt,
      diskSize: drive.diskSize,
    }),
    structures: diskStructures(partition, ntfsStructures(layout, partition.startSector * sectorSize), [
      ntfsBootStructures(partition).last,
    ]),
    ...askedOf(options),
  };
}

/** Bytes of the smallest disk, a multiple of 1 MiB, that `planNtfs` accepts for `tree`. Throws as `planNtfs` does. */
export function smallestNtfsDisk(tree: FileTree, _options: LayoutOptions): number {
  return smallestDiskHolding(ntfsContents(tree));
}

/** The smallest disk for `contents`: a larger one has a larger bitmap and log, so that the size is counted up to it. */
function smallestDiskHolding(contents: NtfsContents): number {
  for (let size = smallestDiskSize; ;) {
    const { usedClusters, clusterCount } = layoutVolume(contents, clusterCountOf(partitionOf(size)));
    const partitionEnd = partitionAlignment + usedClusters * clusterSize + sectorSize;
    const needed = roundUp(partitionEnd + manifestAreaSize, partitionAlignment);
    if (needed > size) size = needed;
    else if (usedClusters <= clusterCount) return size;
    else throw tooLarge(usedClusters * clusterSize, clusterCount * clusterSize);
  }
}

/** No disk helps: the partition ends where the sector numbers of the partition table do. */
function tooLarge(needed: number, available: number): Win7UsbError {
  const message = `the files take ${exactSize(needed)}, an NTFS partition holds at most ${exactSize(available)}`;
  return new Win7UsbError("too-small", message, {
    hint: "Leave out what need not be on the drive.",
    data: { needed, available },
  });
}

function layoutFor(contents: NtfsContents, partition: DiskPartition, diskSize: number): VolumeLayout {
  if (diskSize >= smallestDiskSize) {
    const layout = layoutVolume(contents, clusterCountOf(partition));
    if (layout.usedClusters <= layout.clusterCount) return layout;
  }
  const needed = smallestDiskHolding(contents);
  throw new Win7UsbError(
    "too-small",
    `there is room for ${exactSize(diskSize)}, and the files need ${exactSize(needed)}`,
    {
      hint: "Use a larger drive, or a larger image file.",
      data: { needed, available: diskSize },
    },
  );
}

/** Whole clusters of the volume, which is the partition without its last sector. */
function clusterCountOf({ sectorCount }: DiskPartition): number {
  return Math.floor((sectorCount - 1) / sectorsPerCluster);
}
