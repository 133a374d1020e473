/** What the thread that serves a faulty file is told and tells, in memory that both see. */

export type ServerData = {
  /** Path of the Unix socket. */
  readonly socket: string;
  readonly medium: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  /** One byte for each sector of `sectorSize`: not 0 where it cannot be read. */
  readonly scratches: SharedArrayBuffer;
  /** Behind `capacity`, writes go nowhere, or to the beginning again. */
  readonly fake?: { readonly capacity: number; readonly kind: "limbo" | "wraparound" };
};

/** Bytes of a sector of a disc. */
export const sectorSize = 2048;

/** Places in the control memory, in 32-bit words: what is asked of the thread, then what it tells. */
export const words = {
  operation: 0,
  from: 1,
  last: 2,
  every: 3,
  kind: 4,
  delayMs: 5,
  /** Counts, by operation. */
  counts: 8,
  /** Operations in their order: how many, and from the next word on the operation, with `hitMark` where it was hit. */
  logLength: 15,
  log: 16,
} as const;
export const logCapacity = 65_536;
export const hitMark = 8;
export const operations = ["read", "write", "flush"] as const;
/** In the place of an operation: whichever comes. */
export const anyOperation = operations.length;
export const kinds = ["EIO", "ENOSPC", "corrupt"] as const;

/** One byte for each of these behind the log says whether it was written. */
export const chunkSize = 65_536;
export const writtenAt = 4 * (words.log + logCapacity);

/** Place of the byte in an operation that `corrupt` changes, and what it becomes. */
export const corruptedByte = 77;
export const corruptedValue = 0xa7;

/** Bytes of the control memory for a medium of that size. */
export function controlSize(mediumSize: number): number {
  return writtenAt + Math.ceil(mediumSize / chunkSize);
}
