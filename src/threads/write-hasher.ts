/**
 * Hashing beside the transfers: on a thread of its own where there is much to hash, because SHA-256 is slower than the
 * fastest drives and would take its time after theirs; in place where starting a thread takes longer than the hash.
 */
import { Worker } from "node:worker_threads";
import { MiB } from "../bytes/units.js";
import { createTaskHash, type HashTask } from "./write-hash-task.js";
import type { HashAnswer, HashQuestion } from "./write-hash-thread.js";

export type Hasher = {
  /** Bytes come in ascending order; resolves when their memory may be used again. */
  update(offset: number, bytes: Uint8Array): Promise<void>;
  digest(): Promise<Uint8Array>;
  /** To be called in any case; what is still to be hashed is given up. */
  close(): Promise<void>;
};

export type HasherOptions = {
  /** Bytes that are to be hashed. */
  readonly length: number;
  /** Entry of the thread, where the modules do not run from the build. */
  readonly threadEntry?: URL;
};

/** Bytes: a thread's start takes as long as hashing half of this. */
export const threadFrom = 128 * MiB;

/** Where the thread's entry lies once everything is built. */
const builtEntry = new URL("./write-hash-thread.js", import.meta.url);

export function startHasher(task: HashTask, { length, threadEntry }: HasherOptions): Hasher {
  return length < threadFrom ? hasherInPlace(task) : hasherOnThread(task, threadEntry ?? builtEntry);
}

function hasherInPlace(task: HashTask): Hasher {
  const hash = createTaskHash(task);
  return {
    update: async (offset, bytes) => hash.update(offset, bytes),
    digest: async () => hash.digest(),
    close: async () => undefined,
  };
}

type Waiting = { readonly resolve: (answer: HashAnswer) => void; readonly reject: (error: unknown) => void };

function hasherOnThread(task: HashTask, entry: URL): Hasher {
  const worker = new Worker(entry, { workerData: task });
  const waiting: Waiting[] = [];
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  worker.on("message", (answer: HashAnswer) => waiting.shift()?.resolve(answer));
  worker.on("error", (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", () => end(new Error("the hashing thread has ended")));
  const ask = (question: HashQuestion): Promise<HashAnswer> => {
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(question, []);
    });
  };
  return {
    async update(offset, bytes) {
      await ask({ offset, bytes });
    },
    async digest() {
      const digest = await ask("digest");
      if (digest === null) throw new Error("the hashing thread gave no digest");
      return digest;
    },
    async close() {
      await worker.terminate();
    },
  };
}
