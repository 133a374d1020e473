/** The structures of an NTFS volume by the names of their files, in the order in which they lie on the disk. */
import { endOf, type DiskPartition } from "../../mbr.js";
import { sectorSize, type DiskStructure } from "../../plan.js";
import { bootFileSize } from "../records/boot-sector.js";
import { systemName } from "../records/system-names.js";
import { clusterSize, systemRecords } from "../records/volume-format.js";
import type { ClusterRange, VolumeLayout } from "./volume-layout.js";

type BootStructures = { readonly first: DiskStructure; readonly last: DiskStructure };

/** Those whose places follow from the partition's. */
export function ntfsBootStructures(partition: DiskPartition): BootStructures {
  const offset = partition.startSector * sectorSize;
  const last = endOf(partition) - sectorSize;
  return {
    first: { kind: "boot", name: systemName(systemRecords.boot), offset, length: bootFileSize },
    last: { kind: "boot", name: "copy of the boot sector", offset: last, length: sectorSize },
  };
}

/** All but the copy of the boot sector. */
export function ntfsStructures(
  { system, directories, files, usedClusters }: VolumeLayout,
  start: number,
): DiskStructure[] {
  const { mft, mftMirror, attributeDefinitions, upCase, secure, logFile, bitmap, boot } = systemRecords;
  const named: readonly (readonly [string, ClusterRange])[] = [
    [systemName(boot), system.boot],
    [systemName(mftMirror), system.mftMirror],
    [systemName(attributeDefinitions), system.attributeDefinitions],
    [systemName(upCase), system.upCase],
    [systemName(secure), system.securityStream],
    [systemName(logFile), system.logFile],
    [systemName(bitmap), system.bitmap],
    [`bitmap of ${systemName(mft)}`, system.mftBitmap],
    [systemName(mft), system.mft],
  ];
  const firstOfDirectories = directories[0]?.blocks.startCluster ?? usedClusters;
  const behindDirectories = files[0]?.data.startCluster ?? usedClusters;
  const placed = [
    ...named,
    [
      "directories",
      { startCluster: firstOfDirectories, clusterCount: behindDirectories - firstOfDirectories },
    ] as const,
  ];
  return placed.map(([name, { startCluster, clusterCount }]) => ({
    kind: name === systemName(boot) ? "boot" : "structure",
    name,
    offset: start + startCluster * clusterSize,
    length: clusterCount * clusterSize,
  }));
}
