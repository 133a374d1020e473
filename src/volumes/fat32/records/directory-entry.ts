/** The entry of 32 bytes that FAT directories are lists of. */
import { ascii, uint16le, uint32le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";

/** Bytes; long names' entries have the same size. */
export const directoryEntrySize = 32;

/** fatgen103, "FAT 32 Byte Directory Entry Structure"; `caseFlags` is its DIR_NTRes. */
export const directoryEntry = record("directory entry", directoryEntrySize, {
  name: ascii(0, 11),
  attributes: uint8(11),
  caseFlags: uint8(12),
  creationHundredths: uint8(13),
  creationTime: uint16le(14),
  creationDate: uint16le(16),
  lastAccessDate: uint16le(18),
  firstClusterHigh: uint16le(20),
  writeTime: uint16le(22),
  writeDate: uint16le(24),
  firstClusterLow: uint16le(26),
  fileSize: uint32le(28),
});
