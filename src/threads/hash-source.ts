/** The hashes of a source that is no file, in one pass on the calling thread, because no other thread can read it. */
import { createHash, type Hash } from "node:crypto";
import { MiB } from "../bytes/units.js";
import type { ByteSource } from "../source/byte-source.js";
import type { HashAlgorithm, FileHashes, MeasuredImage } from "../verification/known-image.js";
import type { HashFileOptions } from "./hash-file.js";

/** Bytes of a read: hashing them takes milliseconds, after which other work of this thread gets its turn. */
const blockSize = MiB;

type HashSourceOptions = Pick<HashFileOptions, "prefixes" | "onProgress" | "signal">;

/** Hashes all of `source`. Rejects with what its reads throw, and with the signal's reason. */
export async function hashSource(
  source: ByteSource,
  algorithms: readonly HashAlgorithm[],
  { prefixes = [], onProgress, signal }: HashSourceOptions = {},
): Promise<MeasuredImage> {
  const { size } = source;
  const hasher = new PrefixHasher(size, algorithms, prefixes);
  const target = new Uint8Array(Math.min(blockSize, size));
  for (let offset = 0; ;) {
    signal?.throwIfAborted();
    if (offset === size) return hasher.measured();
    const block = target.subarray(0, Math.min(blockSize, size - offset));
    await source.readInto(offset, block);
    hasher.update(block);
    offset += block.length;
    onProgress?.({ bytes: offset, totalBytes: size });
  }
}

/** Hashes what it is given in order, and on the way the shorter lengths that are wanted. */
export class PrefixHasher {
  readonly #hashes: readonly (readonly [HashAlgorithm, Hash])[];
  /** That are still to come. */
  readonly #lengths: number[];
  readonly #prefixes: MeasuredImage["prefixes"][number][] = [];
  #length = 0;

  /** Of `size` bytes in the end; what `prefixes` has beyond is left out. */
  constructor(size: number, algorithms: readonly HashAlgorithm[], prefixes: readonly number[]) {
    this.#hashes = [...new Set(algorithms)].map((algorithm) => [algorithm, createHash(algorithm)] as const);
    this.#lengths = [...new Set(prefixes)].filter((length) => length >= 0 && length < size).toSorted((a, b) => a - b);
    this.#takePrefix();
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  update(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      // A part ends where a prefix ends, so that its hashes can be taken.
      const [next = Infinity] = this.#lengths;
      const part = bytes.subarray(done, Math.min(bytes.length, done + next - this.#length));
      for (const [, hash] of this.#hashes) hash.update(part);
      this.#length += part.length;
      done += part.length;
      this.#takePrefix();
    }
  }

  measured(): MeasuredImage {
    return { ...digestsOf(this.#hashes), length: this.#length, prefixes: this.#prefixes };
  }

  #takePrefix(): void {
    if (this.#lengths[0] !== this.#length) return;
    this.#lengths.shift();
    this.#prefixes.push({ ...digestsOf(this.#hashes), length: this.#length });
  }
}

/** The digests of the bytes so far; hashing can go on. */
function digestsOf(hashes: readonly (readonly [HashAlgorithm, Hash])[]): FileHashes {
  return Object.fromEntries(hashes.map(([algorithm, hash]) => [algorithm, hash.copy().digest("hex")]));
}
