/** The reserved area: boot record, its copy, and the second stage of the boot code between the copy and the FATs. */
import { sectorSize } from "../../plan.js";
import {
  bootRecordSectors,
  encodeFat32BootSector,
  encodeFsInfo,
  fat32BootSector,
  fewestReservedSectors,
  reservedSectors,
  unknownCount,
} from "../records/boot-sector.js";
import { bootSignature } from "../../mbr.js";
import { firstCluster } from "../records/file-allocation-table.js";
import type { FatGeometry } from "./geometry.js";

const { boot, fsInfo, backup } = reservedSectors;
const occupiedSectors = [boot, fsInfo, ...Array.from({ length: bootRecordSectors }, (_, index) => backup + index)];

/** The code around the parameter block; see the boot room. */
export type Fat32BootCode = {
  /** From offset 5Ah of the boot sector, up to 1FEh. */
  readonly sector0: Uint8Array;
  /** The second stage, to lie at `reservedStartSector` of the partition. */
  readonly reserved: Uint8Array;
  readonly reservedStartSector: number;
};

type ReservedOptions = {
  readonly bootCode: Fat32BootCode;
  readonly label: string;
  readonly volumeId: number;
  readonly usedClusters: number;
};

/** The first 32 sectors of the partition; the reserved sectors behind them are zeros. */
export function encodeReserved(geometry: FatGeometry, options: ReservedOptions): Uint8Array {
  const { bootCode, label, volumeId, usedClusters } = options;
  checkSecondStage(bootCode);
  const target = new Uint8Array(fewestReservedSectors * sectorSize);
  target.set(encodeFat32BootSector(geometry, { bootCode: bootCode.sector0, label, volumeId }));
  const freeCount = geometry.clusterCount - usedClusters;
  const nextFree = freeCount > 0 ? firstCluster + usedClusters : unknownCount;
  target.set(encodeFsInfo({ freeCount, nextFree }), reservedSectors.fsInfo * sectorSize);
  fat32BootSector.patch(target, reservedSectors.third * sectorSize, { signature: bootSignature });
  target.set(bootCode.reserved, bootCode.reservedStartSector * sectorSize);
  target.copyWithin(reservedSectors.backup * sectorSize, 0, bootRecordSectors * sectorSize);
  return target;
}

/** A second stage over another sector is a fault of win7usb and would show only when a backup is restored. */
function checkSecondStage({ reserved, reservedStartSector: start }: Fat32BootCode): void {
  const end = start + Math.ceil(reserved.length / sectorSize);
  const hit = occupiedSectors.find((sector) => sector >= start && sector < end);
  if (hit !== undefined || end > fewestReservedSectors) {
    throw new RangeError(`second stage in sectors ${start} to ${end - 1} leaves the room or covers sector ${hit}`);
  }
}
