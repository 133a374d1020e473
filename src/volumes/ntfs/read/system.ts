/** Compares system files with what they describe: records in use, copies, constant tables, the log. */
import { attributeTypes, fileRecordHeader, fileRecordSignature, recordFixupsOffset } from "../records/attributes.js";
import { bitsPerByte, isBitSet } from "../records/bitmap.js";
import { undoFixups } from "../records/fixups.js";
import { logStateOf, restartPagesSize, type LogState } from "../records/log-file.js";
import { isMarkedDirty } from "../records/volume-information.js";
import { encodeAttributeDefinitions } from "../records/attribute-definitions.js";
import { systemName } from "../records/system-names.js";
import { encodeUpCaseTable } from "../records/up-case.js";
import { fileRecordSize, mirroredRecords, systemRecords } from "../records/volume-format.js";
import type { NtfsFault } from "./fault.js";
import { attributeOf, type NtfsFiles } from "./files.js";
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

/** NTFS documentation, "$BITMAP (0xB0)": the bitmap of $MFT has a bit set for each record in use. */
export async function checkRecordBitmap({ read, table, source }: SystemCheck): Promise<NtfsFault[]> {
  const mft = source.files.get(systemRecords.mft);
  const bitmap = mft === undefined ? undefined : attributeOf(mft, attributeTypes.bitmap);
  const place = (number: number) => ({ offset: table.offsetOf(number), length: fileRecordSize, path: null });
  if (bitmap === undefined || bitmap.size * bitsPerByte < table.recordCount) {
    return [{ record: null, ...place(0), structure: "the bitmap of $MFT", reason: "it cannot be followed" }];
  }
  const bits = await readStream(read, bitmap, 0, Math.ceil(table.recordCount / bitsPerByte));
  const faults: NtfsFault[] = [];
  for (const [number, state] of source.states.entries()) {
    const marked = isBitSet(bits, number);
    const reserved = number >= systemRecords.endReserved && number < systemRecords.quota;
    if (state === "broken" || marked === (state === "in-use") || (marked && reserved)) continue;
    const reason = marked ? `it is marked as in use and is ${state}` : "it is in use and is marked as free";
    faults.push({ record: number, ...place(number), structure: `record ${number} of $MFT`, reason });
  }
  return faults;
}

/** NTFS documentation, "$MFTMirr (1)": it repeats the first records; update sequence numbers may differ. */
export async function checkMirror({ read, geometry, table, source }: SystemCheck): Promise<NtfsFault[]> {
  const faults: NtfsFault[] = [];
  for (let number = 0; number < mirroredRecords; number += 1) {
    const offset = offsetOfCluster(geometry, geometry.mftMirrorCluster) + number * fileRecordSize;
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
  if (fields.signature !== fileRecordSignature) return null;
  try {
    undoFixups(bytes, fields, recordFixupsOffset);
  } catch (error) {
    if (error instanceof VolumeFault) return null;
    throw error;
  }
  return bytes.subarray(fields.firstAttributeOffset, Math.min(fields.firstFreeByte, bytes.length));
}

/** NTFS documentation, "$AttrDef (4)", "$UpCase (10)": the same on every volume of NTFS 3.1. */
export async function checkConstants({ read, table, source }: SystemCheck): Promise<NtfsFault[]> {
  const faults: NtfsFault[] = [];
  for (const [record, expected] of [
    [systemRecords.attributeDefinitions, encodeAttributeDefinitions()],
    [systemRecords.upCase, encodeUpCaseTable()],
  ] as const) {
    const file = source.files.get(record);
    const stream = file && attributeOf(file, attributeTypes.data);
    const structure = systemName(record);
    const common = { record: null, path: null, structure };
    if (stream === undefined || stream.size !== expected.length) {
      const place = { offset: table.offsetOf(record), length: fileRecordSize };
      faults.push({ ...common, ...place, reason: `it has not its ${expected.length} bytes` });
      continue;
    }
    const actual = await readStream(read, stream, 0, stream.size);
    const first = actual.findIndex((byte, at) => byte !== expected[at]);
    if (first < 0) continue;
    const last = actual.findLastIndex((byte, at) => byte !== expected[at]);
    const [part] = partsOf(stream.spans, first, last + 1);
    const place = { offset: part?.disk ?? table.offsetOf(record), length: last + 1 - first };
    faults.push({ ...common, ...place, reason: "it is not what every volume has there" });
  }
  return faults;
}

export async function readLogState({ read, source }: SystemCheck): Promise<LogState> {
  const file = source.files.get(systemRecords.logFile);
  const stream = file === undefined ? undefined : attributeOf(file, attributeTypes.data);
  if (stream === undefined || stream.value !== null || stream.size < restartPagesSize) return "broken";
  return logStateOf(await readStream(read, stream, 0, restartPagesSize));
}

/** Whether a system marked the volume for chkdsk (NTFS documentation, "$VOLUME_INFORMATION (0x70)": the dirty flag). */
export function isVolumeDirty({ files }: NtfsFiles): boolean {
  const volume = files.get(systemRecords.volume);
  const value = volume && attributeOf(volume, attributeTypes.volumeInformation)?.value;
  return value !== undefined && value !== null && isMarkedDirty(value);
}
