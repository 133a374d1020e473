/** The structures of a FAT32 volume by name, in the order in which they lie on the disk. */
import { sectorSize, type DiskStructure } from "../../plan.js";
import { fatCount } from "../records/file-allocation-table.js";
import type { FatGeometry } from "./geometry.js";

/** `directoriesSize`: bytes of all directories in whole clusters, which lie before the files; 0 where it is not known. */
export function fatStructures(geometry: FatGeometry, directoriesSize: number): DiskStructure[] {
  const { startSector, reservedSectors, fatSectors, dataStart } = geometry;
  const fatStart = (startSector + reservedSectors) * sectorSize;
  const fatSize = fatSectors * sectorSize;
  return [
    {
      kind: "boot",
      name: "boot sector, its copy and reserved sectors",
      offset: startSector * sectorSize,
      length: reservedSectors * sectorSize,
    },
    ...Array.from({ length: fatCount }, (_, copy): DiskStructure => {
      return { kind: "structure", name: `FAT ${copy + 1}`, offset: fatStart + copy * fatSize, length: fatSize };
    }),
    { kind: "structure", name: "directories", offset: dataStart, length: directoriesSize },
  ];
}
