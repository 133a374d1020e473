/**
 * The state of the files that were written, on a volume that can be read: in place, moved or rewritten with the same content,
 * changed, removed, or damaged. The record decides: a driver that writes it increments its update sequence number (NTFS
 * documentation, "Fixup"), so that a record with another place or size that was never written since is damaged.
 */
import { isDeepStrictEqual } from "node:util";
import { attributeTypes } from "../volumes/ntfs/records/attributes.js";
import { fileTime, millisecondsOf } from "../bytes/file-time.js";
import { upCase } from "../bytes/up-case.js";
import type { PlannedFile } from "../volumes/plan.js";
import type { Difference } from "./differences.js";
import type { ContentCheck, ContentDifference } from "./file-content.js";
import { mismatchOf, type Mismatch, type MismatchCause } from "./mismatch.js";
import { attributeOf, type NtfsAttribute, type NtfsFile } from "../volumes/ntfs/read/files.js";
import { diskOffsetOf, diskRunsOf, readContent } from "../volumes/ntfs/read/content.js";
import { attributeFlags } from "../volumes/ntfs/records/attributes.js";
import type { TreeEntry } from "../volumes/ntfs/read/tree.js";
import type { NtfsVolume } from "../volumes/ntfs/read/volume.js";
import type { ReadBytes } from "../source/byte-source.js";

type FileCheckInput = {
  readonly volume: NtfsVolume;
  readonly read: ReadBytes;
  readonly files: readonly PlannedFile[];
  /** Of files' content, at the places where it was written. */
  readonly differences: readonly Difference[];
  readonly contentOf: ContentCheck;
};

/** How the volume's files are found by their paths, as Windows finds them. */
export class PathLookup {
  readonly #exact = new Map<string, TreeEntry>();
  readonly #folded = new Map<string, TreeEntry>();
  /** By the byte of the disk where the content begins. */
  readonly #byPlace = new Map<number, TreeEntry>();
  readonly #lost: ReadonlyMap<string, string>;

