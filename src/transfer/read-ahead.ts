/** Yields blocks in order while the next ones are being read, so that reading and writing overlap. */
import type { Block } from "../extents/blocks.js";
import type { Ring, Slot } from "./ring.js";
import { keepsMemory } from "./watched-writer.js";

/** A block that was read; its consumer releases the slot. */
type FilledBlock = {
  readonly block: Block;
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly slot: Slot;
};

/**
 * Yields `blocks` in order, each filled by `fill`, with at most `depth` fills at a time. When the consumer stops early
 * or a fill fails, the fills in progress are awaited, because their buffers may not be reused before they end. A fill
 * that was abandoned keeps its buffer.
 */
export async function* readAhead(
  blocks: readonly Block[],
  ring: Ring,
  depth: number,
  fill: (block: Block, bytes: Uint8Array) => Promise<void>,
): AsyncGenerator<FilledBlock, void, void> {
  const pending: Promise<FilledBlock>[] = [];
  let next = 0;
  const start = async (index: number): Promise<FilledBlock> => {
    const block = blocks[index]!;
    const slot = await ring.acquire();
    const bytes = slot.bytes.subarray(0, block.length);
    try {
      await fill(block, bytes);
    } catch (error) {
      if (!keepsMemory(error)) slot.release();
      throw error;
    }
    return { block, index, bytes, slot };
  };
  try {
    while (next < blocks.length || pending.length > 0) {
      while (pending.length < depth && next < blocks.length) {
        const started = start(next);
        // A failure is thrown when its block is due; until then it must not count as an unhandled rejection.
        started.catch(() => undefined);
        pending.push(started);
        next += 1;
      }
      yield await pending.shift()!;
    }
  } finally {
    for (const outcome of await Promise.allSettled(pending)) {
      if (outcome.status === "fulfilled") outcome.value.slot.release();
    }
  }
}
