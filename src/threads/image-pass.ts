/**
 * One pass over an image for its hashes and for deep verification: the bytes go through a ring that the threads of both
 * take them from. This is that ring, and how far deep verification has released it.
 */
import { MiB } from "../bytes/units.js";
import type { ImageWindow } from "../verification/wim/index.js";
import type { RingMemory, RingSize } from "./image-ring.js";
import { createImageRing, releaseRing } from "./image-ring.js";

/**
 * Room for a few ranges of every thread. A larger ring costs memory; with a smaller one, threads wait for each other where
 * blobs are large.
 */
const deepRingSize: RingSize = { slotSize: MiB, slotCount: 48 };

export type ImagePass = ImageWindow & {
  readonly memory: RingMemory;
  /** Deep verification's number among the takers; the hashes come before it. */
  readonly deepTaker: number;
};

/** A pass over the `size` bytes of the file at `path`, with that number of hashes. Bytes are kept until released. */
export function createImagePass(path: string, size: number, hashes: number, ring = deepRingSize): ImagePass {
  const memory = createImageRing(hashes + 1, ring);
  const { slotSize, slotCount } = ring;
  let released = 0;
  return {
    path,
    size,
    memory,
    deepTaker: hashes,
    // Ranges do not begin at slots, and a limit of half the ring leaves room for other threads.
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
