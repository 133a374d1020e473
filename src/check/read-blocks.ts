/** One pass over a target: blocks in ascending order, each read or found unreadable. */
import { MiB } from "../bytes/units.js";
import type { DriveReader } from "../drive/drive-reader.js";
import { requireTransferUnit } from "../drive/transfer-unit.js";
import type { Extent } from "../extents/extent.js";
import { blocksOf, type Block } from "../extents/blocks.js";
import { couldRead } from "../transfer/could-read.js";
import { readAhead } from "../transfer/read-ahead.js";
import { createRing } from "../transfer/ring.js";

/** Bytes: small enough to tell where a medium cannot be read, large enough for its full speed. */
export const blockSize = MiB;
export const readsInFlight = 4;
/** A drive retries for seconds before it reports an error; after this many errors the rest counts as unreadable. */
const mostFailures = 16;

type ReadBlocksOptions = {
  readonly reader: DriveReader;
  readonly blocks: readonly Block[];
  /** Called before a block is read; its failures end the pass. */
  readonly prepare?: (block: Block) => Promise<void>;
  readonly take: (block: Block, bytes: Uint8Array) => void;
  /** Behind the target's end, or the medium gives an error. */
  readonly lost: (block: Block, reason: "missing" | "unreadable") => void;
  /** Called with the length of each block; may throw to stop. */
  readonly advanced: (bytes: number) => void;
};

/** The blocks of `extents` for `reader`. Throws `target-unsupported` for units that no drive has. */
export function blocksFor(reader: DriveReader, extents: readonly Extent[], diskSize: number): Block[] {
  requireTransferUnit(reader);
  const { alignment, size } = reader;
  return blocksOf(extents, { unit: alignment, blockSize, diskEnd: Math.max(size, diskSize) });
}

export async function readBlocks(options: ReadBlocksOptions): Promise<void> {
  const { reader, blocks, prepare, take, lost, advanced } = options;
  const ring = createRing(readsInFlight, blockSize);
  const unread = new Map<Block, "missing" | "unreadable">();
  let failures = 0;
  const fill = async (block: Block, bytes: Uint8Array): Promise<void> => {
    await prepare?.(block);
    if (block.offset + block.length > reader.size) unread.set(block, "missing");
    else if (failures >= mostFailures || !(await couldRead(reader, block.offset, bytes))) {
      failures += 1;
      unread.set(block, "unreadable");
    }
  };
  for await (const { block, bytes, slot } of readAhead(blocks, ring, readsInFlight, fill)) {
    try {
      const reason = unread.get(block);
      if (reason === undefined) take(block, bytes);
      else lost(block, reason);
      unread.delete(block);
    } finally {
      slot.release();
    }
    advanced(block.length);
  }
}
