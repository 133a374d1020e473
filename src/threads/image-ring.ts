/**
 * The ring that a file's bytes go through: slots in shared memory, and counters that tell how many of them were filled, and
 * how many each taker is done with. A slot is filled again when all are done with it, which bounds memory and keeps the
 * threads in step with the slowest. A hashing thread takes slot after slot. Deep verification is one taker with many
 * threads: each copies the range that it needs, and what all are done with is let go of for them.
 *
 * No thread is there for reading alone: where there is room and nobody else reads, a thread reads the next slot before it
 * takes one, unless half the ring is still before it. So a slow drive is asked without a pause, and where a file lies in
 * the system's cache and processors are what is waited for, the threads that are ahead read, and all share the work.
 */
import { MiB } from "../bytes/units.js";

/** Bytes a slot, and slots. */
export type RingSize = { readonly slotSize: number; readonly slotCount: number };

/**
 * Slots so large that a read and two wake-ups cost nothing beside them, and so few that they stay in the processor's cache
 * where all that takes from them is hashing.
 */
export const hashingRing: RingSize = { slotSize: MiB, slotCount: 12 };

/** Plain shared memory, so that it can be handed to threads. */
export type RingMemory = {
  readonly counters: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
  /** Bytes. */
  readonly slotSize: number;
};

/** Slots that were filled; 1 while a thread reads the next; how often anything changed; then a counter for each taker. */
export const ringCounter = { filled: 0, reading: 1, changes: 2, firstTaker: 3 } as const;

export function createImageRing(takers: number, { slotSize, slotCount }: RingSize): RingMemory {
  const counters = new SharedArrayBuffer((ringCounter.firstTaker + takers) * Int32Array.BYTES_PER_ELEMENT);
  return { counters, slots: new SharedArrayBuffer(slotCount * slotSize), slotSize };
}

/** Puts the bytes of the file from `offset` into a slot. */
type FillSlot = (offset: number, target: Uint8Array) => void;

/** One thread's view of the ring for a file of `length` bytes. */
class RingView {
  readonly counters: Int32Array;
  readonly #memory: RingMemory;
  readonly slotCount: number;
  readonly #length: number;
  /** Slots that the whole file takes. */
  readonly slotTotal: number;

  constructor(memory: RingMemory, length: number) {
    this.counters = new Int32Array(memory.counters);
    this.#memory = memory;
    this.slotCount = memory.slots.byteLength / memory.slotSize;
    this.#length = length;
    this.slotTotal = Math.ceil(length / memory.slotSize);
  }

  /** The bytes of the file that come at place `index`. */
  slot(index: number): Uint8Array {
    const { slots, slotSize } = this.#memory;
    const size = Math.min(slotSize, this.#length - index * slotSize);
    return new Uint8Array(slots, (index % this.slotCount) * slotSize, size);
  }

  /** Fills the next slot, unless another thread does, there is no room, or nothing is left; whether it did. */
  fillNext(fill: FillSlot): boolean {
    const { counters } = this;
    if (!this.#hasNext() || Atomics.compareExchange(counters, ringCounter.reading, 0, 1) !== 0) return false;
    // Another thread may have filled it meanwhile; from here on none does.
    const isNext = this.#hasNext();
    if (isNext) {
      const index = Atomics.load(counters, ringCounter.filled);
      fill(index * this.#memory.slotSize, this.slot(index));
      Atomics.add(counters, ringCounter.filled, 1);
      Atomics.notify(counters, ringCounter.filled);
    }
    Atomics.store(counters, ringCounter.reading, 0);
    announce(counters);
    return isNext;
  }

  #hasNext(): boolean {
    const { counters } = this;
    const index = Atomics.load(counters, ringCounter.filled);
    if (index >= this.slotTotal) return false;
    for (let taker: number = ringCounter.firstTaker; taker < counters.length; taker += 1) {
      if (index - Atomics.load(counters, taker) >= this.slotCount) return false;
    }
    return true;
  }
}

/** Wakes the threads that found nothing to do. */
function announce(counters: Int32Array): void {
  Atomics.add(counters, ringCounter.changes, 1);
  Atomics.notify(counters, ringCounter.changes);
}

/**
 * Takes `length` bytes in order as the taker of that number, counted from 0, and reads where it is this thread's turn.
 * Blocks this thread.
 */
export function takeFromRing(
  memory: RingMemory,
  taker: number,
  length: number,
  fill: FillSlot,
  take: (offset: number, bytes: Uint8Array) => void,
): void {
  const ring = new RingView(memory, length);
  const { counters } = ring;
  for (let index = 0; index < ring.slotTotal;) {
    const changes = Atomics.load(counters, ringCounter.changes);
    const before = Atomics.load(counters, ringCounter.filled) - index;
    if (before <= ring.slotCount / 2 && ring.fillNext(fill)) continue;
    if (before > 0) {
      take(index * memory.slotSize, ring.slot(index));
      index += 1;
      Atomics.store(counters, ringCounter.firstTaker + taker, index);
      announce(counters);
      continue;
    }
    Atomics.wait(counters, ringCounter.changes, changes);
  }
}

/** Fills `target` with what lies from `offset` on, as a part of the taker of that number. Blocks this thread. */
export function copyFromRing(memory: RingMemory, taker: number, offset: number, target: Uint8Array): void {
  const ring = new RingView(memory, offset + target.length);
  const { counters } = ring;
  const { slotSize } = memory;
  const first = Math.floor(offset / slotSize);
  for (let index = first, done = 0; done < target.length; index += 1) {
    waitUntilFilled(counters, index);
    const start = offset + done - index * slotSize;
    const bytes = ring.slot(index).subarray(start);
    target.set(bytes, done);
    done += bytes.length;
  }
  // Whoever lets go of bytes that are still taken would have other bytes verified in their place.
  if (Atomics.load(counters, ringCounter.firstTaker + taker) > first) {
    throw new RangeError(`the bytes at ${offset} were let go of`);
  }
}

function waitUntilFilled(counters: Int32Array, index: number): void {
  for (let filled = Atomics.load(counters, ringCounter.filled); filled <= index;) {
    Atomics.wait(counters, ringCounter.filled, filled);
    filled = Atomics.load(counters, ringCounter.filled);
  }
}

/** The taker of that number is done with the first `slots` slots; less than before changes nothing. */
export function releaseRing(memory: RingMemory, taker: number, slots: number): void {
  const counters = new Int32Array(memory.counters);
  if (Atomics.load(counters, ringCounter.firstTaker + taker) >= slots) return;
  Atomics.store(counters, ringCounter.firstTaker + taker, slots);
  announce(counters);
}