  constructor({ tree }: NtfsVolume) {
    for (const entry of tree.entries) {
      this.#exact.set(entry.path, entry);
      const folded = upCase(entry.path);
      if (!this.#folded.has(folded)) this.#folded.set(folded, entry);
      const data = attributeOf(entry.file, attributeTypes.data);
      if (data !== undefined) this.#byPlace.set(diskOffsetOf(data, 0), entry);
    }
    this.#lost = new Map(tree.lost.map(({ path, reason }) => [upCase(path), reason]));
  }

  find(path: string): TreeEntry | undefined {
    return this.#exact.get(path) ?? this.#folded.get(upCase(path));
  }

  /** The path of what lies where `planned` was written. */
  at(planned: PlannedFile): string | undefined {
    const start = planned.runs[0]?.offset;
    const entry = start === undefined ? undefined : this.#byPlace.get(start);
    const data = entry && attributeOf(entry.file, attributeTypes.data);
    return data !== undefined && isInPlace(data, planned) ? entry?.path : undefined;
  }

  /** Why a path leads nowhere that is known to have led somewhere. */
  whyLost(path: string): string | undefined {
    return this.#lost.get(upCase(path));
  }
}

/** What is wrong with the files that were written, by their content and their places in the tree. */
export async function classifyFiles(input: FileCheckInput, lookup: PathLookup): Promise<Mismatch[]> {
  const differing = new Map<number, Difference[]>();
  for (const each of input.differences) {
    const known = differing.get(each.file);
    if (known === undefined) differing.set(each.file, [each]);
    else known.push(each);
  }
  const mismatches: Mismatch[] = [];
  for (const index of input.files.keys()) {
    mismatches.push(...(await classifyFile(input, lookup, index, differing.get(index) ?? [])));
  }
  return mismatches;
}

async function classifyFile(
  input: FileCheckInput,
  lookup: PathLookup,
  index: number,
  own: readonly Difference[],
): Promise<Mismatch[]> {
  const planned = input.files[index]!;
  const start = planned.runs[0]?.offset ?? 0;
  const whole: Difference = { start, end: start + planned.size, file: index, kind: "different" };
  const wholeFile = (cause: MismatchCause, reason: string | null = null): Mismatch[] => [
    mismatchOf(whole, input.files, cause, { reason }),
  ];
  const file = lookup.find(planned.path)?.file;
  if (file === undefined || file.directory) {
    const lost = file === undefined ? lookup.whyLost(planned.path) : undefined;
    if (lost !== undefined) return wholeFile("damaged", lost);
    const { broken, tree } = input.volume;
    const somethingLost = broken.size > 0 || tree.faults.length > 0;
    if (somethingLost) return wholeFile("undecided", "no directory has it, and something is broken");
    const elsewhere = lookup.at(planned);
    return wholeFile("removed", elsewhere === undefined ? null : `it is ${elsewhere} by now`);
  }
  const data = attributeOf(file, attributeTypes.data);
  if (data === undefined) return wholeFile("damaged", "its record has no data");
  if ((data.flags & (attributeFlags.compressionMask | attributeFlags.encrypted)) !== 0) {
    return wholeFile("undecided", "it was compressed or encrypted since, and is not followed");
  }
  const inPlace = isInPlace(data, planned);
  const state = await compareContent(input, { index, data, inPlace, own, written: file.written });
  if (state === undefined) return [];
  const { cause, reason } = causeOf(planned, file, state, inPlace);
  if (state === "in-place" || inPlace) {
    return own.map((each) => {
      const unreadable = each.kind === "unreadable" && cause !== "changed";
      return mismatchOf(each, input.files, unreadable ? "unreadable" : cause, { reason });
    });
  }
  if (cause === "changed" || state === "size") return wholeFile(cause, reason);
  const at = diskOffsetOf(data, state.start);
  const place = { start: at, end: at + state.end - state.start, file: index, kind: state.kind };
  return [{ ...mismatchOf(place, input.files, cause, { reason }), fileOffset: state.start }];
}

/** How content differs; `in-place`: where it was written, by the differences that are known. */
type ContentState = ContentDifference | "size" | "in-place";

type Comparing = {
  readonly index: number;
  readonly data: NtfsAttribute;
  readonly inPlace: boolean;
  /** Known at the places where it was written. */
  readonly own: readonly Difference[];
  readonly written: boolean;
};

/** Undefined where the content is what was written. */
async function compareContent(
  { read, contentOf, files }: FileCheckInput,
  { index, data, inPlace, own, written }: Comparing,
): Promise<ContentState | undefined> {
  const { runs, size } = files[index]!;
  if (inPlace) {
    if (own.length === 0) return undefined;
    const last = runs.at(-1);
    const end = last === undefined ? 0 : last.offset + last.length;
    // The rest of the last cluster is anything once a driver has written the file.
    if (!written || own.some((each) => each.end <= end)) return "in-place";
  }
  if (data.size !== size) return "size";
  return contentOf(index, (from, length) => readContent(read, data, from, length));
}

/** It lies where it was written, from its first to its last byte. */
function isInPlace(data: NtfsAttribute, { runs, size }: PlannedFile): boolean {
  if (data.size !== size || data.validSize < size) return false;
  return isDeepStrictEqual(diskRunsOf(data), runs);
}

type Cause = { readonly cause: MismatchCause; readonly reason: string | null };

function causeOf(planned: PlannedFile, file: NtfsFile, state: ContentState, inPlace: boolean): Cause {
  if (typeof state !== "string" && state.kind === "unreadable") return { cause: "unreadable", reason: null };
  if (!file.written) {
    const reason = inPlace ? null : "its record says another place or size, and no system has written it";
    return { cause: "damaged", reason };
  }
  const time = timeOf(planned, file);
  if (time === "same") {
    return { cause: "damaged", reason: inPlace ? null : "its place or size is another one, its time is not" };
  }
  if (time === "unknown" && inPlace) return { cause: "undecided", reason: "when it was written is not known" };
  return { cause: "changed", reason: null };
}

/** The time of the last modification, to the millisecond that a manifest has. */
function timeOf({ modified }: PlannedFile, { standard }: NtfsFile): "same" | "other" | "unknown" {
  if (modified === undefined || standard === null) return "unknown";
  const expected = millisecondsOf(fileTime(Math.max(0, Math.floor(modified))));
  return millisecondsOf(standard.modified) === expected ? "same" : "other";
}
