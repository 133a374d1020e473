/**
 * One pass over an image for its hashes and for deep verification: what is read fills a ring, and the threads of
 * both take from it. This is the memory that they share, and what deep verification lets go of.
 */
import { MiB } from "../bytes/units.js";
import type { ImageWindow } from "../verification/wim/index.js";
import type { RingMemory, RingSize } from "./image-ring.js";
import { createImageRing, releaseRing } from "./image-ring.js";

/**
 * Room for a few ranges of every thread. A larger one costs memory; in a smaller one threads wait for each other where
 * blobs are large.
 */
const deepRingSize: RingSize = { slotSize: MiB, slotCount: 48 };

export type ImagePass = ImageWindow & {
  readonly memory: RingMemory;
  /** Deep verification's number among the takers; the hashes come before it. */
  readonly deepTaker: number;
};

/** A pass over the `size` bytes of the file at `path`, with so many hashes. Bytes are held until they are released. */
export function createImagePass(path: string, size: number, hashes: number, ring = deepRingSize): ImagePass {
  const memory = createImageRing(hashes + 1, ring);
  const { slotSize, slotCount } = ring;
  let released = 0;
  return {
    path,
    size,
    memory,
    deepTaker: hashes,
    // Slots do not begin where ranges do, and what is half as long leaves room for other threads.
    rangeLimit: (slotSize * slotCount) / 2,
    get released() {
      return released;
    },
    release(offset) {
      released = Math.max(released, Math.min(offset, size));
      const slots = released === size ? Math.ceil(size / slotSize) : Math.floor(released / slotSize);
      releaseRing(memory, hashes, slots);
    },
  };
}
