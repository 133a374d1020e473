/**
 * The reserved sectors: boot sector with the BIOS parameter block, FSInfo, a third sector that only carries the mark 55
 * AA, a copy of the three at sector 6, and the boot record's second stage (fatgen103, "Boot Sector and BPB" and "FAT32
 * FSInfo Sector Structure and Backup Boot Sector"). Traps: the hidden sectors are the partition's start, and the drive
 * number is 80h, because boot records read both from here; the 16-bit FAT size and the version must be 0.
 */
import { ascii, bytes, uint16le, uint32le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { bootSignature, headCount, sectorsPerTrack } from "../../mbr.js";
import { sectorSize } from "../../plan.js";
import type { FatGeometry } from "./geometry.js";
import { fatCount, fewestReservedSectors, firstCluster } from "./geometry.js";
import { media } from "../plan/table.js";

/** fatgen103, "Boot Sector and BPB Structure" and "FAT32 Structure Starting at Offset 36". */
export const fat32BootSector = record("FAT32 boot sector", sectorSize, {
  jump: bytes(0, 3),
  oemName: ascii(3, 8),
  bytesPerSector: uint16le(11),
  sectorsPerCluster: uint8(13),
  reservedSectorCount: uint16le(14),
  fatCount: uint8(16),
  rootEntryCount: uint16le(17),
  totalSectors16: uint16le(19),
  media: uint8(21),
  fatSize16: uint16le(22),
  sectorsPerTrack: uint16le(24),
  headCount: uint16le(26),
  hiddenSectors: uint32le(28),
  totalSectors32: uint32le(32),
  fatSize32: uint32le(36),
  extendedFlags: uint16le(40),
  fileSystemVersion: uint16le(42),
  rootCluster: uint32le(44),
  fsInfoSector: uint16le(48),
  backupBootSector: uint16le(50),
  driveNumber: uint8(64),
  reserved: uint8(65),
  extendedBootSignature: uint8(66),
  volumeId: uint32le(67),
  volumeLabel: ascii(71, 11),
  fileSystemType: ascii(82, 8),
  bootCode: bytes(90, 420),
  signature: uint16le(510),
});

/** fatgen103, "FAT32 FSInfo Sector Structure". */
export const fsInfo = record("FSInfo", sectorSize, {
  leadSignature: uint32le(0),
  structureSignature: uint32le(484),
  freeCount: uint32le(488),
  nextFree: uint32le(492),
  trailSignature: uint32le(508),
});

export const fsInfoSignatures = {
  leadSignature: 0x41615252,
  structureSignature: 0x61417272,
  trailSignature: 0xaa550000,
};

const fsInfoSector = 1;
const thirdSector = 2;
const backupBootSector = 6;
const bootRecordSectors = 3;

/** Sectors of the reserved area that a second stage must leave alone. */
const occupiedSectors = [0, fsInfoSector, 6, 7, 8];

/** What goes around the parameter block; see the boot room. */
export type Fat32BootCode = {
  /** From offset 5Ah of the boot sector, up to 1FEh. */
  readonly sector0: Uint8Array;
  /** The second stage, to lie at `reservedStartSector` of the partition. */
  readonly reserved: Uint8Array;
  readonly reservedStartSector: number;
};

export type ReservedOptions = {
  readonly bootCode: Fat32BootCode;
  readonly label: string;
  readonly volumeId: number;
  readonly usedClusters: number;
};

/** The first 32 sectors of the partition; the reserved sectors behind them are zeros. */
export function encodeReserved(geometry: FatGeometry, options: ReservedOptions): Uint8Array {
  const { bootCode } = options;
  checkSecondStage(bootCode);
  const target = new Uint8Array(fewestReservedSectors * sectorSize);
  target.set(encodeBootSector(geometry, options));
  target.set(encodeFsInfo(geometry, options.usedClusters), fsInfoSector * sectorSize);
  fat32BootSector.patch(target, thirdSector * sectorSize, { signature: bootSignature });
  target.set(bootCode.reserved, bootCode.reservedStartSector * sectorSize);
  target.copyWithin(backupBootSector * sectorSize, 0, bootRecordSectors * sectorSize);
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

function encodeBootSector(geometry: FatGeometry, options: ReservedOptions): Uint8Array {
  return fat32BootSector.encode({
    // A short jump over the parameter block and a no-operation, whose byte the boot record uses as a flag.
    jump: Uint8Array.of(0xeb, 0x58, 0x90),
    // The specification's advice: some drivers take a volume for FAT only where they know this name.
    oemName: "MSWIN4.1",
    bytesPerSector: sectorSize,
    sectorsPerCluster: geometry.clusterSize / sectorSize,
    reservedSectorCount: geometry.reservedSectors,
    fatCount,
    media,
    sectorsPerTrack,
    headCount,
    hiddenSectors: geometry.startSector,
    totalSectors32: geometry.sectorCount,
    fatSize32: geometry.fatSectors,
    rootCluster: firstCluster,
    fsInfoSector,
    backupBootSector,
    driveNumber: 0x80,
    extendedBootSignature: 0x29,
    volumeId: options.volumeId,
    volumeLabel: options.label,
    fileSystemType: "FAT32",
    bootCode: options.bootCode.sector0,
    signature: bootSignature,
  });
}

function encodeFsInfo({ clusterCount }: FatGeometry, usedClusters: number): Uint8Array {
  const free = clusterCount - usedClusters;
  return fsInfo.encode({
    ...fsInfoSignatures,
    freeCount: free,
    // FFFFFFFF: not known, where there is no free cluster to point to.
    nextFree: free > 0 ? firstCluster + usedClusters : 0xffffffff,
  });
}
