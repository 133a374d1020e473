/**
 * The boot code's bytes, assembled from the sources beside this file; test/volumes/boot-code.test.ts assembles them
 * again and compares. Whoever lays out a volume copies them into place; the code finds everything else in the BPB.
 */

import {
  fat32Reserved,
  fat32Sector0,
  mbr,
  mbrPromptSecond,
  mbrPromptSector0,
  ntfsRest,
  ntfsSector0,
} from "./assembled.js";

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** For offset 0 of the master boot record, in front of the disk signature at 0x1B8. */
export const mbrBootCode: Uint8Array = decode(mbr);

/** The same of a disk that asks for a key before it starts, where the machine has another disk that could. */
export const mbrPromptBootCode: {
  /** In the place of `mbrBootCode`. */
  readonly sector0: Uint8Array;
  /** For the sector behind it. */
  readonly second: Uint8Array;
} = { sector0: decode(mbrPromptSector0), second: decode(mbrPromptSecond) };

/** Whether a disk's first sector begins with boot code of ours. */
export function hasOurBootCode(sector: Uint8Array): boolean {
  return [mbrBootCode, mbrPromptBootCode.sector0].some((code) => code.every((byte, at) => sector[at] === byte));
}

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

/** The NTFS boot record in the 8 KiB of $Boot. The jump at offset 0 is EB 52 90. */
export const ntfsBootCode: {
  /** For bytes 0x54 up to the signature at 0x1FE of the boot sector, and of its copy. */
  readonly sector0: Uint8Array;
  /** Second stage, whole sectors, from sector 1 of $Boot on; what follows it up to sector 15 is unused. */
  readonly rest: Uint8Array;
} = { sector0: decode(ntfsSector0), rest: decode(ntfsRest) };
