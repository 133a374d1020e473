/** What is known by a few letters at a fixed place: the label beside them, and for btrfs how full it is. */
import { bytes, uint64le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { KiB } from "../../bytes/units.js";
import type { ReadBytes } from "../../source/byte-source.js";
import { utf8Label, type VolumeContent } from "./content.js";

/** Linux, include/uapi/linux/btrfs_tree.h, struct btrfs_super_block; the first copy lies at 64 KiB. */
const btrfs = record("btrfs superblock", 4 * KiB, {
  before: bytes(0, 120),
  bytesUsed: uint64le(120),
  roots: bytes(128, 171),
  label: bytes(299, 256),
  rest: bytes(555, 3541),
});
const btrfsFields = btrfs.select("bytesUsed", "label");

/** A place of letters, and the label's where there is one, in bytes of the volume. */
type Sign = {
  readonly fileSystem: string;
  readonly at: number;
  readonly letters: string;
  readonly label?: { readonly at: number; readonly length: number };
};

const signs: readonly Sign[] = [
  // XFS Algorithms & Data Structures, "Superblocks": sb_fname.
  { fileSystem: "xfs", at: 0, letters: "XFSB", label: { at: 108, length: 12 } },
  // LUKS1 and LUKS2 On-Disk Format Specification; only the second one has a label.
  { fileSystem: "luks", at: 0, letters: "LUKS\u00ba\u00be" },
  // LVM2's label lies in one of the first four sectors, by default in the second.
  { fileSystem: "lvm", at: 512, letters: "LABELONE" },
  // Apple File System Reference, nx_superblock_t; Technical Note TN1150.
  { fileSystem: "apfs", at: 32, letters: "NXSB" },
  { fileSystem: "hfsplus", at: 1024, letters: "H+" },
  { fileSystem: "hfsplus", at: 1024, letters: "HX" },
  // F2FS' magic is a number: F2F52010h, little-endian.
  { fileSystem: "f2fs", at: 1024, letters: "\u0010\u0020\u00f5\u00f2" },
  // mkswap(8) with pages of 4 KiB.
  { fileSystem: "swap", at: 4086, letters: "SWAPSPACE2", label: { at: 1052, length: 16 } },
];
const signsEnd = 8 * KiB;

const btrfsAt = 64 * KiB;
const btrfsMagic = { at: 64, letters: "_BHRfS_M" } as const;

export async function recogniseOther(read: ReadBytes, size: number): Promise<VolumeContent | null> {
  if (size < signsEnd) return null;
  const start = await read(0, signsEnd);
  const sign = signs.find(({ at, letters }) => hasLetters(start, at, letters));
  if (sign !== undefined) {
    const { fileSystem, label } = sign;
    const text = label === undefined ? null : utf8Label(start.subarray(label.at, label.at + label.length));
    return { fileSystem, label: text, used: null };
  }
  if (size < btrfsAt + btrfs.size) return null;
  const block = await read(btrfsAt, btrfs.size);
  if (!hasLetters(block, btrfsMagic.at, btrfsMagic.letters)) return null;
  const { bytesUsed, label } = btrfsFields.decode(block);
  return { fileSystem: "btrfs", label: utf8Label(label), used: bytesUsed };
}

/** One byte a letter. */
function hasLetters(data: Uint8Array, at: number, letters: string): boolean {
  return Array.from(letters, (letter, index) => data[at + index] === letter.charCodeAt(0)).every(Boolean);
}
