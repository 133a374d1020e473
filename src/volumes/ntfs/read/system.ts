/** The file system's own files held against what they speak of: which records are in use, copies, log, descriptors. */
import { ascii, uint16le, uint32le, biguint64le } from "../../../bytes/fields.js";
import { record as declare } from "../../../bytes/record.js";
import { attributeTypes, fileRecordHeader, recordFixupsOffset } from "../records/attributes.js";
import { encodeAttributeDefinitions } from "../records/attribute-definitions.js";
import { systemName } from "../records/system-names.js";
import { encodeUpCaseTable } from "../records/up-case.js";
import { volumeInformation } from "../plan/system-files.js";
import { fileRecordSize, systemRecords } from "../records/volume-format.js";
import { mirroredRecords } from "../plan/volume-layout.js";
import type { NtfsFault } from "./fault.js";
import { attributeOf, type NtfsFiles } from "./files.js";
import { undoFixups } from "./fixups.js";
import { offsetOfCluster, type NtfsGeometry } from "./geometry.js";
import { readStream, type MasterFileTable } from "./mft.js";
import { partsOf } from "./runs.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { VolumeFault } from "../../volume-fault.js";

export type SystemCheck = {
  readonly read: ReadBytes;
  readonly geometry: NtfsGeometry;
  readonly table: MasterFileTable;
  readonly source: NtfsFiles;
};

/** The bitmap of $MFT has the records that are in use. */
export async function checkRecordBitmap({ read, table, source }: SystemCheck): Promise<NtfsFault[]> {
  const mft = source.files.get(systemRecords.mft);
  const bitmap = mft === undefined ? undefined : attributeOf(mft, attributeTypes.bitmap);
  const place = (number: number) => ({ offset: table.offsetOf(number), length: fileRecordSize, path: null });
  if (bitmap === undefined || bitmap.size * 8 < table.recordCount) {
    return [{ record: null, ...place(0), structure: "the bitmap of $MFT", reason: "it cannot be followed" }];
  }
  const bits = await readStream(read, bitmap, 0, Math.ceil(table.recordCount / 8));
  const faults: NtfsFault[] = [];
  for (const [number, state] of source.states.entries()) {
    const marked = ((bits[number >>> 3]! >>> (number & 7)) & 1) === 1;
    const reserved = number >= systemRecords.endReserved && number < systemRecords.quota;
    if (state === "broken" || marked === (state === "in-use") || (marked && reserved)) continue;
    const reason = marked ? `it is marked as in use and is ${state}` : "it is in use and is marked as free";
    faults.push({ record: number, ...place(number), structure: `record ${number} of $MFT`, reason });
  }
  return faults;
}

/** $MFTMirr repeats the first records; numbers of writes may differ. */
export async function checkMirror({ read, geometry, table, source }: SystemCheck): Promise<NtfsFault[]> {
  const faults: NtfsFault[] = [];
  for (let number = 0; number < mirroredRecords; number += 1) {
    const offset = offsetOfCluster(geometry, geometry.mirrorCluster) + number * fileRecordSize;
    const fault = (reason: string): NtfsFault => {
      return { record: null, path: null, offset, length: fileRecordSize, structure: "$MFTMirr", reason };
    };
    const copy = withoutFixups(await read(offset, fileRecordSize));
    const own = withoutFixups(await read(table.offsetOf(number), fileRecordSize));
    if (copy === null) faults.push(fault(`its copy of record ${number} is broken`));
    else if (own === null || source.broken.has(number)) continue;
    else if (Buffer.compare(copy, own) !== 0) faults.push(fault(`its copy of record ${number} is another one`));
  }
  return faults;
}

/** The attributes of a record; null where it is broken. */
function withoutFixups(bytes: Uint8Array): Uint8Array | null {
  const header = fileRecordHeader.select(
    "signature",
    "updateSequenceArrayOffset",
    "updateSequenceArrayCount",
    "firstAttributeOffset",
    "firstFreeByte",
  );
  const fields = header.decode(bytes);
  if (fields.signature !== "FILE") return null;
  try {
    undoFixups(bytes, fields, recordFixupsOffset);
  } catch (error) {
    if (error instanceof VolumeFault) return null;
    throw error;
  }
  return bytes.subarray(fields.firstAttributeOffset, Math.min(fields.firstFreeByte, bytes.length));
}

