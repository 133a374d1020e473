/**
 * Mapping pairs: the run list of a non-resident attribute. Each run is a byte with two lengths (low half: of the
 * count, high half: of the start), the count of clusters, and the start relative to the run before, signed. A run
 * without a start is a hole. Trap: both numbers are signed, so that a count of 128 takes two bytes.
 */
/** `startCluster: null` is a hole, which reads as zeros. */
export type ClusterRun = { readonly startCluster: number | null; readonly clusterCount: number };

/** The mapping pairs of `runs` with the closing zero. */
export function encodeRuns(runs: readonly ClusterRun[]): Uint8Array {
  const bytes: number[] = [];
  let previous = 0;
  for (const { startCluster, clusterCount } of runs) {
    const count = signedBytes(clusterCount);
    const start = startCluster === null ? [] : signedBytes(startCluster - previous);
    bytes.push(count.length | (start.length << 4), ...count, ...start);
    if (startCluster !== null) previous = startCluster;
  }
  bytes.push(0);
  return Uint8Array.from(bytes);
}

/** Little-endian two's complement in as few bytes as hold the value and its sign. */
function signedBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = ((rest % 256) + 256) % 256;
    bytes.push(low);
    rest = (rest - low) / 256;
    if ((rest === 0 && low < 0x80) || (rest === -1 && low >= 0x80)) return bytes;
  }
}
