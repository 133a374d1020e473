/**
 * $MFT (NTFS documentation, "$MFT (0)"): located by the boot sector, followed by its own run list, which goes on in
 * extension records where it is long, and read record by record. Records 0 to 3 have copies in $MFTMirr; the first of them is read there where $MFT's is broken.
 */
import { attributeTypes } from "../records/attributes.js";
import { decodeAttributeList, type ListedAttribute } from "../records/attribute-list.js";
import type { ClusterRun } from "../records/run-list.js";
import { fileRecordSize, systemRecords } from "../records/volume-format.js";
import { KiB, MiB } from "../../../bytes/units.js";
import { isAllZeros } from "../../../bytes/zeros.js";
import { offsetOfCluster, type NtfsGeometry } from "./geometry.js";
import { parseRecord, type AttributePiece, type RecordContent } from "./record.js";
import { mapRuns, partsOf, type MappedSpan } from "./runs.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { assertVolume, VolumeFault, VolumeLimit } from "../../volume-fault.js";

/** 1 GiB of $MFT: a Windows disc has about a thousand records. */
const mostRecords = 1_048_576;
/** More parts of all streams than a badly fragmented stick has; each is some hundred bytes here. */
const mostRuns = 500_000;
/** What Windows gives to an attribute list at most. */
const largestAttributeList = 256 * KiB;

/** A stream of a file, or a part of it that is gathered from several records. */
export type NtfsStream = {
  readonly flags: number;
  /** Bytes. */
  readonly size: number;
  readonly validSize: number;
  readonly value: Uint8Array | null;
  readonly spans: readonly MappedSpan[];
};

/** Bytes of the stream; holes and what is behind the valid data are zeros. The caller bounds `length`. */
export async function readStream(read: ReadBytes, stream: NtfsStream, from: number, length: number) {
  if (stream.value !== null) return stream.value.subarray(from, from + length);
  const bytes = new Uint8Array(length);
  const end = Math.min(from + length, stream.validSize);
  for (const { start, end: stop, disk } of partsOf(stream.spans, from, end)) {
    if (disk !== null) bytes.set(await read(disk, stop - start), start - from);
  }
  return bytes;
}

export type MasterFileTable = {
  readonly recordCount: number;
  readonly stream: NtfsStream;
  /** Byte of the disk. */
  offsetOf(record: number): number;
};

type RecordResult =
  | { readonly number: number; readonly content: RecordContent }
  | {
      readonly number: number;
      readonly content: null;
      readonly reason: string;
      /** Zeros: no driver has used it yet. */
      readonly unformatted: boolean;
    };

/** Throws VolumeFault where $MFT cannot be followed. */
export async function openMasterFileTable(read: ReadBytes, geometry: NtfsGeometry): Promise<MasterFileTable> {
  const first = await readFirstRecord(read, geometry);
  const own = first.attributes.find((piece) => isData(piece) && piece.lowestVcn === 0);
  assertVolume(own !== undefined && own.resident === null, "$MFT has no data");
  const list = first.attributes.find(({ typeCode }) => typeCode === attributeTypes.attributeList);
  let runs = own.runs;
  for (const entry of list === undefined ? [] : await readAttributeList(read, geometry, list)) {
    if (!isData(entry) || entry.lowestVcn === 0) continue;
    const { record } = entry.segment;
    const at = placeOf(mapRuns(runs, geometry.start), record);
    assertVolume(at !== null, `$MFT goes on in record ${record}, which it does not reach`);
    const next = parseRecord(await read(at, fileRecordSize), record, geometry.clusterCount);
    const piece = next.attributes.find((candidate) => isData(candidate) && candidate.lowestVcn === entry.lowestVcn);
    assertVolume(next.base?.record === systemRecords.mft && piece !== undefined, `$MFT goes on in record ${record}`);
    runs = runs.concat(piece.runs);
    if (runs.length > mostRuns) throw new VolumeLimit(`$MFT has more than ${mostRuns} runs`);
  }
  const { flags, size, validSize } = own;
  const spans = mapRuns(runs, geometry.start);
  const mapped = spans.at(-1)?.end ?? 0;
  assertVolume(size <= mapped && validSize <= size, `$MFT says it has ${size} bytes and has ${mapped}`);
  const recordCount = Math.floor(validSize / fileRecordSize);
  if (recordCount > mostRecords) throw new VolumeLimit(`$MFT has more than ${mostRecords} records`);
  const offsetOf = (record: number): number => placeOf(spans, record) ?? geometry.start;
  return { recordCount, stream: { flags, size, validSize, value: null, spans }, offsetOf };
}

