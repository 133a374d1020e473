/** A thread of `hash-file.ts`: it hashes the bytes in the ring, and reads the file into the ring when it is its turn. */
import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import type { HashAlgorithm } from "../verification/known-image.js";
import { openExtents } from "./extent-source.js";
import type { RingMemory } from "./image-ring.js";
import { takeFromRing } from "./image-ring.js";
import type { RunTask } from "./messages.js";

export type HashFileSetup = {
  readonly memory: RingMemory;
  readonly path: string;
  /** Bytes of the file. */
  readonly length: number;
  readonly taker: number;
  readonly algorithm: HashAlgorithm;
  /** Where digests are wanted, ascending; the last is `length`. */
  readonly lengths: readonly number[];
};

/** Progress: bytes of the file that all threads together have read. */
export type HashFileNote = { readonly bytes: number };

/** Milliseconds between two notes. */
const reportEvery = 100;

/** There is one task, which takes no argument; its result is the digests by length, in hexadecimal. */
export function hashFileTasks(setup: HashFileSetup): RunTask {
  return (_, note) => ({ result: hashFile(setup, note) });
}

function hashFile(
  { memory, path, length, taker, algorithm, lengths }: HashFileSetup,
  note: (note: HashFileNote) => void,
): readonly string[] {
  const source = openExtents(path, [{ offset: 0, length }]);
  const digests = new PrefixDigests(algorithm, lengths);
  let notedAt = Number.NEGATIVE_INFINITY;
  const fill = (offset: number, target: Uint8Array): void => {
    source.readIntoNow(offset, target);
    const bytes = offset + target.length;
    const now = performance.now();
    if (bytes < length && now - notedAt < reportEvery) return;
    notedAt = now;
    note({ bytes });
  };
  try {
    takeFromRing(memory, taker, length, fill, (offset, bytes) => digests.update(offset, bytes));
    return digests.all;
  } finally {
    source.close();
  }
}

/** The digests of a file's first bytes, for each of `lengths`, which ascend. */
class PrefixDigests {
  readonly all: string[] = [];
  readonly #hash: Hash;
  readonly #lengths: readonly number[];

  constructor(algorithm: HashAlgorithm, lengths: readonly number[]) {
    this.#hash = createHash(algorithm);
    this.#lengths = lengths;
    this.#digestUpTo(0);
  }

  /** Takes the bytes from `offset`, where the last ones ended. */
  update(offset: number, bytes: Uint8Array): void {
    let done = 0;
    for (const mark of this.#lengths) {
      const part = mark - offset;
      if (part <= done || part >= bytes.length) continue;
      this.#hash.update(bytes.subarray(done, part));
      done = part;
      this.#digestUpTo(mark);
    }
    this.#hash.update(bytes.subarray(done));
    this.#digestUpTo(offset + bytes.length);
  }

  #digestUpTo(position: number): void {
    while (this.all.length < this.#lengths.length && this.#lengths[this.all.length]! <= position) {
      this.all.push(this.#hash.copy().digest("hex"));
    }
  }
}
