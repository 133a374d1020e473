/** The first pass: one run over the plan fills each block once, takes its fingerprint, and offers it to every target. */
import type { DiskPlan } from "../volumes/plan.js";
import { assemble, type Block } from "../extents/blocks.js";
import { createFingerprinter, fingerprintSize } from "../manifest/fingerprint.js";
import type { ManifestWriter } from "./manifest-writer.js";
import { Pending } from "../transfer/pending.js";
import { readAhead } from "../transfer/read-ahead.js";
import type { WrittenBlocks } from "./read-back.js";
import type { Ring } from "../transfer/ring.js";
import type { TargetRun } from "./target-run.js";

/** Node has four threads for files: two read the image while two write the target. */
const readsInFlight = 2;

type WritePassOptions = {
  readonly plan: DiskPlan;
  readonly bootBlock: Block;
  readonly blocks: readonly Block[];
  readonly ring: Ring;
  readonly runs: readonly TargetRun[];
  /** Keep what it takes to read back and compare, now and later: fingerprints, and the manifest on the target. */
  readonly verify: boolean;
  /** Closed by whoever started it. */
  readonly manifest: ManifestWriter | undefined;
  /** Throws when the write is to stop; asked before every block. */
  readonly checkpoint: () => void;
};

/**
 * Returns when every target has written everything or was given up. Rejects when the image cannot be read or the
 * checkpoint throws; nothing is in flight then either.
 */
export async function writePass(options: WritePassOptions): Promise<WrittenBlocks> {
  const { plan, bootBlock, blocks, ring, runs, verify, manifest, checkpoint } = options;
  const { extents } = plan;
  const fingerprint = createFingerprinter(extents);
  const fingerprints = new Uint8Array(verify ? blocks.length * fingerprintSize : 0);
  const bootBytes = new Uint8Array(bootBlock.length);
  await assemble(extents, bootBlock, bootBytes);
  const hashing = new Pending();
  const fill = (block: Block, bytes: Uint8Array): Promise<void> => assemble(extents, block, bytes);
  try {
    await manifest?.update(bootBlock, bootBytes);
    for await (const { block, index, bytes, slot } of readAhead(blocks, ring, readsInFlight, fill)) {
      await manifest?.place(block, bytes);
      const live = runs.filter((run) => run.failure === undefined);
      // Offered before it is hashed: the drives work while the processor does.
      const release = shared(live.length + 1, () => slot.release());
      for (const run of live) run.offer({ block, bytes, release });
      if (verify) fingerprints.set(fingerprint(block, bytes), index * fingerprintSize);
      hashing.add(manifest?.update(block, bytes) ?? Promise.resolve(), release);
      hashing.throwIfFailed();
      if (live.length === 0) break;
      checkpoint();
    }
  } catch (error) {
    for (const run of runs) run.fail(error);
    throw error;
  } finally {
    // What is still to be hashed is given up with it.
    await manifest?.close();
    await Promise.all([hashing.idle(), ...runs.map((run) => run.drained())]);
  }
  return { plan, blocks, bootBlock, bootBytes, fingerprint, fingerprints };
}

/** A function that calls `last` when it has been called `count` times. */
function shared(count: number, last: () => void): () => void {
  let left = count;
  return () => {
    left -= 1;
    if (left === 0) last();
  };
}
