/** The second pass: what is read back from a target is compared with the fingerprints of the first pass. */
import type { DriveWriter } from "../drive/drive-writer.js";
import { Win7UsbError } from "../errors.js";
import type { DiskPlan } from "../volumes/plan.js";
import { assemble, piecesOf, type Block } from "../extents/blocks.js";
import type { ContentHash } from "./content-hash.js";
import { fingerprintSize, type Fingerprinter } from "../manifest/fingerprint.js";
import { Pending } from "../transfer/pending.js";
import { readAhead } from "../transfer/read-ahead.js";
import type { Ring } from "../transfer/ring.js";

/** Two keep the drive reading while the previous block is compared. */
const readsInFlight = 2;

export type WrittenBlocks = {
  readonly plan: DiskPlan;
  /** Without the boot block, which is not there yet. */
  readonly blocks: readonly Block[];
  readonly bootBlock: Block;
  readonly bootBytes: Uint8Array;
  readonly fingerprint: Fingerprinter;
  /** Concatenated, in the order of `blocks`; empty where nothing is to be read back. */
  readonly fingerprints: Uint8Array;
};

type ReadBackOptions = {
  readonly writer: DriveWriter;
  readonly written: WrittenBlocks;
  readonly ring: Ring;
  /** Has been given the boot block already. */
  readonly hash: ContentHash;
  /** Called with the length of each block; may throw to stop. */
  readonly advanced: (bytes: number) => void;
};

/** Compares and hashes everything but the boot block. Throws `verify-failed` at the first difference. */
export async function readBack({ writer, written, ring, hash, advanced }: ReadBackOptions): Promise<void> {
  const { plan, blocks, fingerprint, fingerprints } = written;
  const hashing = new Pending();
  const read = (block: Block, bytes: Uint8Array): Promise<void> => writer.read(block.offset, bytes);
  try {
    for await (const { block, index, bytes, slot } of readAhead(blocks, ring, readsInFlight, read)) {
      const expected = fingerprints.subarray(index * fingerprintSize, (index + 1) * fingerprintSize);
      if (Buffer.compare(fingerprint(block, bytes), expected) !== 0) {
        const found = new Uint8Array(bytes);
        slot.release();
        throw await differenceError(writer, plan, block, found);
      }
      hashing.add(hash.offer(block, bytes), () => slot.release());
      hashing.throwIfFailed();
      advanced(block.length);
    }
  } finally {
    await hashing.idle();
  }
  hashing.throwIfFailed();
}

const brokenDriveHint =
  "The drive does not keep what is written to it: try another port, and if it happens again another drive.";

async function differenceError(
  writer: DriveWriter,
  plan: DiskPlan,
  block: Block,
  found: Uint8Array,
): Promise<Win7UsbError> {
  const difference = await locate(plan, block, found);
  const path = fileAt(plan, difference.offset);
  const owner = path === null ? "in the file system's own structures" : `in ${path}`;
  return new Win7UsbError(
    "verify-failed",
    `${writer.path} reads back differently than it was written at byte ${difference.offset}, ${owner}`,
    { hint: brokenDriveHint, data: { target: writer.path, path, ...difference } },
  );
}

/** From the first to the last differing byte of the block; the whole block where the image cannot be read again. */
async function locate(plan: DiskPlan, block: Block, found: Uint8Array): Promise<{ offset: number; length: number }> {
  // Not a slot of the ring: with many targets, others that wait here may hold all of them.
  const expected = new Uint8Array(block.length);
  const whole = { offset: block.offset, length: block.length };
  try {
    await assemble(plan.extents, block, expected);
  } catch (error) {
    // The difference is known without the image, only less exactly.
    if (error instanceof Win7UsbError) return whole;
    throw error;
  }
  let first = -1;
  let last = -1;
  for (const { start, end, extent } of piecesOf(plan.extents, block)) {
    // The manifest is not in the plan: where nothing else differs, the whole block is named.
    if (extent.source.kind === "manifest") continue;
    for (let index = start - block.offset; index < end - block.offset; index += 1) {
      if (expected[index] === found[index]) continue;
      if (first < 0) first = index;
      last = index;
    }
  }
  return first < 0 ? whole : { offset: block.offset + first, length: last - first + 1 };
}

/** The file that the byte at `offset` of the disk belongs to. */
function fileAt(plan: DiskPlan, offset: number): string | null {
  for (const { path, runs } of plan.files) {
    if (runs.some((run) => run.offset <= offset && offset < run.offset + run.length)) return path;
  }
  return null;
}
