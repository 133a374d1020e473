/** The content of a file as a driver reads it (NTFS documentation, "$DATA (0x80)", "Data Runs"), and its place on the disk. */
import type { ReadBytes } from "../../../source/byte-source.js";
import type { DiskRun } from "../../plan.js";
import type { NtfsAttribute } from "./files.js";
import { readStream } from "./mft.js";
import { partsOf } from "./runs.js";

/** Bytes of `data`, resident or not; the caller bounds `length`. */
export async function readContent(read: ReadBytes, data: NtfsAttribute, from: number, length: number) {
  if (data.residentRuns === null) return readStream(read, data, from, length);
  const parts: Uint8Array[] = [];
  for (const run of data.residentRuns) parts.push(await read(run.offset, run.length));
  return Buffer.concat(parts).subarray(from, from + length);
}

/** Where `data` lies, in its order: without holes, which are nowhere; neighbours as one. */
export function diskRunsOf({ residentRuns, spans, size }: NtfsAttribute): readonly DiskRun[] {
  if (residentRuns !== null) return residentRuns;
  const runs: { offset: number; length: number }[] = [];
  for (const { start, end, disk } of partsOf(spans, 0, size)) {
    if (disk === null) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.offset + last.length === disk) last.length += end - start;
    else runs.push({ offset: disk, length: end - start });
  }
  return runs;
}

/** The byte of the disk where byte `offset` of `data` lies, or the record's part of a resident value; 0 in a hole. */
export function diskOffsetOf({ residentRuns, spans }: NtfsAttribute, offset: number): number {
  if (residentRuns !== null) return residentRuns[0]?.offset ?? 0;
  const [part] = partsOf(spans, offset, offset + 1);
  return part?.disk ?? 0;
}
