/**
 * The boot code's bytes, assembled from the sources beside this file; test/layout/boot-code.test.ts assembles them
 * again and compares. Whoever lays out a volume copies them into place; the code finds everything else in the BPB.
 */

import { fat32Reserved, fat32Sector0, mbr } from "./assembled.js";

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** For offset 0 of the master boot record, in front of the disk signature at 0x1B8. */
export const mbrBootCode: Uint8Array = decode(mbr);

/** The FAT32 boot record behind its BPB. The jump at offset 0 is EB 58 90. */
export const fat32BootCode: {
  /** For bytes 0x5A up to the signature at 0x1FE of the boot sector, and of its backup. */
  readonly sector0: Uint8Array;
  /** Second stage, whole sectors. */
  readonly reserved: Uint8Array;
  /** Sector of the volume that `reserved` starts at; behind FSInfo, the backup boot sector and its FSInfo. */
  readonly reservedStartSector: number;
} = {
  sector0: decode(fat32Sector0),
  reserved: decode(fat32Reserved),
  reservedStartSector: 12,
};
