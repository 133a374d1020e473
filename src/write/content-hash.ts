/**
 * The SHA-256 of what was written, computed while it is read back. Blocks that match their fingerprints are the same on
 * every target, so one hash serves all of them: each block is hashed from the target that is first to have read it.
 */
import type { Block } from "../extents/blocks.js";
import { startWrittenHasher } from "../threads/index.js";

export type ContentHash = {
  /** Rejects where no hashing can begin. */
  ready(): Promise<void>;
  /** Blocks of one target come in ascending order; resolves when the memory may be used again. */
  offer(block: Block, bytes: Uint8Array): Promise<void>;
  /** Hexadecimal, once a target has offered everything. */
  digest(): Promise<string>;
  /** Must always be called. */
  close(): Promise<void>;
};

const nothing = async (): Promise<void> => undefined;

/** Where it is known already, because only parts of the content are written and read back. */
export function knownContentHash(sha256: string): ContentHash {
  return { ready: nothing, offer: nothing, digest: async () => sha256, close: nothing };
}

/** For the content of `[0, contentEnd)`, which the plan covers without a gap. */
export function startContentHash(contentEnd: number): ContentHash {
  const hasher = startWrittenHasher({ kind: "content", end: contentEnd }, contentEnd);
  let offered = 0;
  return {
    ready: () => hasher.ready(),
    async offer(block, bytes) {
      // Behind the content, or hashed from another target already.
      if (block.offset !== offered || block.offset >= contentEnd) return;
      offered += Math.min(block.length, contentEnd - block.offset);
      await hasher.update(block.offset, bytes);
    },
    digest: async () => Buffer.from(await hasher.digest()).toString("hex"),
    close: () => hasher.close(),
  };
}
