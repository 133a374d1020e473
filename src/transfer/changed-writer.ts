/**
 * Writes only what differs: a block is read from the drive first, and only the granules in it that differ are written.
 * Flash is read several times faster than it is written, and writing wears it out. Traps: granules lie at multiples of
 * their size on the drive, not in the block, so that one changed byte costs one granule; and a drive that cannot read a
 * block may still be able to write it, so a failed read is no failed write.
 */
import { KiB, MiB } from "../bytes/units.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import { changedRanges } from "../extents/changed-ranges.js";
import { couldRead } from "./could-read.js";
import { createRing, type Ring } from "./ring.js";

/** Bytes: the cluster size of common file systems, and of older flash pages. A smaller unit would only add transfers. */
const granuleSize = 4 * KiB;

export type ChangedWriter = {
  /** Makes the drive hold `wanted` at `offset`; returns the bytes that had to be written for it. */
  write(offset: number, wanted: Uint8Array): Promise<number>;
};

/** `largest` is the longest transfer, in bytes; `inFlight` of them may run at the same time. */
export function createChangedWriter(writer: DriveWriter, largest: number, inFlight: number): ChangedWriter {
  const granule = Math.max(granuleSize, writer.alignment);
  let ring: Ring | undefined;
  return {
    async write(offset, wanted) {
      ring ??= createRing(inFlight, Math.ceil(largest / MiB) * MiB);
      const slot = await ring.acquire();
      try {
        const found = slot.bytes.subarray(0, wanted.length);
        // A sector that can no longer be read is rewritten: many drives then replace it with a spare one.
        const ranges = (await couldRead(writer, offset, found))
          ? changedRanges(offset, found, wanted, granule)
          : [{ start: offset, end: offset + wanted.length }];
        let written = 0;
        for (const { start, end } of ranges) {
          await writer.write(start, wanted.subarray(start - offset, end - offset));
          written += end - start;
        }
        return written;
      } finally {
        slot.release();
      }
    },
  };
}
