/**
 * The bytes of a pass for the calling thread, which must not block: it waits for slots of the ring to be filled with
 * `Atomics.waitAsync`. Trap: such a wait keeps no process running; the threads that fill the ring do.
 */
import type { RingMemory } from "./image-ring.js";
import { releaseRing, ringCounter, RingView } from "./image-ring.js";

/** TypeScript declares it for later versions of the language than Node 20 has otherwise. */
declare global {
  interface Atomics {
    waitAsync(
      array: Int32Array,
      index: number,
      value: number,
    ): { readonly async: false } | { readonly async: true; readonly value: Promise<unknown> };
  }
}

export class PassReader {
  readonly #memory: RingMemory;
  readonly #taker: number;
  readonly #ring: RingView;
  readonly #size: number;
  #released = 0;
  #failure: { readonly error: unknown } | undefined;

  /** One taker of a pass over `size` bytes. */
  constructor(memory: RingMemory, taker: number, size: number) {
    this.#memory = memory;
    this.#taker = taker;
    this.#ring = new RingView(memory, size);
    this.#size = size;
  }

  /** Fills `target` from `offset`, where nothing has been released; releases nothing. Rejects with what `fail` was given. */
  async readInto(offset: number, target: Uint8Array): Promise<void> {
    const { slotSize } = this.#memory;
    for (let done = 0; done < target.length;) {
      const index = Math.floor((offset + done) / slotSize);
      await this.#filled(index);
      if (offset < this.#released) throw new RangeError(`the bytes at ${offset} were released too early`);
      const slot = this.#ring.slot(index).subarray(offset + done - index * slotSize);
      const part = slot.subarray(0, target.length - done);
      target.set(part, done);
      done += part.length;
    }
  }

  /** No bytes below `offset` are taken any more. */
  release(offset: number): void {
    this.#released = Math.max(this.#released, Math.min(offset, this.#size));
    const { slotSize } = this.#memory;
    const slots = this.#released / slotSize;
    releaseRing(this.#memory, this.#taker, this.#released === this.#size ? Math.ceil(slots) : Math.floor(slots));
  }

  /** Whoever waits for bytes learns that they do not come. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    Atomics.notify(this.#ring.counters, ringCounter.filled);
  }

  async #filled(index: number): Promise<void> {
    const { counters } = this.#ring;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const filled = Atomics.load(counters, ringCounter.filled);
      if (filled > index) return;
      const waiting = Atomics.waitAsync(counters, ringCounter.filled, filled);
      if (waiting.async) await waiting.value;
    }
  }
}
