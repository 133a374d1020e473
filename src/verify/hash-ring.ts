/**
 * The ring that a file's bytes go through from the thread that reads to the threads that hash: slots in shared memory, and
 * counters that tell how many of them were filled, and how many each hashing thread has taken. A slot is filled again when
 * all have taken it, which bounds memory and keeps the threads in step with the slowest.
 */
import { MiB } from "../bytes/units.js";

/** Large enough that a read and two wake-ups cost nothing beside it, small enough to stay in the processor's cache. */
export const slotSize = MiB;
const slotCount = 12;

/** Plain shared memory, so that it can be handed to threads. */
export type RingMemory = { readonly counters: SharedArrayBuffer; readonly slots: SharedArrayBuffer };

export function createRingMemory(takers: number): RingMemory {
  const counters = new SharedArrayBuffer((1 + takers) * Int32Array.BYTES_PER_ELEMENT);
  return { counters, slots: new SharedArrayBuffer(slotCount * slotSize) };
}

const filledCounter = 0;

function slot(slots: SharedArrayBuffer, index: number, length: number): Uint8Array {
  return new Uint8Array(slots, (index % slotCount) * slotSize, length);
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
  for (let index = 0; index * slotSize < length; index += 1) {
    for (let taker = 1; taker < counters.length; taker += 1) waitFor(counters, taker, index - slotCount + 1);
    const offset = index * slotSize;
    fill(offset, slot(memory.slots, index, Math.min(slotSize, length - offset)));
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
  for (let index = 0; index * slotSize < length; index += 1) {
    waitFor(counters, filledCounter, index + 1);
    const offset = index * slotSize;
    take(offset, slot(memory.slots, index, Math.min(slotSize, length - offset)));
    advance(counters, 1 + taker);
  }
}
