/** The page-aligned buffers that all data of a write passes through: its only large memory. */
import { memoryPage, sharedPageMemory } from "../bytes/page-memory.js";

export type Slot = {
  /** The whole slot; its address is a multiple of 64 KiB where the slot size is. */
  readonly bytes: Uint8Array;
  release(): void;
};

export type Ring = {
  readonly slotSize: number;
  /** Resolves with a free slot, first come, first served; its bytes are not cleared. */
  acquire(): Promise<Slot>;
};

/** `slotSize` is in bytes and a multiple of 64 KiB. */
export function createRing(slotCount: number, slotSize: number): Ring {
  if (slotSize % memoryPage !== 0) throw new RangeError(`${slotSize} is no multiple of ${memoryPage}`);
  const memory = sharedPageMemory(slotCount * slotSize);
  const free: Uint8Array[] = [];
  for (let start = 0; start < memory.length; start += slotSize) free.push(memory.subarray(start, start + slotSize));
  const waiting: ((slot: Slot) => void)[] = [];

  const lend = (bytes: Uint8Array): Slot => {
    let lent = true;
    return {
      bytes,
      release() {
        if (!lent) throw new Error("a slot was released twice");
        lent = false;
        const next = waiting.shift();
        if (next === undefined) free.push(bytes);
        else next(lend(bytes));
      },
    };
  };
  return {
    slotSize,
    acquire() {
      const bytes = free.pop();
      if (bytes !== undefined) return Promise.resolve(lend(bytes));
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
