/** A disk from its first byte to its last, cut where something else begins: structures, files, free space. */
import type { Span } from "../extents/extent.js";
import { overlapping } from "../extents/search.js";
import { ownersOf, noFile } from "../manifest/hash-units.js";
import type { DiskLayout } from "../volumes/disk-layout.js";
import type { DiskStructure } from "../volumes/plan.js";

/** `boot`: what makes the disk start. `structure`: the file system's own, and the manifest. */
export type AreaKind = "boot" | "structure" | "file" | "free";

export type Area = Span & {
  readonly kind: AreaKind;
  /** Of a structure, or a file's path; null of free space. */
  readonly name: string | null;
};

const unnamedStructures = "file system's own structures";
const unnamedFiles = "files and structures (their names are not known)";

/** Ascending and without a gap. A small file in NTFS' file table is a part of that table. */
export function areasOf(layout: DiskLayout): Area[] {
  const { diskSize, clusterSize, files } = layout;
  const structures = layout.structures.filter(({ offset, length }) => offset + length <= diskSize);
  const areas: Area[] = [];
  const add = (area: Area): void => {
    if (area.start < area.end) areas.push(area);
  };
  const lastUsed = endOfFiles(layout, structures);
  const addBetween = (span: Span): void => {
    for (const { start, end, file } of ownersOf([span], files ?? [], clusterSize)) {
      if (file !== noFile) add({ start, end, kind: "file", name: files![file]!.path });
      else for (const area of unowned({ start, end }, layout, lastUsed)) add(area);
    }
  };
  let position = 0;
  for (const { offset, length, kind, name } of structures) {
    if (offset < position) continue;
    addBetween({ start: position, end: offset });
    add({ start: offset, end: offset + length, kind, name });
    position = offset + length;
  }
  addBetween({ start: position, end: diskSize });
  return areas;
}

/** Behind it only zeros were laid out, to wipe what was there. */
function endOfFiles({ files, written }: DiskLayout, structures: readonly DiskStructure[]): number {
  // Without names the last range is the wiped end, or all of it was written.
  if (files === null) return written[0]?.end ?? 0;
  const runs = files.flatMap((file) => file.runs);
  const first = structures.find(({ kind }) => kind === "boot");
  const ends = runs.map(({ offset, length }) => offset + length);
  return ends.reduce((latest, end) => Math.max(latest, end), (first?.offset ?? 0) + (first?.length ?? 0));
}

/** What no file and no named structure has. */
function unowned(span: Span, { files, written }: DiskLayout, lastUsed: number): Area[] {
  const areas: Area[] = [];
  let position = span.start;
  const free = (end: number): void => {
    if (position < end) areas.push({ start: position, end, kind: "free", name: null });
    position = Math.max(position, end);
  };
  for (const { start, end } of overlapping(written, span.start, Math.min(span.end, lastUsed))) {
    free(Math.max(start, span.start));
    const until = Math.min(end, span.end, lastUsed);
    const [kind, name] =
      files === null ? (["file", unnamedFiles] as const) : (["structure", unnamedStructures] as const);
    if (position < until) areas.push({ start: position, end: until, kind, name });
    position = Math.max(position, until);
  }
  free(span.end);
  return areas;
}
