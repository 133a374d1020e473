/** Finding a blob by its SHA-1. Sorted instead of hashed: a hostile table may choose its hashes so that hashing is slow. */

import { sha1Length } from "../../wim/sha1.js";

/** Blobs in ascending order of their hashes, each once; a blob's place is its id. Plain data for other threads. */
export type BlobTable = {
  /** 20 bytes a blob. */
  readonly hashes: Uint8Array;
  /** Bytes of content. */
  readonly sizes: Float64Array;
};

/** Negative, 0 or positive, as the hash at `a[at]` sorts before, equal to or behind the one at `b[bt]`. */
export function compareHashes(a: Uint8Array, at: number, b: Uint8Array, bt: number): number {
  for (let index = 0; index < sha1Length; index += 1) {
    const difference = a[at + index]! - b[bt + index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The id of the blob whose hash is at `data[offset]`; negative where there is none. */
export function findBlob(table: BlobTable, data: Uint8Array, offset: number): number {
  let low = 0;
  let high = table.sizes.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compareHashes(table.hashes, middle * sha1Length, data, offset);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
