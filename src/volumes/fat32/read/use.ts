/** What systems leave in the reserved area of a volume that they use, and what they leave alone. */
import { isAllZeros } from "../../../bytes/zeros.js";
import type { Span } from "../../../extents/extent.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { sectorSize } from "../../plan.js";
import {
  differInStateAlone,
  fewestReservedSectors,
  freeCountIn,
  reservedSectors,
  unknownCount,
} from "../records/boot-sector.js";
import type { FatVolume } from "./volume.js";

/** No system writes between the reserved sectors in use and the FATs, or behind the entries of a FAT. */
export async function hasZeroPadding(read: ReadBytes, partition: Span, volume: FatVolume): Promise<boolean> {
  const reserved = { start: partition.start + fewestReservedSectors * sectorSize, end: volume.fats.start };
  for (const { start, end } of [reserved, ...volume.fatTails]) {
    if (start < end && !isAllZeros(await read(start, end - start))) return false;
  }
  return true;
}

/**
 * Whether reserved sector `sector` is as systems leave it: the boot sector with its state bits set, FSInfo with the
 * volume's free clusters, or with none counted; the copy of FSInfo may hold the count of an earlier time.
 */
export async function isSectorInUse(read: ReadBytes, partition: Span, volume: FatVolume, sector: number) {
  const readSector = (number: number): Promise<Uint8Array> => read(partition.start + number * sectorSize, sectorSize);
  const { boot, fsInfo, backup, backupFsInfo } = reservedSectors;
  if (sector === boot) return differInStateAlone(await readSector(boot), await readSector(backup));
  if (sector !== fsInfo && sector !== backupFsInfo) return false;
  const freeCount = freeCountIn(await readSector(sector));
  if (freeCount === null) return false;
  return sector === backupFsInfo || freeCount === unknownCount || freeCount === volume.freeClusters;
}
