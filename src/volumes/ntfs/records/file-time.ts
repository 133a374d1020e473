/** FILETIME: hundreds of nanoseconds since 1601-01-01T00:00:00Z, in UTC ([MS-DTYP] 2.3.3). */
import type { DirectoryNode, FileTimes } from "../../../tree/index.js";
import { walk } from "../../../tree/index.js";

const ticksPerMs = 10_000;
const epochOffsetMs = 11_644_473_600_000;
/** Drivers take the number for a signed one. */
const latest = 2n ** 63n - 1n;

/** The four times of a file in the order of its records. */
export type FileTimestamps = {
  readonly created: bigint;
  readonly modified: bigint;
  readonly recordChanged: bigint;
  readonly accessed: bigint;
};

/** An instant in milliseconds since 1970; what lies before 1601 becomes 1601, fractions are kept to 100 ns. */
export function fileTime(instant: number): bigint {
  const wholeMs = Math.floor(instant);
  const ticks = Math.floor((instant - wholeMs) * ticksPerMs);
  const sinceEpoch = wholeMs + epochOffsetMs;
  if (sinceEpoch < 0) return 0n;
  const time = BigInt(sinceEpoch) * BigInt(ticksPerMs) + BigInt(ticks);
  return time > latest ? latest : time;
}

/** The newest time in the tree: the volume's own time, and that of files without one. 1601 where nothing has a time. */
export function newestTime(tree: DirectoryNode): number {
  let newest = -epochOffsetMs;
  const see = ({ created, modified }: FileTimes): void => {
    newest = Math.max(newest, created ?? newest, modified ?? newest);
  };
  see(tree.times);
  for (const { node } of walk(tree)) see(node.times);
  return newest;
}

/** A node's times; what the image does not say is taken from what it says of the others, or is `fallback`. */
export function timestampsOf(times: FileTimes, fallback: bigint): FileTimestamps {
  const known = times.modified ?? times.created;
  const modified = known === undefined ? fallback : fileTime(known);
  const created = times.created === undefined ? modified : fileTime(times.created);
  const accessed = times.accessed === undefined ? modified : fileTime(times.accessed);
  return { created, modified, recordChanged: modified, accessed };
}
