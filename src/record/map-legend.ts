/** What the parts of a picture are, in words: for its legend, and in its place for who cannot see it. */
import { agreeing, count, firstFew, formatDriveSize, formatSize } from "../bytes/amounts.js";
import { printable } from "../bytes/foreign-text.js";
import type { DiskMap, MapGroup } from "./disk-map.js";

/** What a cell looks like: `1` to `5` are the largest files. */
export type MapMark = "boot" | "structure" | "small" | "free" | "differs" | `${number}`;

export type LegendRow = { readonly mark: MapMark; readonly name: string; readonly bytes: number | null };

/** Names of structures in one row. */
const namedStructures = 12;

export function markOf({ kind, rank }: MapGroup): Exclude<MapMark, "differs"> {
  if (kind !== "file") return kind;
  return rank === null ? "small" : `${rank}`;
}

const bytesOf = (groups: readonly MapGroup[]): number => groups.reduce((sum, { length }) => sum + length, 0);

function namesOf(groups: readonly MapGroup[]): string {
  return printable(firstFew([...new Set(groups.flatMap(({ name }) => name ?? []))], namedStructures));
}

/** A row for each kind of area that there is, with harmless names. */
export function legendOf({ groups, differing }: DiskMap): LegendRow[] {
  const ofKind = (kind: MapGroup["kind"]): MapGroup[] => groups.filter((group) => group.kind === kind);
  const rows: LegendRow[] = [];
  for (const kind of ["boot", "structure"] as const) {
    const chosen = ofKind(kind);
    if (chosen.length > 0) rows.push({ mark: kind, name: namesOf(chosen), bytes: bytesOf(chosen) });
  }
  const files = ofKind("file");
  const ranked = files.filter(({ rank }) => rank !== null).toSorted((a, b) => a.rank! - b.rank!);
  for (const group of ranked) rows.push({ mark: markOf(group), name: printable(group.name!), bytes: group.length });
  const others = files.filter(({ rank }) => rank === null);
  const number = others.reduce((sum, group) => sum + group.files, 0);
  const more = ranked.length === 0 ? "" : "more ";
  const isUnnamed = others.some(({ name, files: those }) => name !== null && those === 1 && files.length === 1);
  if (isUnnamed) rows.push({ mark: "small", name: namesOf(others), bytes: bytesOf(others) });
  else if (number > 0)
    rows.push({ mark: "small", name: `${number} ${more}${agreeing(number, "file")}`, bytes: bytesOf(others) });
  const free = ofKind("free");
  if (free.length > 0) rows.push({ mark: "free", name: "free space", bytes: bytesOf(free) });
  if (differing.length > 0) rows.push({ mark: "differs", name: "not as it was written", bytes: null });
  return rows;
}

/** `3.87 GB, each block about 4.81 MiB; what is smaller has one all the same`. */
export function scaleWords({ diskSize, cells }: DiskMap): string {
  const each = formatSize(Math.round(diskSize / cells));
  return `${formatDriveSize(diskSize)}, a block about ${each}; smaller structures have one all the same`;
}

/** The whole picture in a sentence. */
export function mapInWords(map: DiskMap): string {
  const parts = legendOf(map).flatMap(({ name, bytes }) => (bytes === null ? [] : [`${name}: ${formatSize(bytes)}`]));
  const { length } = map.differing;
  const differing = length === 0 ? "" : `; ${count(length, "block")} not as written`;
  return `${parts.join("; ")}${differing}`;
}

/** One group, for whoever points at it. */
export function groupWords({ kind, name, files, length, offset }: MapGroup): string {
  const what = kind === "free" ? "free space" : name === null ? count(files, "file") : printable(name);
  return `${what}: ${formatSize(length)} from byte ${offset}`;
}
