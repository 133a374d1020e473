/** Run lists read back (src/volumes/ntfs/records/run-list.ts), and where the bytes of a stream lie by them. */
import type { ClusterRun } from "../records/run-list.js";
import { clusterSize } from "../records/volume-format.js";
import type { Span } from "../../../extents/extent.js";
import { firstEndingBehind } from "../../../extents/search.js";
import { check } from "../../volume-fault.js";

/** A count or start has 64 bits at most. */
const longestNumber = 8;

/** The runs in `bytes`, which may have more behind their end. Throws VolumeFault where one leaves the volume. */
export function decodeRuns(bytes: Uint8Array, volumeClusters: number): ClusterRun[] {
  const runs: ClusterRun[] = [];
  let position = 0;
  for (let at = 0; ;) {
    check(at < bytes.length, "its run list has no end");
    const head = bytes[at]!;
    if (head === 0) return runs;
    const countSize = head & 0x0f;
    const startSize = head >>> 4;
    const next = at + 1 + countSize + startSize;
    const fits = countSize >= 1 && countSize <= longestNumber && startSize <= longestNumber && next <= bytes.length;
    check(fits, `its run list has a run of ${countSize} and ${startSize} bytes`);
    const clusterCount = signed(bytes, at + 1, countSize);
    check(Number.isSafeInteger(clusterCount) && clusterCount > 0, `it has a run of ${clusterCount} clusters`);
    if (startSize > 0) {
      position += signed(bytes, at + 1 + countSize, startSize);
      const inside = position >= 0 && position + clusterCount <= volumeClusters;
      check(inside, `a run of ${clusterCount} clusters at cluster ${position} leaves the volume`);
    }
    runs.push({ startCluster: startSize === 0 ? null : position, clusterCount });
    at = next;
  }
}

function signed(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + bytes[at + index]!;
  return bytes[at + size - 1]! >= 0x80 ? value - 256 ** size : value;
}

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
  for (let index = firstEndingBehind(spans, from); index < spans.length; index += 1) {
    const span = spans[index]!;
    if (span.start >= to) return;
    const start = Math.max(span.start, from);
    yield { start, end: Math.min(span.end, to), disk: span.disk === null ? null : span.disk + start - span.start };
  }
}
