/**
 * A picture of a disk as a fixed number of cells, in the order of its bytes: what boots, structures, files, free space, and
 * what is not as it was written. It is drawn to scale but for this: a structure too small for a cell has one all the same,
 * because a stick is lost with it; and neighbouring files too small for a cell share theirs. So a stick of 3.6 GB with 700
 * files is a picture of a few dozen groups.
 */
import type { Mismatch } from "../check/mismatch.js";
import type { DiskLayout } from "../volumes/disk-layout.js";
import { areasOf, type Area, type AreaKind } from "./map-areas.js";

/** Neighbouring cells that show the same. */
export type MapGroup = {
  readonly kind: AreaKind;
  /** A file's path or a structure's name; of small files and of free space null. */
  readonly name: string | null;
  /** Of the largest files, 1 for the largest; otherwise null. */
  readonly rank: number | null;
  /** Bytes of the disk. */
  readonly offset: number;
  readonly length: number;
  /** How many files it shows. */
  readonly files: number;
  readonly firstCell: number;
  readonly cells: number;
};

/** The picture as data: its groups follow one another without a gap, in bytes and in cells. */
export type DiskMap = {
  /** Bytes. */
  readonly diskSize: number;
  readonly cells: number;
  readonly groups: readonly MapGroup[];
  /** Cells in which something is not as it was written, ascending. */
  readonly differing: readonly number[];
};

/** How a map is drawn. */
export type DiskMapOptions = {
  /** At least 64. */
  readonly cells: number;
  /** What a check found. */
  readonly mismatches?: readonly Pick<Mismatch, "offset" | "length">[];
};

/** Files that are named beside the picture. */
const rankedFiles = 5;

/** The picture of what lies where on a disk. */
export function diskMap(layout: DiskLayout, { cells, mismatches = [] }: DiskMapOptions): DiskMap {
  const { diskSize } = layout;
  const merged = groupsFor(areasOf(layout), diskSize / cells, cells / 2);
  const counts = shares(
    merged.map(({ length }) => length),
    cells,
  );
  const largest = merged.filter(({ kind, name }) => kind === "file" && name !== null);
  const ranking = largest.toSorted((a, b) => b.length - a.length).slice(0, rankedFiles);
  let firstCell = 0;
  const groups = merged.map((group, index): MapGroup => {
    const rank = ranking.indexOf(group);
    const placed = { ...group, rank: rank === -1 ? null : rank + 1, firstCell, cells: counts[index]! };
    firstCell += counts[index]!;
    return placed;
  });
  return { diskSize, cells, groups, differing: differingCells(groups, mismatches) };
}

type Merged = Pick<MapGroup, "kind" | "name" | "offset" | "length" | "files">;

/** Groups of areas: files below `least` bytes share one; with more than `most` groups, larger files do, too. */
function groupsFor(areas: readonly Area[], least: number, most: number): Merged[] {
  for (let limit = least; ; limit *= 2) {
    const groups = merge(areas, limit);
    if (groups.length <= most || limit > areas.at(-1)!.end) return groups;
  }
}

function merge(areas: readonly Area[], limit: number): Merged[] {
  const groups: Merged[] = [];
  for (const { start, end, kind, name } of areas) {
    const length = end - start;
    const isSmall = kind === "file" && length < limit;
    const next: Merged = { kind, name: isSmall ? null : name, offset: start, length, files: kind === "file" ? 1 : 0 };
    const last = groups.at(-1);
    if (last?.kind === kind && last.name === next.name) {
      groups[groups.length - 1] = { ...last, length: last.length + length, files: last.files + next.files };
    } else groups.push(next);
  }
  return groups;
}

/** `total` cells for parts of these lengths: by length, the largest remainders rounded up, and at least one for each. */
function shares(lengths: readonly number[], total: number): number[] {
  const single = new Set<number>();
  for (;;) {
    const left = lengths.reduce((sum, length, index) => (single.has(index) ? sum : sum + length), 0);
    const scale = (total - single.size) / left;
    const small = lengths.flatMap((length, index) => (!single.has(index) && length * scale < 1 ? [index] : []));
    if (small.length === 0) return rounded(lengths, single, scale, total);
    for (const index of small) single.add(index);
  }
}

function rounded(lengths: readonly number[], single: ReadonlySet<number>, scale: number, total: number): number[] {
  const exact = lengths.map((length, index) => (single.has(index) ? 1 : length * scale));
  const counts = exact.map((value) => Math.floor(value + roundingError));
  const missing = total - counts.reduce((sum, each) => sum + each, 0);
  const byRemainder = exact.map((value, index) => ({ index, remainder: value - counts[index]! }));
  const chosen = byRemainder.toSorted((a, b) => b.remainder - a.remainder || a.index - b.index).slice(0, missing);
  for (const { index } of chosen) counts[index]! += 1;
  return counts;
}

/** Of a cell: a product that is whole may come out a little below. */
const roundingError = 1e-6;

/** The first byte of a cell of a group, counted from 0. */
function cellStart({ offset, length, cells }: MapGroup, cell: number): number {
  return offset + (length * cell) / cells;
}

function differingCells(groups: readonly MapGroup[], mismatches: DiskMapOptions["mismatches"] = []): number[] {
  const found = new Set<number>();
  for (const { offset, length } of mismatches) {
    const end = offset + length;
    for (const group of groups) {
      if (group.offset >= end || group.offset + group.length <= offset) continue;
      for (let cell = 0; cell < group.cells; cell += 1) {
        if (cellStart(group, cell) < end && cellStart(group, cell + 1) > offset) found.add(group.firstCell + cell);
      }
    }
  }
  return [...found].toSorted((a, b) => a - b);
}
