/**
 * Master boot record: 440 bytes of code, a disk signature, four partition entries and 55 AA. One active primary
 * partition is written, because some firmware lists only disks that have one. Traps: a sector is addressed twice, as a
 * 32-bit number and as cylinder, head and sector, and old firmware looks at the second one and derives the geometry
 * from it, so both must agree with 255 heads and 63 sectors; and the 32-bit number ends at 2 TiB, so that of a larger
 * disk the partition uses the first 2 TiB less 1 MiB.
 */
import { bytes, uint16le, uint32le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { MiB, roundDown } from "../bytes/units.js";
import type { DiskPlan } from "./plan.js";
import { sectorSize } from "./plan.js";

/** The geometry that firmware makes up for USB disks, and that BPBs repeat. */
export const headCount = 255;
export const sectorsPerTrack = 63;

/** Where the partition begins, and what its end is a multiple of: no flash page or RAID chunk is larger in practice. */
export const partitionAlignment = MiB;

/** Bytes behind the partition that are kept for the manifest of what was written. */
export const manifestAreaSize = MiB;

export const partitionTypes = { fat32: 0x0c, ntfs: 0x07 } as const;

/** UEFI specification 5.2.1, table 5.1. `unknown` is the copy-protection word, always zero. */
export const masterBootRecord = record("master boot record", sectorSize, {
  bootCode: bytes(0, 440),
  diskSignature: uint32le(440),
  unknown: uint16le(444),
  partition1: bytes(446, 16),
  partition2: bytes(462, 16),
  partition3: bytes(478, 16),
  partition4: bytes(494, 16),
  signature: uint16le(510),
});

/** UEFI specification 5.2.1, table 5.2. */
export const partitionEntry = record("partition entry", 16, {
  bootIndicator: uint8(0),
  startingChs: bytes(1, 3),
  osType: uint8(4),
  endingChs: bytes(5, 3),
  startingLba: uint32le(8),
  sizeInLba: uint32le(12),
});

export const bootSignature = 0xaa55;
const active = 0x80;
const lastCylinder = 1023;
const sectorLimit = 2 ** 32 - 1;

/** The disk signature of a plan, whether it was asked for or not. */
export function diskSignatureOf({ extents }: DiskPlan): number {
  const [first] = extents;
  if (first?.source.kind !== "bytes") throw new RangeError("the plan does not begin with a master boot record");
  return masterBootRecord.decode(first.source.bytes).diskSignature;
}

/** As Windows shows it: eight hexadecimal digits. */
export function signatureText(signature: number): string {
  return signature.toString(16).padStart(8, "0");
}

/** A partition in sectors. */
export type DiskPartition = { readonly startSector: number; readonly sectorCount: number };

/**
 * The one partition of a disk of `diskSize` bytes: from 1 MiB to the last whole MiB that 32-bit sector numbers reach and
 * that leaves room for the manifest.
 */
export function partitionOf(diskSize: number): DiskPartition {
  const end = roundDown(Math.min(diskSize - manifestAreaSize, sectorLimit * sectorSize), partitionAlignment);
  return {
    startSector: partitionAlignment / sectorSize,
    sectorCount: Math.max(end - partitionAlignment, 0) / sectorSize,
  };
}

/** Where a partition ends, in bytes of the disk. */
export function endOf({ startSector, sectorCount }: DiskPartition): number {
  return (startSector + sectorCount) * sectorSize;
}

/** Head, sector and cylinder of a sector number as a partition entry packs them; FE FF FF where the cylinder is over 1023. */
export function chsAddress(sector: number): Uint8Array {
  const cylinder = Math.floor(sector / (headCount * sectorsPerTrack));
  if (cylinder > lastCylinder) return Uint8Array.of(headCount - 1, 0xff, 0xff);
  const head = Math.floor(sector / sectorsPerTrack) % headCount;
  const sectorInTrack = (sector % sectorsPerTrack) + 1;
  return Uint8Array.of(head, sectorInTrack | ((cylinder >>> 8) << 6), cylinder & 0xff);
}

export type MasterBootRecordOptions = {
  /** At most 440 bytes. */
  readonly bootCode: Uint8Array;
  readonly diskSignature: number;
  /** Partition type, of `partitionTypes`. */
  readonly osType: number;
  readonly partition: DiskPartition;
};

/** Sector 0 of the disk. */
export function encodeMasterBootRecord(options: MasterBootRecordOptions): Uint8Array {
  const { startSector, sectorCount } = options.partition;
  return masterBootRecord.encode({
    bootCode: options.bootCode,
    diskSignature: options.diskSignature,
    partition1: partitionEntry.encode({
      bootIndicator: active,
      startingChs: chsAddress(startSector),
      osType: options.osType,
      endingChs: chsAddress(startSector + sectorCount - 1),
      startingLba: startSector,
      sizeInLba: sectorCount,
    }),
    signature: bootSignature,
  });
}
