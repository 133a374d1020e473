/** A medium in memory of which only what was written takes room; many can be made over one that nobody changes. */
import { KiB } from "../../src/bytes/units.js";

const chunkSize = 64 * KiB;

export type SparseMedium = {
  /** Bytes. */
  readonly size: number;
  read(offset: number, target: Uint8Array): void;
  write(offset: number, bytes: Uint8Array): void;
  equals(other: SparseMedium): boolean;
  /** What was written at that multiple of the chunk size, here or below. */
  chunk(offset: number): Uint8Array | undefined;
  /** Multiples of the chunk size at which something was written, here or below. */
  written(): Set<number>;
};

/** Every byte is `filler` where nothing was written, or what `below` has there. */
export function sparseMedium(size: number, filler: number, below?: SparseMedium): SparseMedium {
  const own = new Map<number, Uint8Array>();
  const untouched = new Uint8Array(chunkSize).fill(filler);
  const chunk = (at: number): Uint8Array | undefined => own.get(at) ?? below?.chunk(at);
  /** Calls `step` for each chunk that the range reaches into, with the places in the chunk and in the range. */
  const each = (
    offset: number,
    length: number,
    step: (at: number, within: number, from: number, to: number) => void,
  ) => {
    for (let done = 0; done < length;) {
      const within = (offset + done) % chunkSize;
      const end = Math.min(length, done + chunkSize - within);
      step(offset + done - within, within, done, end);
      done = end;
    }
  };
  const medium: SparseMedium = {
    size,
    chunk,
    written: () => new Set([...own.keys(), ...(below?.written() ?? [])]),
    read(offset, target) {
      each(offset, target.length, (at, within, from, to) => {
        target.set((chunk(at) ?? untouched).subarray(within, within + to - from), from);
      });
    },
    write(offset, bytes) {
      each(offset, bytes.length, (at, within, from, to) => {
        if (!own.has(at)) own.set(at, new Uint8Array(chunk(at) ?? untouched));
        own.get(at)!.set(bytes.subarray(from, to), within);
      });
    },
    equals(other) {
      for (const at of new Set([...medium.written(), ...other.written()])) {
        if (Buffer.compare(chunk(at) ?? untouched, other.chunk(at) ?? untouched) !== 0) return false;
      }
      return size === other.size;
    },
  };
  return medium;
}
