/** The start of an NTFS volume and the fields of its boot sector (NTFS documentation, "$Boot (7)"). */
import { decodeNtfsBootSector, type NtfsPlaces } from "../records/boot-sector.js";
import { clusterSize } from "../records/volume-format.js";
import { sectorSize } from "../../plan.js";
import type { Span } from "../../../extents/extent.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { VolumeFault } from "../../volume-fault.js";

export type NtfsGeometry = NtfsPlaces & {
  /** Byte of the disk where the first cluster lies. */
  readonly start: number;
};

export const offsetOfCluster = ({ start }: NtfsGeometry, cluster: number): number => start + cluster * clusterSize;

/** By the boot sector, or by its copy in the last sector of `partition` where that is broken. */
export async function readGeometry(read: ReadBytes, { start, end }: Span): Promise<NtfsGeometry> {
  const geometryAt = async (offset: number): Promise<NtfsGeometry> => {
    return { start, ...decodeNtfsBootSector(await read(offset, sectorSize), end - start) };
  };
  try {
    return await geometryAt(start);
  } catch (error) {
    if (!(error instanceof VolumeFault)) throw error;
    try {
      return await geometryAt(end - sectorSize);
    } catch (second) {
      // The problem of the first one says more.
      throw second instanceof VolumeFault ? error : second;
    }
  }
}

/** Whether the copy in the last sector of `partition` is what the boot sector is. */
export async function hasBootSectorCopy(read: ReadBytes, { start, end }: Span): Promise<boolean> {
  return Buffer.compare(await read(start, sectorSize), await read(end - sectorSize, sectorSize)) === 0;
}
