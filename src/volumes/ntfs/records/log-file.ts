/**
 * The restart area of $LogFile, which says whether the volume was unmounted (NTFS documentation, "$LogFile (2)"; libfsntfs,
 * "NTFS log file"). Two restart pages begin the log; the one with the higher sequence number counts.
 */
import { ascii, biguint64le, uint16le, uint32le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { KiB } from "../../../bytes/units.js";
import { VolumeFault } from "../../volume-fault.js";
import { undoFixups } from "./fixups.js";

/** LFS_RESTART_PAGE_HEADER and LFS_RESTART_AREA, as far as they are asked. */
const restartPage = record("LFS_RESTART_PAGE_HEADER", 0x1e, {
  signature: ascii(0x00, 4),
  updateSequenceArrayOffset: uint16le(0x04),
  updateSequenceArrayCount: uint16le(0x06),
  checkDiskLogSequenceNumber: biguint64le(0x08),
  systemPageSize: uint32le(0x10),
  logPageSize: uint32le(0x14),
  restartAreaOffset: uint16le(0x18),
  minorVersion: uint16le(0x1a),
  majorVersion: uint16le(0x1c),
});
const restartArea = record("LFS_RESTART_AREA", 0x10, {
  currentLogSequenceNumber: biguint64le(0x00),
  clientCount: uint16le(0x08),
  clientFreeList: uint16le(0x0a),
  clientInUseList: uint16le(0x0c),
  flags: uint16le(0x0e),
});
/** CHKD: chkdsk has been here. */
const signatures: readonly string[] = ["RSTR", "CHKD"];
const noClient = 0xffff;
const volumeIsClean = 2;
const restartPageSize = 4 * KiB;

/** Bytes of both restart pages. */
export const restartPagesSize = 2 * restartPageSize;

/** What formatting leaves in every byte of the log: there is nothing to replay, and a driver makes a new log. */
export const emptyLogByte = 0xff;

/**
 * `empty`: as formatting leaves it. `clean`: a system has unmounted the volume. `open`: none has, and changes may be
 * in the log alone.
 */
export type LogState = "empty" | "clean" | "open" | "broken";

/** By the restart pages, which are changed. */
export function logStateOf(pages: Uint8Array): LogState {
  if (pages.every((byte) => byte === emptyLogByte)) return "empty";
  const areas = [0, restartPageSize].map((at) => decodeRestartArea(pages.subarray(at, at + restartPageSize)));
  const valid = areas.filter((area) => area !== null);
  if (valid.length === 0) return "broken";
  const latest = valid.reduce((a, b) => (b.currentLogSequenceNumber > a.currentLogSequenceNumber ? b : a));
  return latest.clientInUseList === noClient || (latest.flags & volumeIsClean) !== 0 ? "clean" : "open";
}

function decodeRestartArea(page: Uint8Array) {
  const header = restartPage.decode(page);
  if (!signatures.includes(header.signature) || header.systemPageSize !== restartPageSize) return null;
  try {
    undoFixups(page, header, restartPage.size);
  } catch (error) {
    if (error instanceof VolumeFault) return null;
    throw error;
  }
  if (header.restartAreaOffset + restartArea.size > page.length) return null;
  return restartArea.decode(page, header.restartAreaOffset);
}
