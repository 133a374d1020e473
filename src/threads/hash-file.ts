/** The hashes of a whole image, all in one pass over the file, each on a thread of its own; whoever has time reads. */
import { Worker } from "node:worker_threads";
import type { ErrorCode } from "../errors.js";
import { exitCodes, Win7UsbError } from "../errors.js";
import { openFileSource } from "../source/file-source.js";
import { createRingMemory, hashRingSize } from "./hash-ring.js";
import type { HashAlgorithm, HashThreadMessage, HashThreadSetup } from "./hash-thread.js";
import type { ImagePass } from "./image-pass.js";

export type { HashAlgorithm } from "./hash-thread.js";

/** Lower-case hexadecimal. */
export type FileHashes = { readonly [A in HashAlgorithm]?: string };

export type HashFileOptions = {
  /** Bytes to hash from the start; the file's or drive's size if not given. */
  readonly length?: number;
  /** Shorter lengths whose hashes are wanted as well, such as the volume's own in a padded image. */
  readonly prefixes?: readonly number[];
  readonly onProgress?: (progress: { readonly bytes: number; readonly totalBytes: number }) => void;
  readonly signal?: AbortSignal;
  /** The pass that deep verification takes part in: of this file, with as many hashes as there are algorithms. */
  readonly pass?: ImagePass;
  /** Entry of the threads, where the modules do not run from the build. */
  readonly threadEntry?: URL;
};

export type HashedFile = FileHashes & {
  /** Bytes that were hashed. */
  readonly length: number;
  /** The hashes of the first `length` bytes for each of the `prefixes` that is shorter than the file, by length. */
  readonly prefixes: readonly (FileHashes & { readonly length: number })[];
};

/** Where the threads' entry lies once everything is built. */
const builtEntry = new URL("./hash-thread.js", import.meta.url);

/**
 * Hashes a file. Rejects with `image-missing` or `image-unreadable` where it cannot be read, `image-truncated` where it is
 * shorter than `length`, and with the signal's reason.
 */
export async function hashFile(
  path: string,
  algorithms: readonly HashAlgorithm[],
  options: HashFileOptions = {},
): Promise<HashedFile> {
  options.signal?.throwIfAborted();
  const { pass } = options;
  const length = pass?.size ?? options.length ?? (await fileSize(path));
  const prefixes = [...new Set(options.prefixes)].filter((prefix) => prefix >= 0 && prefix < length);
  const lengths = [...prefixes.toSorted((a, b) => a - b), length];
  const wanted = [...new Set(algorithms)];
  if (pass !== undefined && pass.deepTaker !== wanted.length) {
    throw new RangeError(`a pass for ${pass.deepTaker} hashes, but there are ${wanted.length}`);
  }
  const memory = pass?.memory ?? createRingMemory(wanted.length, hashRingSize);
  const setups: HashThreadSetup[] = wanted.map((algorithm, taker) => {
    return { memory, path, length, taker, algorithm, lengths };
  });
  const digests = await runThreads(setups, wanted.length, length, options);
  const hashesAt = (index: number): FileHashes & { length: number } => {
    const hashes = wanted.map((algorithm) => [algorithm, digests.get(algorithm)![index]!]);
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

/** Starts a thread for each setup and resolves with the digests when all `expected` algorithms are done. */
async function runThreads(
  setups: readonly HashThreadSetup[],
  expected: number,
  totalBytes: number,
  { onProgress, signal, threadEntry }: HashFileOptions,
): Promise<Map<HashAlgorithm, readonly string[]>> {
  const digests = new Map<HashAlgorithm, readonly string[]>();
  const workers = setups.map((workerData) => new Worker(threadEntry ?? builtEntry, { workerData }));
  let stop: (() => void) | undefined;
  let told = -1;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(signal!.reason as Error);
      signal?.addEventListener("abort", stop);
      for (const worker of workers) {
        worker.on("error", reject);
        worker.on("message", (message: HashThreadMessage) => {
          if ("bytes" in message) {
            // Threads read in turn, and what one says may come behind what the next one does.
            if (message.bytes > told) onProgress?.({ bytes: message.bytes, totalBytes });
            told = Math.max(told, message.bytes);
          } else if ("digests" in message) digests.set(message.algorithm, message.digests);
          else reject(errorOf(message.code, message.message));
          if (digests.size === expected) resolve();
        });
      }
      if (expected === 0) resolve();
    });
    return digests;
  } finally {
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function errorOf(code: string | null, message: string): Error {
  return code !== null && code in exitCodes ? new Win7UsbError(code as ErrorCode, message) : new Error(message);
}
