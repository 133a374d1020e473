/** A thread of `hash-written.ts`: takes parts of the disk in ascending order, and gives the digests in the end. */
import type { RunTask } from "./messages.js";
import { exactly, expectShape, isBytes, isNumber, objectOf, type Guard } from "./shape.js";
import { createWrittenHash, type WrittenHashTask } from "./written-hash.js";

export type HashWrittenSetup = { readonly task: WrittenHashTask };

type Part = { readonly offset: number; readonly bytes: Uint8Array };

/**
 * Whether the thread is there, answered with `null`; a part of the disk, answered with `null` when its memory may be used
 * again; or the end, answered with the digests.
 */
export type HashWrittenRequest = "ready" | Part | "digest";

const isPart = objectOf<Part>({ offset: isNumber, bytes: isBytes });
const isReady = exactly("ready");
const isDigest = exactly("digest");
const isHashWrittenRequest: Guard<HashWrittenRequest> = (value) => isReady(value) || isDigest(value) || isPart(value);

export function hashWrittenTasks({ task }: HashWrittenSetup): RunTask {
  const hash = createWrittenHash(task);
  return (message) => {
    const request = expectShape(message, isHashWrittenRequest, "a request to a hashing thread");
    if (request === "ready") return { result: null };
    if (request === "digest") return { result: hash.digest() };
    hash.update(request.offset, request.bytes);
    return { result: null };
  };
}
