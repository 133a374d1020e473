/**
 * The boot sector, and $Boot, which it begins (NTFS documentation, "$Boot (7)"). Traps: the total number of sectors is one less than the partition's,
 * because the copy of the boot sector in the partition's last sector is no part of the volume; and sizes below a cluster
 * are given as a negative power of two.
 */
import { count } from "../../../bytes/amounts.js";
import {
  ascii,
  biguint64le,
  bytes,
  int8,
  reserved,
  uint16le,
  uint32le,
  uint64le,
  uint8,
} from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { KiB } from "../../../bytes/units.js";
import type { DiskPartition } from "../../mbr.js";
import { bootSignature, headCount, sectorsPerTrack } from "../../mbr.js";
import { sectorSize } from "../../plan.js";
import { assertVolume, VolumeFault } from "../../volume-fault.js";
import { clusterSize, fileRecordSize, indexBlockSize, sectorsPerCluster } from "./volume-format.js";

/**
 * PACKED_BOOT_SECTOR; what a FAT would have there (`fats`, `rootEntries` and so on) must be zero. `unused` is a drive
 * number of 80h and two more bytes as Windows writes them.
 */
export const ntfsBootSector = record("NTFS boot sector", sectorSize, {
  jump: bytes(0x000, 3),
  oem: ascii(0x003, 8),
  bytesPerSector: uint16le(0x00b),
  sectorsPerCluster: uint8(0x00d),
  reservedSectors: uint16le(0x00e),
  fats: uint8(0x010),
  rootEntries: uint16le(0x011),
  sectors: uint16le(0x013),
  media: uint8(0x015),
  sectorsPerFat: uint16le(0x016),
  sectorsPerTrack: uint16le(0x018),
  heads: uint16le(0x01a),
  hiddenSectors: uint32le(0x01c),
  largeSectors: uint32le(0x020),
  unused: reserved(0x024, 4, Uint8Array.of(0x80, 0x00, 0x80, 0x00)),
  numberSectors: uint64le(0x028),
  mftStartLcn: uint64le(0x030),
  mft2StartLcn: uint64le(0x038),
  clustersPerFileRecordSegment: int8(0x040),
  reserved0: reserved(0x041, 3),
  defaultClustersPerIndexAllocationBuffer: int8(0x044),
  reserved1: reserved(0x045, 3),
  serialNumber: biguint64le(0x048),
  checksum: uint32le(0x050),
  bootstrap: bytes(0x054, 0x1aa),
  signature: uint16le(0x1fe),
});

/** Jump over the parameters to the code, and a no-op that fills the third byte. */
const jumpToCode = Uint8Array.of(0xeb, ntfsBootSector.fields.bootstrap.offset - 2, 0x90);
const oem = "NTFS";
const fixedDisk = 0xf8;

/** The sizes that every volume here has. */
const sizes = {
  bytesPerSector: sectorSize,
  sectorsPerCluster,
  clustersPerFileRecordSegment: clustersOrPower(fileRecordSize),
  defaultClustersPerIndexAllocationBuffer: clustersOrPower(indexBlockSize),
} as const;
const sizeNames = Object.keys(sizes) as (keyof typeof sizes)[];

/** $Boot: the boot sector and what its code loads. */
export const bootFileSize = 8 * KiB;

/** The code of $Boot. */
export type NtfsBootCode = {
  /** From 0x54 of the boot sector up to its signature. */
  readonly sector0: Uint8Array;
  /** Sectors 1 to 15 of $Boot. */
  readonly rest: Uint8Array;
};

type NtfsBootSectorOptions = {
  readonly partition: DiskPartition;
  readonly mftCluster: number;
  readonly mftMirrorCluster: number;
  readonly serialNumber: bigint;
  readonly code: NtfsBootCode;
};

export function encodeNtfsBootSector(options: NtfsBootSectorOptions): Uint8Array {
  const { partition, code } = options;
  return ntfsBootSector.encode({
    jump: jumpToCode,
    oem,
    ...sizes,
    media: fixedDisk,
    sectorsPerTrack,
    heads: headCount,
    hiddenSectors: partition.startSector,
    numberSectors: partition.sectorCount - 1,
    mftStartLcn: options.mftCluster,
    mft2StartLcn: options.mftMirrorCluster,
    serialNumber: options.serialNumber,
    bootstrap: code.sector0,
    signature: bootSignature,
  });
}

/** The content of $Boot. */
export function encodeBootFile(bootSector: Uint8Array, code: NtfsBootCode): Uint8Array {
  const file = new Uint8Array(bootFileSize);
  if (code.rest.length > bootFileSize - sectorSize)
    throw new RangeError(`boot code of ${code.rest.length} bytes is too long`);
  file.set(bootSector);
  file.set(code.rest, sectorSize);
  return file;
}

export type NtfsPlaces = {
  readonly clusterCount: number;
  readonly mftCluster: number;
  readonly mftMirrorCluster: number;
};

const formatFields = ntfsBootSector.select(
  "oem",
  "bytesPerSector",
  "sectorsPerCluster",
  "clustersPerFileRecordSegment",
  "defaultClustersPerIndexAllocationBuffer",
  "signature",
);
const placeFields = ntfsBootSector.select("numberSectors", "mftStartLcn", "mft2StartLcn");

/**
 * What the boot sector `data` of a partition of `partitionSize` bytes says. Throws VolumeFault where it is none of NTFS,
 * of other sizes than `encodeNtfsBootSector` gives, or where the volume does not fit the partition.
 */
export function decodeNtfsBootSector(data: Uint8Array, partitionSize: number): NtfsPlaces {
  const format = formatFields.decode(data);
  assertVolume(
    format.signature === bootSignature && format.oem.trimEnd() === oem,
    "the boot sector is no NTFS volume's",
  );
  const usual = sizeNames.every((name) => format[name] === sizes[name]);
  assertVolume(usual, "the boot sector has other sizes of clusters or records");
  const { numberSectors, mftStartLcn, mft2StartLcn } = decodePlaces(data);
  assertVolume((numberSectors + 1) * sectorSize <= partitionSize, `a volume of ${count(numberSectors, "sector")}`);
  const clusterCount = Math.floor(numberSectors / sectorsPerCluster);
  assertVolume(mftStartLcn < clusterCount && mft2StartLcn < clusterCount, `a $MFT at cluster ${mftStartLcn}`);
  return { clusterCount, mftCluster: mftStartLcn, mftMirrorCluster: mft2StartLcn };
}

function decodePlaces(data: Uint8Array) {
  try {
    return placeFields.decode(data);
  } catch (error) {
    // A 64-bit number beyond 2^53.
    if (error instanceof RangeError) throw new VolumeFault(`the boot sector: ${error.message}`);
    throw error;
  }
}

/** A size in clusters, or where it is below one, minus the power of two that it is. */
function clustersOrPower(size: number): number {
  return size >= clusterSize ? size / clusterSize : -Math.log2(size);
}
