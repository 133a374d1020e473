/**
 * What of the disk belongs to which file, and the units that are hashed one by one: a file, or a piece of a large one, or
 * a piece of the file system's own structures. A file's runs own the rest of their last cluster, which is written with
 * them and holds nothing else; a run that begins inside a cluster (a small file in NTFS' file table) owns its bytes alone.
 */
import { KiB, roundDown, roundUp } from "../bytes/units.js";
import { partitionAlignment } from "../volumes/mbr.js";
import { sectorSize } from "../volumes/plan.js";
import type { PlannedFile } from "../volumes/plan.js";
import type { Span } from "../extents/extent.js";

/** `file` is an index, or `noFile`. */
export type OwnedSpan = Span & { readonly file: number };

/** The file system's own structures, the boot record and the gap before the partition. */
export const noFile = -1;

type Run = Span & { readonly file: number };

/** Every run of every file, by its place on the disk. */
export function runsByPlace(files: readonly Pick<PlannedFile, "runs">[]): Run[] {
  const runs = files.flatMap(({ runs: own }, file) =>
    own.map(({ offset, length }) => ({ start: offset, end: offset + length, file })),
  );
  return runs.filter(({ start, end }) => start < end).toSorted((a, b) => a.start - b.start);
}

/** `spans` cut where one owner ends and the next begins, ascending. `clusterSize` divides every cluster's offset. */
export function ownersOf(
  spans: readonly Span[],
  files: readonly Pick<PlannedFile, "runs">[],
  clusterSize: number,
): OwnedSpan[] {
  const runs = runsByPlace(files);
  const owned: OwnedSpan[] = [];
  let next = 0;
  for (const span of spans) {
    let position = span.start;
    for (; next < runs.length && runs[next]!.start < span.end; next += 1) {
      const run = runs[next]!;
      if (run.start < position) continue;
      if (run.start > position) owned.push({ start: position, end: run.start, file: noFile });
      const whole = run.start % clusterSize === 0 ? roundUp(run.end, clusterSize) : run.end;
      position = Math.min(whole, runs[next + 1]?.start ?? whole, span.end);
      owned.push({ start: run.start, end: position, file: run.file });
    }
    if (position < span.end) owned.push({ start: position, end: span.end, file: noFile });
  }
  return owned;
}

/**
 * The volume's first sectors are hashed one by one: systems that use it change some of them (FAT32's FSInfo, marks of
 * being in use), and nobody has a reason to change the others.
 */
const hashedBySector: Span = { start: partitionAlignment, end: partitionAlignment + 64 * KiB };

/** The pieces of `owned` cut at multiples of `unitSize` on the disk; null where they are more than `most`. */
export function unitsUpTo(most: number, owned: readonly OwnedSpan[], unitSize: number): OwnedSpan[] | null {
  const units: OwnedSpan[] = [];
  for (const { start, end, file } of owned) {
    for (let at = start; at < end;) {
      const single = file === noFile && at >= hashedBySector.start && at < hashedBySector.end;
      const size = single ? sectorSize : unitSize;
      const stop = Math.min(end, roundDown(at, size) + size);
      if (units.length >= most) return null;
      units.push({ start: at, end: stop, file });
      at = stop;
    }
  }
  return units.length > most ? null : units;
}

/** The pieces of `owned` cut at multiples of `unitSize` on the disk. */
export const unitsOf = (owned: readonly OwnedSpan[], unitSize: number): OwnedSpan[] =>
  unitsUpTo(Infinity, owned, unitSize)!;
