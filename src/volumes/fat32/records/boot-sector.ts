/**
 * The boot sector with the BIOS parameter block, and FSInfo (FAT32 File System Specification 1.03, "Boot Sector and BPB
 * Structure" and "FAT32 FSInfo Sector Structure and Backup Boot Sector"). Traps: the hidden sectors are the partition's
 * start, and the drive number is 80h, because boot records read both from here; the 16-bit FAT size and the version must
 * be 0; and the FAT's size does not fit 16 bits.
 */
import { ascii, bytes, reserved, uint16le, uint32le, uint8 } from "../../../bytes/fields.js";
import { record, type Decoded } from "../../../bytes/record.js";
import { bootSignature, headCount, sectorsPerTrack } from "../../mbr.js";
import { sectorSize } from "../../plan.js";
import { assertVolume } from "../../volume-fault.js";
import { fatCount, firstCluster, media } from "./file-allocation-table.js";

/** FAT32 specification, "Boot Sector and BPB Structure" and "FAT32 Structure Starting at Offset 36"; `state` is its BS_Reserved1. */
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
  reserved: reserved(52, 12),
  driveNumber: uint8(64),
  state: uint8(65),
  extendedBootSignature: uint8(66),
  volumeId: uint32le(67),
  volumeLabel: ascii(71, 11),
  fileSystemType: ascii(82, 8),
  bootCode: bytes(90, 420),
  signature: uint16le(510),
});

/** FAT32 specification, "FAT32 FSInfo Sector Structure". */
export const fsInfo = record("FSInfo", sectorSize, {
  leadSignature: uint32le(0),
  reserved1: reserved(4, 480),
  structureSignature: uint32le(484),
  freeCount: uint32le(488),
  nextFree: uint32le(492),
  reserved2: reserved(496, 12),
  trailSignature: uint32le(508),
});

const fsInfoSignatures = { leadSignature: 0x41615252, structureSignature: 0x61417272, trailSignature: 0xaa550000 };

/** FSI_Free_Count and FSI_Nxt_Free where they are not known. */
export const unknownCount = 0xffffffff;

/** Reserved sectors that every volume has at least (BPB_RsvdSecCnt: "typically 32" on FAT32). */
export const fewestReservedSectors = 32;

/**
 * Sectors of the reserved area. The boot record has three: the boot sector, FSInfo, and one that only carries the mark
 * 55 AA. Their copies lie from `backup` on (BPB_BkBootSec: "no value other than 6 is recommended").
 */
export const reservedSectors = { boot: 0, fsInfo: 1, third: 2, backup: 6, backupFsInfo: 7 } as const;
export const bootRecordSectors = 3;

/** Bits of `state` that systems set while a volume is in use: it is dirty, its surface is to be tested. */
export const dirtyState = 0x01;
const stateBits = dirtyState | 0x02;

/** How a volume is divided: what the boot sector says of it beside what is the same on all volumes. */
export type FatDivision = {
  /** Sectors of the disk before the partition. */
  readonly startSector: number;
  readonly sectorCount: number;
  /** Bytes. */
  readonly clusterSize: number;
  readonly reservedSectors: number;
  /** Sectors of one FAT. */
  readonly fatSectors: number;
};

type Fat32BootSectorOptions = {
  /** For BS_BootCode32, up to the signature. */
  readonly bootCode: Uint8Array;
  readonly label: string;
  readonly volumeId: number;
};

export function encodeFat32BootSector(division: FatDivision, options: Fat32BootSectorOptions): Uint8Array {
  return fat32BootSector.encode({
    // A short jump over the parameter block and a no-operation, whose byte the boot record uses as a flag.
    jump: Uint8Array.of(0xeb, fat32BootSector.fields.bootCode.offset - 2, 0x90),
    // The specification's advice: some drivers take a volume for FAT only where they know this name.
    oemName: "MSWIN4.1",
    bytesPerSector: sectorSize,
    sectorsPerCluster: division.clusterSize / sectorSize,
    reservedSectorCount: division.reservedSectors,
    fatCount,
    media,
    sectorsPerTrack,
    headCount,
    hiddenSectors: division.startSector,
    totalSectors32: division.sectorCount,
    fatSize32: division.fatSectors,
    rootCluster: firstCluster,
    fsInfoSector: reservedSectors.fsInfo,
    backupBootSector: reservedSectors.backup,
    driveNumber: 0x80,
    extendedBootSignature: 0x29,
    volumeId: options.volumeId,
    volumeLabel: options.label,
    fileSystemType: "FAT32",
    bootCode: options.bootCode,
    signature: bootSignature,
  });
}

/** Throws VolumeFault where `data` is no boot sector of a FAT32 volume with sectors of 512 bytes and two FATs. */
export function decodeFat32BootSector(data: Uint8Array): Decoded<typeof fat32BootSector.fields> {
  const sector = fat32BootSector.decode(data);
  assertVolume(sector.signature === bootSignature, "the boot sector does not end in 55 AA");
  assertVolume(sector.bytesPerSector === sectorSize && sector.fatCount === fatCount, "the boot sector is no FAT32's");
  return sector;
}

/** Whether two copies of a boot sector are the same but for the bits that systems set while the volume is in use. */
export function differInStateAlone(one: Uint8Array, other: Uint8Array): boolean {
  const { offset } = fat32BootSector.fields.state;
  return one.every((byte, at) => byte === other[at] || (at === offset && ((byte ^ other[at]!) & ~stateBits) === 0));
}

export function encodeFsInfo(counts: { readonly freeCount: number; readonly nextFree: number }): Uint8Array {
  return fsInfo.encode({ ...fsInfoSignatures, ...counts });
}

/** FSI_Free_Count of a sector that is an FSInfo as `encodeFsInfo` makes; null where it is none. */
export function freeCountIn(sector: Uint8Array): number | null {
  const { freeCount, nextFree } = fsInfo.decode(sector);
  return Buffer.compare(sector, encodeFsInfo({ freeCount, nextFree })) === 0 ? freeCount : null;
}
