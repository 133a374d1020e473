/**
 * Is a stick or image file still what was written? It is read whole and held against a plan made anew from the image, or
 * against the manifest that `write` left behind the partition; what differs is named by file and place. A FAT32 volume
 * is then looked at for what people and systems did to it since. Traps: a difference in a file system's structures need
 * not be damage, and a manifest tells a difference only to within its units, where a plan tells it to the byte.
 */
import type { DriveReader } from "../drive/drive-reader.js";
import { Win7UsbError } from "../errors.js";
import { partitionAlignment } from "../layout/mbr.js";
import { sectorSize, type DiskPlan, type FileSystemName, type PlannedFile } from "../layout/plan.js";
import type { Span } from "../write/blocks.js";
import { noFile } from "../write/hash-units.js";
import type { Manifest } from "../write/manifest.js";
import { compareWithManifest, compareWithPlan, type CompareOptions } from "./compare.js";
import type { Difference } from "./differences.js";
import { readFatVolume, VolumeFault } from "./fat-volume.js";
import { judgeFat32, type FileState } from "./judge-fat32.js";
import type { FoundManifest } from "./locate-manifest.js";
import { createReadBytes } from "./read-bytes.js";

/**
 * Why it differs. `damaged`: nobody who uses the volume does this. `changed`, `removed`: its directory entry says that
 * somebody did. `unreadable`: the target gave an error. `undecided`: a mounted NTFS volume changes by itself, so that
 * use and damage look alike.
 */
export type MismatchCause = "damaged" | "changed" | "removed" | "unreadable" | "undecided";

export type Mismatch = {
  /** Null for what belongs to no file: partition table, boot record, the file system's own structures. */
  readonly path: string | null;
  /** Byte of the target. */
  readonly offset: number;
  /** Bytes from the first to the last that differs; with a manifest, of the units that they lie in. */
  readonly length: number;
  /** `offset` as a byte of the file; null where there is none. */
  readonly fileOffset: number | null;
  readonly cause: MismatchCause;
};

export type CheckFindings = {
  readonly mismatches: readonly Mismatch[];
  /** Paths of files that were not written. */
  readonly added: readonly string[];
  /** A system has used the volume since, and its structures are sound. */
  readonly usedSince: boolean;
  /** Bytes that were compared. */
  readonly bytes: number;
};

/** What should be on the target. */
export type Expectation =
  | { readonly kind: "image"; readonly plan: DiskPlan; readonly found: FoundManifest }
  | { readonly kind: "manifest"; readonly manifest: Manifest; readonly found: FoundManifest };

type Expected = {
  readonly files: readonly PlannedFile[];
  readonly fileSystem: FileSystemName;
  readonly reader: DriveReader;
  readonly partition: Span;
};

/** Rejects where the image cannot be read and where `advanced` throws; what the target does is in the findings. */
export async function checkAgainst(expectation: Expectation, options: CompareOptions): Promise<CheckFindings> {
  const { found } = expectation;
  const { differences, bytes } =
    expectation.kind === "image"
      ? await compareWithPlan(expectation.plan, options)
      : await compareWithManifest(expectation.manifest, options);
  const { files, fileSystem } = expectation.kind === "image" ? expectation.plan : expectation.manifest;
  const partition = { start: partitionAlignment, end: found.areaStart };
  const expected = { files: files ?? [], fileSystem, reader: options.reader, partition };
  const findings = await judge([...differences, ...found.differences], expected);
  return { ...findings, bytes };
}

type Judged = Omit<CheckFindings, "bytes">;

async function judge(differences: readonly Difference[], expected: Expected): Promise<Judged> {
  const structures = differences.filter(({ file }) => file === noFile);
  if (expected.fileSystem === "ntfs") return judgeNtfs(differences, expected);
  const volume = structures.length === 0 ? undefined : await lookAt(expected, structures);
  if (volume === undefined) {
    const mismatches = differences.map((each) => mismatchOf(each, expected.files, causeOf(each, "in-place")));
    return { mismatches: joined(mismatches), added: [], usedSince: false };
  }
  const { states, added, unexplained } = volume;
  const mismatches = unexplained.map((each) => mismatchOf(each, expected.files, causeOf(each, "in-place")));
  const told = new Set<number>();
  for (const each of differences) {
    if (each.file === noFile) continue;
    told.add(each.file);
    mismatches.push(mismatchOf(each, expected.files, causeOf(each, states[each.file]!)));
  }
  for (const [file, state] of states.entries()) {
    if (told.has(file) || state === "in-place" || state === "touched") continue;
    const { runs, size } = expected.files[file]!;
    const start = runs[0]?.offset ?? 0;
    const whole: Difference = { start, end: start + size, file, kind: "different" };
    mismatches.push(mismatchOf(whole, expected.files, causeOf(whole, state)));
  }
  return { mismatches: joined(mismatches), added, usedSince: unexplained.length < structures.length };
}

/** Undefined where the volume cannot be followed. */
async function lookAt({ reader, partition, files }: Expected, structures: readonly Difference[]) {
  const read = createReadBytes(reader);
  try {
    const volume = await readFatVolume(read, partition);
    return await judgeFat32({ volume, read, partition, files, structures });
  } catch (error) {
    if (error instanceof VolumeFault || error instanceof Win7UsbError) return undefined;
    throw error;
  }
}

/** $Boot has sixteen sectors, which no system changes. */
const ntfsBootEnd = partitionAlignment + 16 * sectorSize;

function judgeNtfs(differences: readonly Difference[], { files, partition }: Expected): Judged {
  const inUse = differences.some(({ file, start }) => file === noFile && start >= ntfsBootEnd && start < partition.end);
  const mismatches = differences.map((each) => {
    const cause = causeOf(each, "in-place");
    const sure = cause === "unreadable" || !inUse || each.start < ntfsBootEnd || each.start >= partition.end;
    return mismatchOf(each, files, sure ? cause : "undecided");
  });
  return { mismatches: joined(mismatches), added: [], usedSince: false };
}

function causeOf({ kind }: Difference, state: FileState): MismatchCause {
  if (state === "removed") return "removed";
  if (state === "rewritten" || (state === "touched" && kind === "different")) return "changed";
  return kind === "unreadable" ? "unreadable" : "damaged";
}

function mismatchOf({ start, end, file }: Difference, files: readonly PlannedFile[], cause: MismatchCause): Mismatch {
  const owner = files[file];
  const place = { offset: start, length: end - start };
  if (owner === undefined) return { path: null, ...place, fileOffset: null, cause };
  let before = 0;
  for (const { offset, length } of owner.runs) {
    if (start < offset + length) break;
    before += length;
  }
  const run = owner.runs.find(({ offset, length }) => start < offset + length);
  const fileOffset = run === undefined ? owner.size : before + Math.max(0, start - run.offset);
  return { path: owner.path, ...place, fileOffset, cause };
}

/** Ranges of the structures that are nearer to each other than this are told as one. */
const nearby = 65_536;

/** Ascending; neighbours that say the same are one. */
function joined(mismatches: readonly Mismatch[]): Mismatch[] {
  const result: Mismatch[] = [];
  for (const next of mismatches.toSorted((a, b) => a.offset - b.offset)) {
    const last = result.at(-1);
    const near = last?.path === null && next.path === null && next.offset - (last.offset + last.length) < nearby;
    if (!near || last.cause !== next.cause) result.push(next);
    else result[result.length - 1] = { ...last, length: next.offset + next.length - last.offset };
  }
  return result;
}
