/**
 * One pass over an image for its hashes, for deep verification and for a write: the bytes go through a ring that the
 * threads of the first two take them from, and the calling thread for the third. This is that ring, and how far deep
 * verification has released it.
 */
import { MiB } from "../bytes/units.js";
import type { ImageWindow } from "../verification/wim/index.js";
import type { RingMemory, RingSize } from "./image-ring.js";
import { createImageRing, releaseRing } from "./image-ring.js";
import { PassReader } from "./pass-reader.js";

/**
 * Room for a few ranges of every thread. A larger ring costs memory; with a smaller one, threads wait for each other where
 * blobs are large.
 */
const deepRingSize: RingSize = { slotSize: MiB, slotCount: 48 };

export type ImagePass = ImageWindow & {
  readonly memory: RingMemory;
  /** Deep verification's number among the takers; the hashes come before it. */
  readonly deepTaker: number;
  /** For the calling thread, where it takes bytes too. */
  readonly reader: PassReader | undefined;
};

type PassOptions = {
  readonly ring?: RingSize | undefined;
  /** Whether the calling thread takes all bytes too: they are kept until its reader has released them. */
  readonly hasReader?: boolean | undefined;
};

/** A pass over the `size` bytes of the file at `path`, with that number of hashes. Bytes are kept until released. */
export function createImagePass(
  path: string,
  size: number,
  hashes: number,
  { ring = deepRingSize, hasReader = false }: PassOptions = {},
): ImagePass {
  const memory = createImageRing(hashes + (hasReader ? 2 : 1), ring);
  const { slotSize, slotCount } = ring;
  let released = 0;
  return {
    path,
    size,
    memory,
    deepTaker: hashes,
    reader: hasReader ? new PassReader(memory, hashes + 1, size) : undefined,
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
