/** The first pass: one run over the plan fills each block once, fingerprints it and offers it to every target. */
import type { DiskPlan } from "../layout/plan.js";
import { assemble, type Block } from "./blocks.js";
import { blockChecksum, createContentHash } from "./fingerprint.js";
import { readAhead } from "./read-ahead.js";
import type { Written } from "./read-back.js";
import type { Ring } from "./ring.js";
import type { TargetRun } from "./target-run.js";

/** Node has four threads for files: two read the image while two write the target. */
const readsInFlight = 2;

export type PassOptions = {
  readonly plan: DiskPlan;
  readonly bootBlock: Block;
  readonly blocks: readonly Block[];
  readonly ring: Ring;
  readonly runs: readonly TargetRun[];
  /** Throws when the write is to stop; asked before every block. */
  readonly checkpoint: () => void;
};

/**
 * Returns when every target has written everything or was given up, with what it takes to compare. Rejects when the
 * image cannot be read or the checkpoint throws; nothing is in flight then either.
 */
export async function writePass({ plan, bootBlock, blocks, ring, runs, checkpoint }: PassOptions): Promise<Written> {
  const { extents } = plan;
  const hash = createContentHash(plan.contentEnd);
  const checksums = new Uint32Array(blocks.length);
  const bootBytes = new Uint8Array(bootBlock.length);
  await assemble(extents, bootBlock, bootBytes);
  hash.update(bootBlock, bootBytes);
  const fill = (block: Block, bytes: Uint8Array): Promise<void> => assemble(extents, block, bytes);
  try {
    for await (const { block, index, bytes, slot } of readAhead(blocks, ring, readsInFlight, fill)) {
      const live = runs.filter((run) => run.failure === undefined);
      // Offered before it is hashed: the drives work while the processor does.
      const release = shared(live.length + 1, () => slot.release());
      for (const run of live) run.offer({ block, bytes, release });
      checksums[index] = blockChecksum(extents, block, bytes);
      hash.update(block, bytes);
      release();
      if (live.length === 0) break;
      checkpoint();
    }
  } catch (error) {
    for (const run of runs) run.fail(error);
    throw error;
  } finally {
    await Promise.all(runs.map((run) => run.drained()));
  }
  // With no target left there is nobody to compare with, and the hash is not whole.
  const sha256 = runs.some((run) => run.failure === undefined) ? hash.digest() : "";
  return { plan, blocks, checksums, bootBlock, bootBytes, sha256 };
}

/** A function that calls `last` when it has been called `count` times. */
function shared(count: number, last: () => void): () => void {
  let left = count;
  return () => {
    left -= 1;
    if (left === 0) last();
  };
}
