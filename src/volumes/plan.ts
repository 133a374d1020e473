/**
 * DiskPlan: every byte of the stick as data. A plan is a sorted list of extents that never overlap; what no extent
 * covers is left alone. It is made without touching a device: the same image and options give the same plan.
 */
import { blocksOf, isPlannedZeros, largestUnit } from "../extents/blocks.js";
import type { Extent, Run } from "../extents/extent.js";

export const sectorSize = 512;

/** Bytes of the disk. */
export type DiskRun = Run;

/** Where a file's content lies on the disk, in file order. Resident or empty files have what runs they have, or none. */
export type PlannedFile = {
  readonly path: string;
  readonly size: number;
  readonly runs: readonly DiskRun[];
  /** Milliseconds since 1970, as the image records it; absent where it does not. */
  readonly modified?: number;
};

/** A part of the disk that is no file. `boot`: what makes it start. */
export type DiskStructure = DiskRun & { readonly name: string; readonly kind: "boot" | "structure" };

/** File systems that are written. */
export type FileSystemName = "fat32" | "ntfs";

/** The disc image that a disk was made of, as the manifest names it. */
export type ImageOrigin = {
  /** Bytes of the image. */
  readonly size: number;
  readonly volumeLabel: string;
  /** Of the whole image, 64 hexadecimal digits; null where nobody has taken it yet. */
  readonly sha256: string | null;
};

/** What was changed in the image's files before they were laid out, as the manifest names it. */
export type PlannedEdit = {
  /** Such as `edition`. */
  readonly kind: string;
  /** What was asked for, in a word: an edition, a path on the stick. */
  readonly value: string;
  /** Of what was added, 64 hexadecimal digits; null where there is nothing to be hashed. */
  readonly sha256: string | null;
};

/** Every byte of a disk that boots, as data. */
export type DiskPlan = {
  /** Bytes of the whole disk that the plan was made for. */
  readonly diskSize: number;
  readonly fileSystem: FileSystemName;
  readonly label: string;
  /** Bytes per cluster. */
  readonly clusterSize: number;
  /** Sorted by offset, without overlap, inside `[0, diskSize)`. The first is the sector that makes the disk bootable. */
  readonly extents: readonly Extent[];
  /**
   * `[0, contentEnd)` is covered by extents without a gap: it is what is hashed. Where 64 MiB or less of the disk are
   * left behind the files, it is the whole disk. Extents behind it wipe old signatures, and hold the copy of NTFS' boot
   * sector in the partition's last sector.
   */
  readonly contentEnd: number;
  readonly files: readonly PlannedFile[];
  /** What lies beside the files, by name; ascending. Absent where nobody has named it. */
  readonly structures?: readonly DiskStructure[];
  /** The disk signature that was asked for; absent where it follows from what is laid out. */
  readonly signature?: number;
  /** Whether the disk asks for a key before it starts, where the machine has another disk that could; absent where it does not. */
  readonly bootPrompt?: true;
  /** What the manifest says of the image; absent where the plan was made of something else. */
  readonly origin?: ImageOrigin;
  /** In the order in which they were made; absent where the plan was made of something else than an image. */
  readonly edits?: readonly PlannedEdit[];
};

/** What a layout needs to know of the drive. */
export type DriveGeometry = {
  /** Bytes. */
  readonly diskSize: number;
};

/** What is chosen of a disk, whatever its file system. */
export type LayoutOptions = {
  readonly label: string;
  /** Another disk signature than the one that follows from what is laid out: 32 bits, not 0. */
  readonly signature?: number | undefined;
  /** The disk is to ask for a key before it starts, where the machine has another disk that could. Default: false. */
  readonly bootPrompt?: boolean | undefined;
};

/** What a plan keeps of the options because it was asked for. */
export function askedOf({ signature, bootPrompt }: LayoutOptions): Pick<DiskPlan, "signature" | "bootPrompt"> {
  return { ...(signature === undefined ? {} : { signature }), ...(bootPrompt === true ? { bootPrompt } : {}) };
}

/** Bytes that a sparse file needs on its medium at most, where blocks of `blockSize` are written unless all of it is planned zeros. */
export function plannedDataBytes({ extents, diskSize }: DiskPlan, blockSize: number): number {
  const blocks = blocksOf(extents, { unit: largestUnit, blockSize, diskEnd: diskSize });
  return blocks.reduce((total, block) => (isPlannedZeros(extents, block) ? total : total + block.length), 0);
}
