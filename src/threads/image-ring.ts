/**
 * The ring that a file's bytes go through: slots in shared memory, with counters of how many slots were filled and how many
 * each taker has finished. A slot is reused when all takers have finished it, which bounds memory and keeps the threads in
 * step with the slowest. A hashing thread takes every slot in order. Deep verification is one taker with many threads: each
 * copies the range that it needs, and slots are released when none of them needs them any more.
 *
 * No thread only reads. Where there is room and no other thread is reading, a thread reads the next slot before it takes
 * one, unless half the ring is still ahead of it. So a slow drive is read without pauses; and where the file is in the
 * system's cache and processors are the limit, the threads that are ahead do the reading, so that all share the work.
 */
import { MiB } from "../bytes/units.js";

/** Bytes of a slot, and number of slots. */
export type RingSize = { readonly slotSize: number; readonly slotCount: number };

/**
 * Slots so large that the cost of a read and two wake-ups does not matter, and so few that they stay in the processor's
 * cache.
 */
export const hashingRing: RingSize = { slotSize: MiB, slotCount: 12 };

/** Shared memory, which can be sent to threads. */
export type RingMemory = {
  readonly counters: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
  /** Bytes. */
  readonly slotSize: number;
};

/** Counters: slots filled; 1 while a thread reads the next one; number of changes; then slots finished by each taker. */
export const ringCounter = { filled: 0, reading: 1, changes: 2, firstTaker: 3 } as const;

export function createImageRing(takers: number, { slotSize, slotCount }: RingSize): RingMemory {
  const counters = new SharedArrayBuffer((ringCounter.firstTaker + takers) * Int32Array.BYTES_PER_ELEMENT);
  return { counters, slots: new SharedArrayBuffer(slotCount * slotSize), slotSize };
}

/** Puts the bytes of the file from `offset` into a slot. */
type FillSlot = (offset: number, target: Uint8Array) => void;

/** One thread's view of the ring for a file of `length` bytes. */
export class RingView {
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

  /** Fills the next slot, unless another thread does, there is no room, or nothing is left. Returns whether it did. */
  fillNext(fill: FillSlot): boolean {
    const { counters } = this;
    if (!this.#hasNext() || Atomics.compareExchange(counters, ringCounter.reading, 0, 1) !== 0) return false;
    // Another thread may have filled it before the exchange; from here on none can.
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

/** Wakes the threads that wait for a change. */
function announce(counters: Int32Array): void {
  Atomics.add(counters, ringCounter.changes, 1);
  Atomics.notify(counters, ringCounter.changes);
}

/**
 * Takes `length` bytes in order as taker number `taker`, counted from 0, and reads when it is this thread's turn. Blocks
 * this thread.
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

/** Copies bytes from `offset` into `target`, as one thread of taker number `taker`. Blocks this thread. */
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
  // If the slots were released too early, other bytes may have been copied.
  if (Atomics.load(counters, ringCounter.firstTaker + taker) > first) {
    throw new RangeError(`the bytes at ${offset} were released too early`);
  }
}

function waitUntilFilled(counters: Int32Array, index: number): void {
  for (let filled = Atomics.load(counters, ringCounter.filled); filled <= index;) {
    Atomics.wait(counters, ringCounter.filled, filled);
    filled = Atomics.load(counters, ringCounter.filled);
  }
}

/** Taker number `taker` has finished the first `slots` slots; a smaller number than before changes nothing. */
export function releaseRing(memory: RingMemory, taker: number, slots: number): void {
  const counters = new Int32Array(memory.counters);
  if (Atomics.load(counters, ringCounter.firstTaker + taker) >= slots) return;
  Atomics.store(counters, ringCounter.firstTaker + taker, slots);
  announce(counters);
}
