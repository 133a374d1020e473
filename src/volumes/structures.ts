/** What lies on a disk beside its files, by name: for a picture of it. A layout names what it places. */
import { partitionAlignment, manifestAreaSize, endOf, type DiskPartition } from "./mbr.js";
import type { DiskStructure } from "./plan.js";

/** Those of every disk, around those of its volume; ascending. `behind`: of the volume, at its partition's end. */
export function diskStructures(
  partition: DiskPartition,
  volume: readonly DiskStructure[],
  behind: readonly DiskStructure[] = [],
): DiskStructure[] {
  return [
    { kind: "boot", name: "master boot record", offset: 0, length: partitionAlignment },
    ...volume.filter(({ length }) => length > 0),
    ...behind,
    { kind: "structure", name: "manifest", offset: endOf(partition), length: manifestAreaSize },
  ];
}
