/**
 * Hashing in parallel with the transfers: on a thread of its own where there is much to hash, because SHA-256 is slower
 * than the fastest drives; on the calling thread where starting another one would take longer than the hash.
 */
import { MiB } from "../bytes/units.js";
import type { HashWrittenRequest } from "./hash-written-thread.js";
import { isBytes, type Guard } from "./shape.js";
import { startThread } from "./thread.js";
import { createWrittenHash, type WrittenHashTask } from "./written-hash.js";

export type WrittenHasher = {
  /** Rejects where no hashing can begin; awaited before the first byte is written. */
  ready(): Promise<void>;
  /** Bytes come in ascending order; resolves when their memory may be used again. */
  update(offset: number, bytes: Uint8Array): Promise<void>;
  digest(): Promise<Uint8Array>;
  /** Must always be called; ends the hashing that is still queued. */
  close(): Promise<void>;
};

/** Bytes from which a thread is started: starting one takes as long as hashing half of this. */
export const threadFrom = 128 * MiB;

/** `length`: bytes that are to be hashed. */
export function startWrittenHasher(task: WrittenHashTask, length: number): WrittenHasher {
  return length < threadFrom ? hasherInPlace(task) : hasherOnThread(task);
}

function hasherInPlace(task: WrittenHashTask): WrittenHasher {
  const hash = createWrittenHash(task);
  return {
    ready: async () => undefined,
    update: async (offset, bytes) => hash.update(offset, bytes),
    digest: async () => hash.digest(),
    close: async () => undefined,
  };
}

const isNull: Guard<null> = (value) => value === null;

function hasherOnThread(task: WrittenHashTask): WrittenHasher {
  const thread = startThread({ kind: "hash-written", task });
  return {
    async ready() {
      await thread.ask("ready" satisfies HashWrittenRequest, { result: isNull });
    },
    async update(offset, bytes) {
      await thread.ask({ offset, bytes } satisfies HashWrittenRequest, { result: isNull });
    },
    digest: () => thread.ask("digest" satisfies HashWrittenRequest, { result: isBytes }),
    close: () => thread.close(),
  };
}
