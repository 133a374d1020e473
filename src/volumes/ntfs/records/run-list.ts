/**
 * Mapping pairs: the run list of a non-resident attribute (NTFS documentation, "Data Runs"). Each run is a byte with two
 * lengths (low half: of the count, high half: of the start), the count of clusters, and the start relative to the run
 * before, signed. A run without a start is a hole. Trap: both numbers are signed, so that a count of 128 takes two bytes.
 */
import { assertVolume } from "../../volume-fault.js";

/** `startCluster: null` is a hole, which reads as zeros. */
export type ClusterRun = { readonly startCluster: number | null; readonly clusterCount: number };

const endOfRuns = 0;

/** A count or start has 64 bits at most. */
const longestNumber = 8;

/** The mapping pairs of `runs` with the closing zero. */
export function encodeRuns(runs: readonly ClusterRun[]): Uint8Array {
  const bytes: number[] = [];
  let previous = 0;
  for (const { startCluster, clusterCount } of runs) {
    const count = encodeSigned(clusterCount);
    const start = startCluster === null ? [] : encodeSigned(startCluster - previous);
    bytes.push(count.length | (start.length << 4), ...count, ...start);
    if (startCluster !== null) previous = startCluster;
  }
  bytes.push(endOfRuns);
  return Uint8Array.from(bytes);
}

/** The runs in `bytes`, which may have more behind their end. Throws VolumeFault where one leaves the volume. */
export function decodeRuns(bytes: Uint8Array, volumeClusters: number): ClusterRun[] {
  const runs: ClusterRun[] = [];
  let position = 0;
  for (let at = 0; ;) {
    assertVolume(at < bytes.length, "its run list has no end");
    const head = bytes[at]!;
    if (head === endOfRuns) return runs;
    const countSize = head & 0x0f;
    const startSize = head >>> 4;
    const next = at + 1 + countSize + startSize;
    const fits = countSize >= 1 && countSize <= longestNumber && startSize <= longestNumber && next <= bytes.length;
    assertVolume(fits, `its run list has a run of ${countSize} and ${startSize} bytes`);
    const clusterCount = decodeSigned(bytes, at + 1, countSize);
    assertVolume(Number.isSafeInteger(clusterCount) && clusterCount > 0, `it has a run of ${clusterCount} clusters`);
    if (startSize > 0) {
      position += decodeSigned(bytes, at + 1 + countSize, startSize);
      const inside = position >= 0 && position + clusterCount <= volumeClusters;
      assertVolume(inside, `a run of ${clusterCount} clusters at cluster ${position} leaves the volume`);
    }
    runs.push({ startCluster: startSize === 0 ? null : position, clusterCount });
    at = next;
  }
}

/** Little-endian two's complement in as few bytes as hold the value and its sign. */
function encodeSigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = ((rest % 256) + 256) % 256;
    bytes.push(low);
    rest = (rest - low) / 256;
    if ((rest === 0 && low < 0x80) || (rest === -1 && low >= 0x80)) return bytes;
  }
}

function decodeSigned(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + bytes[at + index]!;
  return bytes[at + size - 1]! >= 0x80 ? value - 256 ** size : value;
}