/** $AttrDef and $UpCase are the same on every volume. */
export async function checkConstants({ read, table, source }: SystemCheck): Promise<NtfsFault[]> {
  const faults: NtfsFault[] = [];
  for (const [record, expected] of [
    [systemRecords.attributeDefinitions, encodeAttributeDefinitions()],
    [systemRecords.upCase, encodeUpCaseTable()],
  ] as const) {
    const file = source.files.get(record);
    const stream = file && attributeOf(file, attributeTypes.data);
    const structure = systemName(record).text;
    const common = { record: null, path: null, structure };
    if (stream === undefined || stream.size !== expected.length) {
      const place = { offset: table.offsetOf(record), length: fileRecordSize };
      faults.push({ ...common, ...place, reason: `it has not its ${expected.length} bytes` });
      continue;
    }
    const found = await readStream(read, stream, 0, stream.size);
    const first = found.findIndex((byte, at) => byte !== expected[at]);
    if (first < 0) continue;
    const last = found.findLastIndex((byte, at) => byte !== expected[at]);
    const [part] = partsOf(stream.spans, first, last + 1);
    const place = { offset: part?.disk ?? table.offsetOf(record), length: last + 1 - first };
    faults.push({ ...common, ...place, reason: "it is not what every volume has there" });
  }
  return faults;
}

/** LFS_RESTART_PAGE_HEADER and LFS_RESTART_AREA, as far as they are asked (libfsntfs documentation, "Log file"). */
const restartPage = declare("LFS_RESTART_PAGE_HEADER", 0x1e, {
  signature: ascii(0x00, 4),
  updateSequenceArrayOffset: uint16le(0x04),
  updateSequenceArrayCount: uint16le(0x06),
  systemPageSize: uint32le(0x10),
  restartAreaOffset: uint16le(0x18),
});
const restartArea = declare("LFS_RESTART_AREA", 0x10, {
  currentLogSequenceNumber: biguint64le(0x00),
  clientInUseList: uint16le(0x0c),
  flags: uint16le(0x0e),
});
const noClient = 0xffff;
const volumeIsClean = 2;
/** Two restart pages of 4 KiB begin the log. */
const restartPageSize = 4096;

/**
 * `empty`: as formatting leaves it. `clean`: a system has unmounted the volume. `open`: none has, and changes may be
 * in the log alone.
 */
export type LogState = "empty" | "clean" | "open" | "broken";

export async function readLogState({ read, source }: SystemCheck): Promise<LogState> {
  const file = source.files.get(systemRecords.logFile);
  const stream = file === undefined ? undefined : attributeOf(file, attributeTypes.data);
  if (stream === undefined || stream.value !== null || stream.size < 2 * restartPageSize) return "broken";
  const pages = await readStream(read, stream, 0, 2 * restartPageSize);
  if (pages.every((byte) => byte === 0xff)) return "empty";
  const areas = [0, restartPageSize].map((at) => restartAreaIn(pages.subarray(at, at + restartPageSize)));
  const known = areas.filter((area) => area !== null);
  if (known.length === 0) return "broken";
  const latest = known.reduce((a, b) => (b.currentLogSequenceNumber > a.currentLogSequenceNumber ? b : a));
  return latest.clientInUseList === noClient || (latest.flags & volumeIsClean) !== 0 ? "clean" : "open";
}

function restartAreaIn(page: Uint8Array) {
  const header = restartPage.decode(page);
  // CHKD: chkdsk has been here.
  if (header.signature !== "RSTR" && header.signature !== "CHKD") return null;
  if (header.systemPageSize !== restartPageSize) return null;
  try {
    undoFixups(page, header, restartPage.size);
  } catch (error) {
    if (error instanceof VolumeFault) return null;
    throw error;
  }
  if (header.restartAreaOffset + restartArea.size > page.length) return null;
  return restartArea.decode(page, header.restartAreaOffset);
}

/** VOLUME_INFORMATION flags: a system wants chkdsk to look at the volume. */
const dirty = 1;

/** Whether a system marked the volume for chkdsk. */
export function isMarkedDirty({ files }: NtfsFiles): boolean {
  const volume = files.get(systemRecords.volume);
  const value = (volume && attributeOf(volume, attributeTypes.volumeInformation)?.value) ?? null;
  if (value === null || value.length < volumeInformation.size) return false;
  return (volumeInformation.decode(value).flags & dirty) !== 0;
}
