/** The hashes of a whole image in one pass over the file, each hash on its own thread; the threads read in turn. */
import { openFileSource } from "../source/file-source.js";
import type { HashAlgorithm, FileHashes, MeasuredImage } from "../verification/known-image.js";
import type { HashFileNote, HashFileSetup } from "./hash-file-thread.js";
import type { ImagePass } from "./image-pass.js";
import { createImageRing, hashingRing } from "./image-ring.js";
import { arrayOf, expectShape, isNumber, isText, objectOf } from "./shape.js";
import { startThread } from "./thread.js";

export type HashFileOptions = {
  /** Bytes to hash from the start; the file's or drive's size if not given. */
  readonly length?: number;
  /** Shorter lengths whose hashes are wanted as well, such as the volume's own in a padded image. */
  readonly prefixes?: readonly number[];
  readonly onProgress?: (progress: { readonly bytes: number; readonly totalBytes: number }) => void;
  readonly signal?: AbortSignal;
  /** The pass over this file that deep verification shares, made for as many hashes as there are algorithms. */
  readonly pass?: ImagePass;
};

const isNote = objectOf<HashFileNote>({ bytes: isNumber });
const isDigests = arrayOf(isText);

/**
 * Hashes a file. Rejects with `image-missing` or `image-unreadable` where it cannot be read, `image-truncated` where it is
 * shorter than `length`, and with the signal's reason.
 */
export async function hashFile(
  path: string,
  algorithms: readonly HashAlgorithm[],
  options: HashFileOptions = {},
): Promise<MeasuredImage> {
  options.signal?.throwIfAborted();
  const { pass } = options;
  const length = pass?.size ?? options.length ?? (await fileSize(path));
  const prefixes = [...new Set(options.prefixes)].filter((prefix) => prefix >= 0 && prefix < length);
  const lengths = [...prefixes.toSorted((a, b) => a - b), length];
  const wanted = [...new Set(algorithms)];
  if (pass !== undefined && pass.deepTaker !== wanted.length) {
    throw new RangeError(`a pass for ${pass.deepTaker} hashes, but there are ${wanted.length}`);
  }
  const memory = pass?.memory ?? createImageRing(wanted.length, hashingRing);
  const setups = wanted.map((algorithm, taker) => ({ memory, path, length, taker, algorithm, lengths }));
  const digests = await runThreads(setups, length, options);
  const hashesAt = (index: number): FileHashes & { length: number } => {
    const hashes = wanted.map((algorithm, taker) => [algorithm, digests[taker]![index]!]);
    return { ...(Object.fromEntries(hashes) as FileHashes), length: lengths[index]! };
  };
  return { ...hashesAt(lengths.length - 1), prefixes: lengths.slice(0, -1).map((_, index) => hashesAt(index)) };
}

/** The size of a file or drive; throws `image-missing` and `image-unreadable`. */
async function fileSize(path: string): Promise<number> {
  const source = await openFileSource(path);
  await source.close();
  return source.size;
}

/** Starts a thread for each setup and resolves with the digests of each when all are done. */
async function runThreads(
  setups: readonly HashFileSetup[],
  totalBytes: number,
  { onProgress, signal }: HashFileOptions,
): Promise<readonly (readonly string[])[]> {
  let noted = -1;
  const onNote = (note: unknown): void => {
    const { bytes } = expectShape(note, isNote, "a hashing thread's note");
    // Threads read in turn, and the notes of two threads may arrive out of order.
    if (bytes > noted) onProgress?.({ bytes, totalBytes });
    noted = Math.max(noted, bytes);
  };
  const threads = setups.map((setup) => startThread({ kind: "hash-file", ...setup }));
  let stop: (() => void) | undefined;
  try {
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal!.reason as Error);
      signal?.addEventListener("abort", stop);
    });
    const asked = threads.map((thread) => thread.ask(null, { result: isDigests, onNote }));
    return await Promise.race([Promise.all(asked), aborted]);
  } finally {
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    await Promise.all(threads.map((thread) => thread.close()));
  }
}
