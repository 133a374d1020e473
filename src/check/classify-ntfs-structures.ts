/**
 * Differences of an NTFS volume's own structures: use, or damage? What systems never change is damage wherever it differs:
 * partition table, boot record, its copy, $AttrDef, $UpCase. A record or an index buffer that differs is use where a driver
 * has written it, which its update sequence number shows (NTFS documentation, "Fixup"). Structures without such a number
 * ($Bitmap, the log, security descriptors) are use where they agree with the rest of the volume, and otherwise faults.
 */
import { attributeTypes } from "../volumes/ntfs/records/attributes.js";
import { bootFileSize } from "../volumes/ntfs/records/boot-sector.js";
import { indexBlockSize, systemRecords } from "../volumes/ntfs/records/volume-format.js";
import { roundDown } from "../bytes/units.js";
import { sectorSize } from "../volumes/plan.js";
import type { Span } from "../extents/extent.js";
import { noFile } from "../manifest/hash-units.js";
import type { Difference } from "./differences.js";
import { mismatchOf, type Mismatch, type MismatchCause, type MismatchDetails } from "./mismatch.js";
import { piecesByOwner, type ClusterPiece } from "../volumes/ntfs/read/clusters.js";
import type { NtfsFault } from "../volumes/ntfs/read/fault.js";
import { recordsIn } from "../volumes/ntfs/read/mft.js";
import type { NtfsVolume } from "../volumes/ntfs/read/volume.js";
import { fixedStructureName } from "./structure-names.js";

type StructureCheckInput = {
  readonly volume: NtfsVolume;
  readonly partition: Span;
  readonly differences: readonly Difference[];
  /** They are known to the byte: each must be explained by itself, not only something near it. */
  readonly exact: boolean;
};

/** A driver has written to the volume since it was made. */
export function isInUse({ written, states, tree, log }: NtfsVolume): boolean {
  const records = written.some((each, record) => each && states[record] !== "broken");
  return records || [...tree.buffers.values()].some((each) => each) || log === "clean" || log === "open";
}

/** What differs outside of files: mismatches of what use does not explain, and all faults. */
export function classifyStructures(input: StructureCheckInput): Mismatch[] {
  const { volume, differences } = input;
  const inUse = isInUse(volume);
  const faults = volume.faults.map((fault) => faultMismatch(volume, fault)).concat(bootSectorCopy(input));
  // A unit of a manifest is wider than what is wrong in it.
  const isInFault = ({ start, end }: Span): boolean =>
    faults.some(({ offset, length }) =>
      input.exact ? offset <= start && end <= offset + length : offset < end && start < offset + length,
    );
  const mismatches: Mismatch[] = [];
  for (const each of differences) {
    const cause = isFixed(input, each) || volume.log !== "open" ? "damaged" : "undecided";
    if (each.kind === "unreadable") mismatches.push(mismatchOf(each, [], "unreadable", nameOf(input, each)));
    else if (!isInFault(each) && !(inUse && isExplained(input, each))) {
      mismatches.push(mismatchOf(each, [], cause, nameOf(input, each)));
    }
  }
  return [...faults, ...mismatches];
}

const openLog = "changes to the volume are in its log alone: it was pulled out without being unmounted";

function faultMismatch({ tree, log }: NtfsVolume, fault: NtfsFault): Mismatch {
  const { record, offset, length, structure } = fault;
  const path = fault.path ?? (record === null ? undefined : tree.paths.get(record)) ?? null;
  const cause: MismatchCause = log === "open" ? "undecided" : "damaged";
  const reason = log === "open" ? `${fault.reason}; ${openLog}` : fault.reason;
  return { path: path === "" ? null : path, offset, length, fileOffset: null, cause, structure, reason };
}

/**
 * The copy of the boot sector lies in one unit of the manifest with what may be free space. Where the boot sector is as it
 * was written, its copy must be the same.
 */
function bootSectorCopy({ volume, partition, differences, exact }: StructureCheckInput): Mismatch[] {
  if (exact || volume.bootSectorCopied) return [];
  if (differences.some(({ start }) => start >= partition.start && start < partition.start + sectorSize)) return [];
  const place = { start: partition.end - sectorSize, end: partition.end, file: noFile, kind: "different" } as const;
  return [mismatchOf(place, [], "damaged", { structure: "copy of the boot sector" })];
}

/** Outside of what any system changes. */
function isFixed({ partition, exact }: StructureCheckInput, { start, end }: Span): boolean {
  const copy = partition.end - sectorSize;
  return start < partition.start + bootFileSize || start >= copy || (exact && end > copy);
}

function isExplained(input: StructureCheckInput, span: Span): boolean {
  if (isFixed(input, span)) return false;
  const pieces = [...piecesByOwner(input.volume.owners, span)];
  return input.exact ? pieces.every((piece) => isUse(input, piece)) : pieces.some((piece) => isUse(input, piece));
}

const constantFiles: ReadonlySet<number> = new Set([
  systemRecords.attributeDefinitions,
  systemRecords.boot,
  systemRecords.upCase,
]);

function isUse({ volume, exact }: StructureCheckInput, { start, end, owner }: ClusterPiece): boolean {
  // Free by now, or somebody's file.
  if (owner === undefined) return true;
  const { record, typeCode } = owner;
  if (constantFiles.has(record)) return false;
  if (record === systemRecords.logFile) return volume.log === "clean" || volume.log === "open";
  const units = (all: readonly boolean[]): boolean =>
    exact ? all.every((written) => written) : all.some((written) => written);
  if (record === systemRecords.mft && typeCode === attributeTypes.data) {
    return units(recordsIn(volume.table, start, end).map((each) => volume.written[each] === true));
  }
  if (typeCode !== attributeTypes.indexAllocation) return true;
  const inside: boolean[] = [];
  for (let at = roundDown(start, indexBlockSize); at < end; at += indexBlockSize) {
    const buffer = volume.tree.buffers.get(at);
    if (buffer !== undefined) inside.push(buffer);
  }
  // What the tree does not reach is free.
  return inside.length === 0 || units(inside);
}

/** Which structure it is by its place, and whose. */
function nameOf(input: StructureCheckInput, span: Span): MismatchDetails {
  const { volume, partition, exact } = input;
  if (isFixed(input, span)) return { structure: fixedStructureName(span, partition, "ntfs") };
  const [first] = piecesByOwner(volume.owners, span);
  if (first?.owner === undefined) return { structure: "clusters that no file has" };
  const { record, typeCode } = first.owner;
  if (record === systemRecords.mft && typeCode === attributeTypes.data && exact) {
    const [number = 0] = recordsIn(volume.table, first.start, first.end);
    return { structure: `record ${number} of $MFT`, path: volume.tree.paths.get(number) || null };
  }
  const path = volume.tree.paths.get(record) ?? `record ${record}`;
  if (typeCode === attributeTypes.indexAllocation)
    return { structure: path === "" ? "the index of the root" : `the index of ${path}` };
  return { structure: typeCode === attributeTypes.bitmap ? `the bitmap of ${path}` : path };
}
