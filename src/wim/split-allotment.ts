/** Distributes resources among the parts of a split WIM. */
import { count, exactSize } from "../bytes/amounts.js";
import { wimHeaderRecord } from "./header.js";
import type { LookupTableEntry } from "./lookup-table.js";
import { lookupTableEntryRecord } from "./lookup-table.js";
import type { WimLocation } from "./resource.js";
import { resourceFlags, wimError } from "./resource.js";

/** An entry with its place in the lookup table, which decides which image a metadata resource is of. */
export type ListedEntry = { readonly index: number; readonly entry: LookupTableEntry };

/** A run of the WIM's bytes that is moved as a whole, and every entry that names it. */
export type StoredRun = {
  /** Bytes from the start of the WIM. */
  readonly offset: number;
  readonly size: number;
  /** With their places in the lookup table, ascending. */
  readonly entries: readonly ListedEntry[];
};

/** WIM specification, `WIMHEADER_V1_PACKED`: `usPartNumber` has 16 bits. */
const partCountLimit = 0xffff;

/**
 * The runs of each part, in the order of the WIM: all metadata in part 1, and content as it comes. `partSize` is what a
 * part has for resources and their table entries, in bytes. Throws `wim-damaged` where resources overlap, and
 * `wim-unsupported` where one is larger than a part.
 */
export function allotRuns(entries: readonly LookupTableEntry[], partSize: number, at: WimLocation): StoredRun[][] {
  const runs = listRuns(
    entries.map((entry, index) => ({ index, entry })),
    at,
  );
  const metadata = runs.filter(holdsMetadata);
  let used = metadata.reduce((sum, run) => sum + bytesInPart(run), 0);
  if (used > partSize) {
    throw wimError(
      "wim-unsupported",
      at,
      `its images' metadata takes ${exactSize(used)}, a part holds ${exactSize(partSize)}`,
    );
  }
  const parts = [metadata];
  for (const run of runs) {
    if (holdsMetadata(run)) continue;
    const bytes = bytesInPart(run);
    if (bytes > partSize) {
      throw wimError(
        "wim-unsupported",
        at,
        `the resource at ${run.offset} takes ${exactSize(bytes)}, a part holds ${exactSize(partSize)}`,
      );
    }
    if (used + bytes > partSize) {
      parts.push([]);
      used = 0;
    }
    used += bytes;
    parts.at(-1)!.push(run);
  }
  if (parts.length > partCountLimit) {
    throw wimError(
      "wim-unsupported",
      at,
      `it takes ${count(parts.length, "part")}, expected at most ${partCountLimit}`,
    );
  }
  parts[0]!.sort((a, b) => a.offset - b.offset);
  return parts;
}

/** Every run once, by ascending offset. Throws `wim-damaged` where resources overlap. */
export function listRuns(listed: readonly ListedEntry[], at: WimLocation): StoredRun[] {
  const sorted = listed.toSorted((a, b) => compareRuns(a.entry, b.entry) || a.index - b.index);
  const runs: { offset: number; size: number; entries: ListedEntry[] }[] = [];
  let end = wimHeaderRecord.size;
  for (const row of sorted) {
    const { offset, size } = row.entry.resource;
    const last = runs.at(-1);
    if (last !== undefined && last.offset === offset && last.size === size) {
      last.entries.push(row);
      continue;
    }
    if (size > 0 && offset < end) {
      throw wimError("wim-damaged", at, `the resource at ${offset} overlaps what ends at ${end}`);
    }
    if (size > 0) end = offset + size;
    runs.push({ offset, size, entries: [row] });
  }
  return runs;
}

function compareRuns({ resource: a }: LookupTableEntry, { resource: b }: LookupTableEntry): number {
  return a.offset - b.offset || a.size - b.size;
}

function holdsMetadata({ entries }: StoredRun): boolean {
  return entries.some(({ entry }) => (entry.resource.flags & resourceFlags.metadata) !== 0);
}

function bytesInPart({ size, entries }: StoredRun): number {
  return size + entries.length * lookupTableEntryRecord.size;
}
