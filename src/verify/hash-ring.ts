/**
 * The ring that a file's bytes go through from the thread that reads to those that take them: slots in shared memory, and
 * counters that tell how many of them were filled, and how many each taker is done with. A slot is filled again when all
 * are done with it, which bounds memory and keeps the threads in step with the slowest. A hashing thread takes slot after
 * slot. Deep verification is one taker with many threads: each copies the range that it needs, and what all are done with
 * is let go of for them.
 */
import { MiB } from "../bytes/units.js";

/** Bytes a slot, and slots. */
export type RingSize = { readonly slotSize: number; readonly slotCount: number };

/**
 * Slots so large that a read and two wake-ups cost nothing beside them, and so few that they stay in the processor's cache
 * where all that takes from them is hashing.
 */
export const hashRingSize: RingSize = { slotSize: MiB, slotCount: 12 };

/** Plain shared memory, so that it can be handed to threads. */
export type RingMemory = {
  readonly counters: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
  /** Bytes. */
  readonly slotSize: number;
};

export function createRingMemory(takers: number, { slotSize, slotCount }: RingSize): RingMemory {
  const counters = new SharedArrayBuffer((1 + takers) * Int32Array.BYTES_PER_ELEMENT);
  return { counters, slots: new SharedArrayBuffer(slotCount * slotSize), slotSize };
}

const filledCounter = 0;

function slotCountOf({ slots, slotSize }: RingMemory): number {
  return slots.byteLength / slotSize;
}

/** Bytes of the slot that comes at place `index`. */
function slotBytes(memory: RingMemory, index: number, start: number, length: number): Uint8Array {
  return new Uint8Array(memory.slots, (index % slotCountOf(memory)) * memory.slotSize + start, length);
}

/** Blocks this thread while `counter` is below `wanted`. */
function waitFor(counters: Int32Array, counter: number, wanted: number): void {
  for (let value = Atomics.load(counters, counter); value < wanted; value = Atomics.load(counters, counter)) {
    Atomics.wait(counters, counter, value);
  }
}

function advance(counters: Int32Array, counter: number): void {
  Atomics.add(counters, counter, 1);
  Atomics.notify(counters, counter);
}

/** Fills slots with `length` bytes in order; `fill` puts the bytes from `offset` into a slot. Blocks this thread. */
export function fillRing(memory: RingMemory, length: number, fill: (offset: number, target: Uint8Array) => void): void {
  const counters = new Int32Array(memory.counters);
  const slotCount = slotCountOf(memory);
  const { slotSize } = memory;
  for (let index = 0; index * slotSize < length; index += 1) {
    for (let taker = 1; taker < counters.length; taker += 1) waitFor(counters, taker, index - slotCount + 1);
    const offset = index * slotSize;
    fill(offset, slotBytes(memory, index, 0, Math.min(slotSize, length - offset)));
    advance(counters, filledCounter);
  }
}

/** Takes `length` bytes in order as the taker of that number, counted from 0. Blocks this thread. */
export function takeRing(
  memory: RingMemory,
  taker: number,
  length: number,
  take: (offset: number, bytes: Uint8Array) => void,
): void {
  const counters = new Int32Array(memory.counters);
  const { slotSize } = memory;
  for (let index = 0; index * slotSize < length; index += 1) {
    waitFor(counters, filledCounter, index + 1);
    const offset = index * slotSize;
    take(offset, slotBytes(memory, index, 0, Math.min(slotSize, length - offset)));
    advance(counters, 1 + taker);
  }
}

/** Fills `target` with what lies from `offset` on, as a part of the taker of that number. Blocks this thread. */
export function copyFromRing(memory: RingMemory, taker: number, offset: number, target: Uint8Array): void {
  const counters = new Int32Array(memory.counters);
  const { slotSize } = memory;
  const first = Math.floor(offset / slotSize);
  for (let index = first, done = 0; done < target.length; index += 1) {
    waitFor(counters, filledCounter, index + 1);
    const start = offset + done - index * slotSize;
    const length = Math.min(slotSize - start, target.length - done);
    target.set(slotBytes(memory, index, start, length), done);
    done += length;
  }
  // Whoever lets go of bytes that are still taken would have other bytes verified in their place.
  if (Atomics.load(counters, 1 + taker) > first) throw new RangeError(`the bytes at ${offset} were let go of`);
}

/** The taker of that number is done with the first `slots` slots; less than before changes nothing. */
export function releaseRing(memory: RingMemory, taker: number, slots: number): void {
  const counters = new Int32Array(memory.counters);
  if (Atomics.load(counters, 1 + taker) >= slots) return;
  Atomics.store(counters, 1 + taker, slots);
  Atomics.notify(counters, 1 + taker);
}
