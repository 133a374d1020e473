/** FILETIME: hundreds of nanoseconds since 1601-01-01T00:00:00Z, in UTC ([MS-DTYP] 2.3.3). */

const ticksPerMs = 10_000;
/** Milliseconds from 1601-01-01 to 1970-01-01. */
const epochOffsetMs = 11_644_473_600_000;
/** Drivers take the number for a signed one. */
const latest = 2n ** 63n - 1n;

/** The first instant that a FILETIME can tell, in milliseconds since 1970. */
export const earliestFileTime = -epochOffsetMs;

/** An instant in milliseconds since 1970; what lies before 1601 becomes 1601, fractions are kept to 100 ns. */
export function fileTime(instant: number): bigint {
  const wholeMs = Math.floor(instant);
  const ticks = Math.floor((instant - wholeMs) * ticksPerMs);
  const sinceEpoch = wholeMs + epochOffsetMs;
  if (sinceEpoch < 0) return 0n;
  const time = BigInt(sinceEpoch) * BigInt(ticksPerMs) + BigInt(ticks);
  return time > latest ? latest : time;
}

/** A FILETIME in whole milliseconds since 1970. */
export function millisecondsOf(time: bigint): number {
  return Number(time / BigInt(ticksPerMs)) - epochOffsetMs;
}
