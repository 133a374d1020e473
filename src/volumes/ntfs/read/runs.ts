/** Maps offsets in a stream to offsets on the disk by its runs (NTFS documentation, "Data Runs"). */
import type { ClusterRun } from "../records/run-list.js";
import { clusterSize } from "../records/volume-format.js";
import type { Span } from "../../../extents/extent.js";
import { overlapping } from "../../../extents/search.js";

/** A part of a stream, in its own bytes, and the byte of the disk where it begins; null for a hole. */
export type MappedSpan = Span & { readonly disk: number | null };

/** `runs` as bytes; `volumeStart` is the byte of the disk where the volume's first cluster lies. */
export function mapRuns(runs: readonly ClusterRun[], volumeStart: number): MappedSpan[] {
  let start = 0;
  return runs.map(({ startCluster, clusterCount }) => {
    const end = start + clusterCount * clusterSize;
    const span = { start, end, disk: startCluster === null ? null : volumeStart + startCluster * clusterSize };
    start = end;
    return span;
  });
}

/** The parts of `[from, to)` of the stream, ascending. */
export function* partsOf(spans: readonly MappedSpan[], from: number, to: number): Generator<MappedSpan> {
  for (const span of overlapping(spans, from, to)) {
    const start = Math.max(span.start, from);
    yield { start, end: Math.min(span.end, to), disk: span.disk === null ? null : span.disk + start - span.start };
  }
}
