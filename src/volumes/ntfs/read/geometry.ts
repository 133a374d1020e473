/** Where an NTFS volume begins and what its boot sector says: of the sizes that win7usb writes, and no others. */
import { ntfsBootSector } from "../records/boot-sector.js";
import { clusterSize, fileRecordSize, indexBlockSize, sectorsPerCluster } from "../records/volume-format.js";
import { bootSignature } from "../../mbr.js";
import { sectorSize } from "../../plan.js";
import type { Span } from "../../../extents/extent.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { check, VolumeFault } from "../../volume-fault.js";

export type NtfsGeometry = {
  /** Byte of the disk where the first cluster lies. */
  readonly start: number;
  readonly clusterCount: number;
  /** First clusters of $MFT and $MFTMirr. */
  readonly mftCluster: number;
  readonly mirrorCluster: number;
};

/** A negative size of a record is a power of two. */
const recordSizeCode = -Math.log2(fileRecordSize);
const indexSizeCode = indexBlockSize / clusterSize;

export const offsetOfCluster = ({ start }: NtfsGeometry, cluster: number): number => start + cluster * clusterSize;

/** By the boot sector, or by its copy in the last sector of `partition` where that is broken. */
export async function readGeometry(read: ReadBytes, partition: Span): Promise<NtfsGeometry> {
  try {
    return geometryFrom(await read(partition.start, sectorSize), partition);
  } catch (error) {
    if (!(error instanceof VolumeFault)) throw error;
    try {
      return geometryFrom(await read(partition.end - sectorSize, sectorSize), partition);
    } catch (second) {
      // What is wrong with the first one says more.
      throw second instanceof VolumeFault ? error : second;
    }
  }
}

/** Whether the copy in the last sector of `partition` is what the boot sector is. */
export async function hasBootSectorCopy(read: ReadBytes, { start, end }: Span): Promise<boolean> {
  return Buffer.compare(await read(start, sectorSize), await read(end - sectorSize, sectorSize)) === 0;
}

const fieldsInUse = ntfsBootSector.select(
  "oem",
  "bytesPerSector",
  "sectorsPerCluster",
  "clustersPerFileRecordSegment",
  "defaultClustersPerIndexAllocationBuffer",
  "signature",
);
const places = ntfsBootSector.select("numberSectors", "mftStartLcn", "mft2StartLcn");

function geometryFrom(bytes: Uint8Array, { start, end }: Span): NtfsGeometry {
  const sector = fieldsInUse.decode(bytes);
  check(sector.signature === bootSignature && sector.oem.trimEnd() === "NTFS", "the boot sector is no NTFS volume's");
  const usual =
    sector.bytesPerSector === sectorSize &&
    sector.sectorsPerCluster === sectorsPerCluster &&
    sector.clustersPerFileRecordSegment === recordSizeCode &&
    sector.defaultClustersPerIndexAllocationBuffer === indexSizeCode;
  check(usual, "the boot sector has other sizes of clusters or records");
  const { numberSectors, mftStartLcn, mft2StartLcn } = decodePlaces(bytes);
  check(start + (numberSectors + 1) * sectorSize <= end, `a volume of ${numberSectors} sectors`);
  const clusterCount = Math.floor(numberSectors / sectorsPerCluster);
  check(mftStartLcn < clusterCount && mft2StartLcn < clusterCount, `a $MFT at cluster ${mftStartLcn}`);
  return { start, clusterCount, mftCluster: mftStartLcn, mirrorCluster: mft2StartLcn };
}

function decodePlaces(bytes: Uint8Array) {
  try {
    return places.decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw new VolumeFault(`the boot sector: ${error.message}`);
    throw error;
  }
}