const isData = ({ typeCode, name }: { typeCode: number; name: string }): boolean =>
  typeCode === attributeTypes.data && name === "";

async function readFirstRecord(read: ReadBytes, geometry: NtfsGeometry): Promise<RecordContent> {
  const parseAt = async (cluster: number): Promise<RecordContent> =>
    parseRecord(await read(offsetOfCluster(geometry, cluster), fileRecordSize), 0, geometry.clusterCount);
  try {
    return await parseAt(geometry.mftCluster);
  } catch (error) {
    if (!(error instanceof VolumeFault)) throw error;
    return await parseAt(geometry.mftMirrorCluster);
  }
}

function placeOf(spans: readonly MappedSpan[], record: number): number | null {
  const from = record * fileRecordSize;
  for (const { disk } of partsOf(spans, from, from + 1)) return disk;
  return null;
}

/** The records of $MFT that lie in `[start, end)` of the disk. */
export function recordsIn({ stream }: MasterFileTable, start: number, end: number): number[] {
  const records: number[] = [];
  for (const span of stream.spans) {
    if (span.disk === null) continue;
    const from = Math.max(start, span.disk);
    const to = Math.min(end, span.disk + span.end - span.start);
    if (from >= to) continue;
    const at = (disk: number): number => (span.start + disk - span.disk!) / fileRecordSize;
    for (let record = Math.floor(at(from)); record < at(to); record += 1) records.push(record);
  }
  return records;
}

/** Every record in ascending order. */
export async function* recordsOf(
  read: ReadBytes,
  geometry: NtfsGeometry,
  { recordCount, stream }: MasterFileTable,
): AsyncGenerator<RecordResult> {
  let runs = 0;
  for (let from = 0; from < recordCount * fileRecordSize; from += MiB) {
    const length = Math.min(MiB, recordCount * fileRecordSize - from);
    const bytes = await readStream(read, stream, from, length);
    for (let at = 0; at < length; at += fileRecordSize) {
      const result = tryRecord(bytes.subarray(at, at + fileRecordSize), (from + at) / fileRecordSize, geometry);
      runs += result.content?.attributes.reduce((sum, piece) => sum + piece.runs.length, 0) ?? 0;
      if (runs > mostRuns) throw new VolumeLimit(`its files have more than ${mostRuns} runs`);
      yield result;
    }
  }
}

function tryRecord(bytes: Uint8Array, number: number, { clusterCount }: NtfsGeometry): RecordResult {
  try {
    return { number, content: parseRecord(bytes, number, clusterCount) };
  } catch (error) {
    if (!(error instanceof VolumeFault)) throw error;
    return { number, content: null, reason: error.message, unformatted: isAllZeros(bytes) };
  }
}

/** The entries of an attribute list, resident or not. */
export async function readAttributeList(
  read: ReadBytes,
  { start }: NtfsGeometry,
  list: AttributePiece,
): Promise<ListedAttribute[]> {
  assertVolume(list.size <= largestAttributeList, `an attribute list of ${list.size} bytes`);
  const stream = { ...list, spans: mapRuns(list.runs, start) };
  checkMapped(stream.spans, list);
  return decodeAttributeList(await readStream(read, stream, 0, list.size));
}

function checkMapped(spans: readonly MappedSpan[], { value, size }: { value: Uint8Array | null; size: number }): void {
  assertVolume(value !== null || size <= (spans.at(-1)?.end ?? 0), `a stream of ${size} bytes has not enough clusters`);
}

/** One stream of pieces that follow each other; `start` is the byte of the disk where the volume begins. */
export function joinPieces(pieces: readonly AttributePiece[], start: number): NtfsStream {
  const [first] = pieces;
  assertVolume(first !== undefined && first.lowestVcn === 0, "a stream has no beginning");
  const runs: ClusterRun[] = [];
  let vcn = 0;
  for (const piece of pieces) {
    assertVolume(
      piece.lowestVcn === vcn && (piece === first || piece.resident === null),
      "parts of a stream are missing",
    );
    for (const run of piece.runs) {
      runs.push(run);
      vcn += run.clusterCount;
    }
  }
  const spans = mapRuns(runs, start);
  const { flags, size, validSize, value, resident } = first;
  if (resident === null) checkMapped(spans, { value, size });
  return { flags, size, validSize, value, spans };
}
