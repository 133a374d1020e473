/**
 * Hashing beside the transfers: on a thread of its own where there is much to hash, because SHA-256 is slower than the
 * fastest drives and would take its time after theirs; in place where starting a thread takes longer than the hash.
 */
import { MiB } from "../bytes/units.js";
import type { HashWrittenRequest } from "./hash-written-thread.js";
import { isBytes, type Guard } from "./shape.js";
import { startThread } from "./thread.js";
import { createWrittenHash, type WrittenHashTask } from "./written-hash.js";

export type WrittenHasher = {
  /** Rejects where no hashing can begin: to be awaited before the first byte is written. */
  ready(): Promise<void>;
  /** Bytes come in ascending order; resolves when their memory may be used again. */
  update(offset: number, bytes: Uint8Array): Promise<void>;
  digest(): Promise<Uint8Array>;
  /** To be called in any case; what is still to be hashed is given up. */
  close(): Promise<void>;
};

/** Bytes: a thread's start takes as long as hashing half of this. */
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
