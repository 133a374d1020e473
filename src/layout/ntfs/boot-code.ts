/** The code that makes a disk with an NTFS volume boot; tests may give other bytes. */
import { mbrBootCode } from "../boot/code.js";
import type { NtfsBootCode } from "./boot-sector.js";

export type NtfsDiskBootCode = { readonly mbr: Uint8Array; readonly volume: NtfsBootCode };

/** Without code of its own a volume halts: `hlt` and a jump back to it. */
const halt = Uint8Array.of(0xf4, 0xeb, 0xfd);

export const ownBootCode: NtfsDiskBootCode = {
  mbr: mbrBootCode,
  volume: { sector0: halt, rest: new Uint8Array(0) },
};
