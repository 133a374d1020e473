/** The code that makes a disk with an NTFS volume boot; tests may give other bytes. */
import { mbrBootCode, ntfsBootCode } from "../../boot/code.js";
import type { NtfsBootCode } from "../records/boot-sector.js";

export type NtfsDiskBootCode = { readonly mbr: Uint8Array; readonly volume: NtfsBootCode };

export const ownBootCode: NtfsDiskBootCode = { mbr: mbrBootCode, volume: ntfsBootCode };
