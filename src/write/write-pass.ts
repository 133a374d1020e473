/** The first pass: fills each block of the plan once, computes its fingerprint, and offers it to every target. */
import type { DiskPlan } from "../volumes/plan.js";
import { assemble, type Block } from "../extents/blocks.js";
import { createFingerprinter, fingerprintSize } from "../manifest/fingerprint.js";
import type { ContentHash } from "./content-hash.js";
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
  /** Compute fingerprints, with which the blocks are compared when they are read back. */
  readonly verify: boolean;
  /** Closed by its creator. */
  readonly manifest: ManifestWriter | undefined;
  /** Of what is written, where nothing is read back. Closed by its creator. */
  readonly content: ContentHash | undefined;
  /** Called before every block; throws when the write is to stop. */
  readonly checkpoint: () => void;
};

/**
 * Resolves when every target has written everything or failed. Rejects when the image cannot be read or the checkpoint
 * throws. In either case no transfer is in flight afterwards.
 */
export async function writePass(options: WritePassOptions): Promise<WrittenBlocks> {
  const { plan, bootBlock, blocks, ring, runs, verify, manifest, content, checkpoint } = options;
  const { extents } = plan;
  const fingerprint = createFingerprinter(extents);
  const fingerprints = new Uint8Array(verify ? blocks.length * fingerprintSize : 0);
  const bootBytes = new Uint8Array(bootBlock.length);
  await assemble(extents, bootBlock, bootBytes);
  const hashing = new Pending();
  const fill = (block: Block, bytes: Uint8Array): Promise<void> => assemble(extents, block, bytes);
  try {
    await manifest?.update(bootBlock, bootBytes);
    await content?.offer(bootBlock, bootBytes);
    // Whoever takes bytes in their order alone gets it at its place.
    const inOrder = runs.filter((run) => run.writer.sequential === true);
    for (const run of inOrder) run.offer({ block: bootBlock, bytes: bootBytes, release: () => undefined });
    for await (const { block, index, bytes, slot } of readAhead(blocks, ring, readsInFlight, fill)) {
      await manifest?.place(block, bytes);
      const live = runs.filter((run) => run.failure === undefined);
      // Offered before it is hashed, so that drives and processor work at the same time.
      const release = shared(live.length + 1, () => slot.release());
      for (const run of live) run.offer({ block, bytes, release });
      if (verify) fingerprints.set(fingerprint(block, bytes), index * fingerprintSize);
      hashing.add(hashAll(block, bytes, manifest, content), release);
      hashing.throwIfFailed();
      if (live.length === 0) break;
      checkpoint();
    }
  } catch (error) {
    for (const run of runs) run.fail(error);
    throw error;
  } finally {
    // This also ends the hashing that is still queued.
    await manifest?.close();
    await Promise.all([hashing.idle(), ...runs.map((run) => run.drained())]);
  }
  return { plan, blocks, bootBlock, bootBytes, fingerprint, fingerprints };
}

async function hashAll(
  block: Block,
  bytes: Uint8Array,
  manifest: ManifestWriter | undefined,
  content: ContentHash | undefined,
): Promise<void> {
  await Promise.all([manifest?.update(block, bytes), content?.offer(block, bytes)]);
}

/** A function whose call number `count` calls `last`. */
function shared(count: number, last: () => void): () => void {
  let left = count;
  return () => {
    left -= 1;
    if (left === 0) last();
  };
}
