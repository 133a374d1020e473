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
  { prefixes: wanted = [], onProgress, signal }: HashSourceOptions = {},
): Promise<MeasuredImage> {
  const { size } = source;
  const hashes = [...new Set(algorithms)].map((algorithm) => [algorithm, createHash(algorithm)] as const);
  const lengths = [...new Set(wanted)].filter((length) => length >= 0 && length < size).toSorted((a, b) => a - b);
  const prefixes: MeasuredImage["prefixes"][number][] = [];
  const target = new Uint8Array(Math.min(blockSize, size));
  for (let offset = 0; ;) {
    signal?.throwIfAborted();
    for (; lengths[0] === offset; lengths.shift()) prefixes.push({ ...digestsOf(hashes), length: offset });
    if (offset === size) return { ...digestsOf(hashes), length: size, prefixes };
    // A block ends where a prefix ends, so that its hashes can be taken.
    const block = target.subarray(0, Math.min(blockSize, (lengths[0] ?? size) - offset));
    await source.readInto(offset, block);
    for (const [, hash] of hashes) hash.update(block);
    offset += block.length;
    onProgress?.({ bytes: offset, totalBytes: size });
  }
}

/** The digests of the bytes so far; hashing can go on. */
function digestsOf(hashes: readonly (readonly [HashAlgorithm, Hash])[]): FileHashes {
  return Object.fromEntries(hashes.map(([algorithm, hash]) => [algorithm, hash.copy().digest("hex")]));
}
