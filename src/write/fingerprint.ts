/**
 * What was written, in short: one SHA-256 of the content for strength, and a CRC-32 a block so that a difference is
 * found where it is. Both are taken in the pass that writes and again in the pass that reads back. CRC-32 costs a
 * third of SHA-256 here and misses one random change in 2^32 a block; what it misses, the SHA-256 does not.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Extent } from "../layout/plan.js";
import { piecesOf, type Block } from "./blocks.js";

/** CRC-32 of the bytes of `block` that the plan covers. */
export function blockChecksum(extents: readonly Extent[], block: Block, bytes: Uint8Array): number {
  if (!block.partial) return crc32(bytes);
  let value = 0;
  for (const { start, end } of piecesOf(extents, block)) {
    value = crc32(bytes.subarray(start - block.offset, end - block.offset), value);
  }
  return value;
}

export type ContentHash = {
  /** Blocks come in ascending order; what lies at or behind `contentEnd` is not hashed. */
  update(block: Block, bytes: Uint8Array): void;
  /** Hexadecimal; ends the hash. */
  digest(): string;
};

/** SHA-256 of `[0, contentEnd)`, which the plan covers without a gap. */
export function createContentHash(contentEnd: number): ContentHash {
  const hash = createHash("sha256");
  let hashed = 0;
  return {
    update(block, bytes) {
      const count = Math.min(block.length, contentEnd - block.offset);
      if (count <= 0) return;
      if (block.offset !== hashed) throw new Error(`the content has a gap at byte ${hashed} of ${contentEnd}`);
      hash.update(bytes.subarray(0, count));
      hashed += count;
    },
    digest() {
      if (hashed !== contentEnd) throw new Error(`${hashed} bytes of content were hashed, expected ${contentEnd}`);
      return hash.digest("hex");
    },
  };
}

/** Whether all of `bytes` are zero; told at the first byte that is not, at memcmp's speed otherwise. */
export function isAllZeros(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  // The first byte is zero, and every byte equals the one before it.
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return all[0] === 0 && all.subarray(1).equals(all.subarray(0, -1));
}
