/** The first pass: one run over the plan fills each block once, takes its fingerprint and offers it to every target. */
import type { DiskPlan } from "../layout/plan.js";
import { assemble, type Block } from "./blocks.js";
import { createContentHash, createFingerprinter, fingerprintSize } from "./fingerprint.js";
import { readAhead } from "./read-ahead.js";
import type { Written } from "./read-back.js";
import type { Ring } from "./ring.js";
import type { TargetRun } from "./target-run.js";
import { createManifestWriter } from "./unit-hasher.js";

/** Node has four threads for files: two read the image while two write the target. */
const readsInFlight = 2;

export type PassOptions = {
  readonly plan: DiskPlan;
  readonly bootBlock: Block;
  readonly blocks: readonly Block[];
  readonly ring: Ring;
  readonly runs: readonly TargetRun[];
  /** Keep what it takes to read back and compare. */
  readonly verify: boolean;
  /** Throws when the write is to stop; asked before every block. */
  readonly checkpoint: () => void;
};

/**
 * Returns when every target has written everything or was given up. Rejects when the image cannot be read or the
 * checkpoint throws; nothing is in flight then either.
 */
export async function writePass(options: PassOptions): Promise<Written> {
  const { plan, bootBlock, blocks, ring, runs, verify, checkpoint } = options;
  const { extents } = plan;
  const hash = verify ? undefined : createContentHash(plan.contentEnd);
  const fingerprint = createFingerprinter(extents);
  const fingerprints = new Uint8Array(verify ? blocks.length * fingerprintSize : 0);
  const manifest = createManifestWriter(plan);
  const bootBytes = new Uint8Array(bootBlock.length);
  await assemble(extents, bootBlock, bootBytes);
  hash?.update(bootBlock, bootBytes);
  manifest?.update(bootBlock, bootBytes);
  const fill = (block: Block, bytes: Uint8Array): Promise<void> => assemble(extents, block, bytes);
  try {
    for await (const { block, index, bytes, slot } of readAhead(blocks, ring, readsInFlight, fill)) {
      manifest?.place(block, bytes);
      const live = runs.filter((run) => run.failure === undefined);
      // Offered before it is hashed: the drives work while the processor does.
      const release = shared(live.length + 1, () => slot.release());
      for (const run of live) run.offer({ block, bytes, release });
      if (verify) fingerprints.set(fingerprint(block, bytes), index * fingerprintSize);
      hash?.update(block, bytes);
      manifest?.update(block, bytes);
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
  // With no target left the pass was cut short, and so is the hash.
  const whole = runs.some((run) => run.failure === undefined);
  const sha256 = whole ? hash?.digest() : undefined;
  return { plan, blocks, bootBlock, bootBytes, fingerprint, fingerprints, sha256 };
}

/** A function that calls `last` when it has been called `count` times. */
function shared(count: number, last: () => void): () => void {
  let left = count;
  return () => {
    left -= 1;
    if (left === 0) last();
  };
}
