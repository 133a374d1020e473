/** What a check says of one place that is not as it was written. */
import type { PlannedFile } from "../volumes/plan.js";
import type { Difference } from "./differences.js";

/**
 * Why it differs. `damaged`: nobody who uses the volume does this. `changed`, `removed`: its directory entry says that
 * somebody did. `unreadable`: the target gave an error. `undecided`: use and damage cannot be told apart; `reason` says
 * why. `other-image`: it is as it was written, and the image that it was compared with has something else.
 */
export type MismatchCause = "damaged" | "changed" | "removed" | "unreadable" | "undecided" | "other-image";

/** In words: what a place is, or what became of it. */
export const mismatchCauseWords: Readonly<Record<MismatchCause, string>> = {
  damaged: "damaged",
  changed: "changed by a person",
  removed: "removed by a person",
  unreadable: "cannot be read",
  undecided: "differs; whether use or damage did it cannot be told",
  "other-image": "as it was written, the image has something else",
};

/** The gravest first: what a check is about where its mismatches have several. */
export const causesByGravity: readonly MismatchCause[] = [
  "damaged",
  "unreadable",
  "undecided",
  "other-image",
  "removed",
  "changed",
];

/** A place that is not as it was written. */
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
  /** Which structure it is, where it is not the file's content and it is known. */
  readonly structure: string | null;
  /** What is wrong, where more is known than that it differs. */
  readonly reason: string | null;
};

export type MismatchDetails = Partial<Pick<Mismatch, "structure" | "reason" | "path">>;

export function mismatchOf(
  { start, end, file }: Difference,
  files: readonly PlannedFile[],
  cause: MismatchCause,
  details: MismatchDetails = {},
): Mismatch {
  const owner = files[file];
  const common = { offset: start, length: end - start, cause, structure: null, reason: null };
  if (owner === undefined) return { path: null, fileOffset: null, ...common, ...details };
  let before = 0;
  for (const { offset, length } of owner.runs) {
    if (start < offset + length) break;
    before += length;
  }
  const run = owner.runs.find(({ offset, length }) => start < offset + length);
  const fileOffset = run === undefined ? owner.size : before + Math.max(0, start - run.offset);
  return { path: owner.path, fileOffset, ...common, ...details };
}

/** Ranges of the structures that are nearer to each other than this are told as one. */
const nearby = 65_536;

/** Ascending; neighbours that say the same are one. */
export function joined(mismatches: readonly Mismatch[]): Mismatch[] {
  const result: Mismatch[] = [];
  for (const next of mismatches.toSorted((a, b) => a.offset - b.offset)) {
    const last = result.at(-1);
    const near = last?.path === null && next.path === null && next.offset - (last.offset + last.length) < nearby;
    const same = last?.cause === next.cause && last.structure === next.structure && last.reason === next.reason;
    if (!near || !same) result.push(next);
    else {
      const end = Math.max(last.offset + last.length, next.offset + next.length);
      result[result.length - 1] = { ...last, length: end - last.offset };
    }
  }
  return result;
}
