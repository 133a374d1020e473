/**
 * Mapping pairs: the run list of a non-resident attribute. Each run is a byte with two lengths (low half: of the
 * count, high half: of the start), the count of clusters, and the start relative to the run before, signed. A run
 * without a start is a hole. Trap: both numbers are signed, so that a count of 128 takes two bytes.
 */
import { Win7UsbError } from "../../errors.js";

/** `startCluster: null` is a hole, which reads as zeros. */
export type ClusterRun = { readonly startCluster: number | null; readonly clusterCount: number };

/** Windows never writes more than 2^32 clusters a volume; eight bytes are the format's own limit. */
const maximumWidth = 8;

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

/** The runs of mapping pairs at `offset` of `bytes`; throws `image-damaged` where they leave the array or make no sense. */
export function decodeRuns(bytes: Uint8Array, offset = 0): ClusterRun[] {
  const runs: ClusterRun[] = [];
  let previous = 0;
  for (let at = offset; ;) {
    const head = bytes[at];
    if (head === 0) return runs;
    const countWidth = (head ?? 0) & 0x0f;
    const startWidth = (head ?? 0) >>> 4;
    const end = at + 1 + countWidth + startWidth;
    if (
      head === undefined ||
      countWidth === 0 ||
      Math.max(countWidth, startWidth) > maximumWidth ||
      end > bytes.length
    ) {
      throw damagedRuns(`run list at byte ${at} has head ${head ?? "none"}`);
    }
    const clusterCount = signedValue(bytes, at + 1, countWidth);
    const startCluster = startWidth === 0 ? null : previous + signedValue(bytes, at + 1 + countWidth, startWidth);
    if (clusterCount <= 0 || (startCluster !== null && startCluster < 0)) {
      throw damagedRuns(`run of ${clusterCount} clusters at cluster ${startCluster ?? "none"}`);
    }
    runs.push({ startCluster, clusterCount });
    if (startCluster !== null) previous = startCluster;
    at = end;
  }
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

function signedValue(bytes: Uint8Array, offset: number, width: number): number {
  let value = bytes[offset + width - 1]! >= 0x80 ? -1 : 0;
  for (let index = width - 1; index >= 0; index -= 1) value = value * 256 + bytes[offset + index]!;
  if (!Number.isSafeInteger(value)) throw damagedRuns(`${width}-byte number in a run list is above 2^53 - 1`);
  return value;
}

function damagedRuns(message: string): Win7UsbError {
  return new Win7UsbError("image-damaged", message, { hint: "The volume is damaged: write it again." });
}
