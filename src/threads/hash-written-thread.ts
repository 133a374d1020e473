/** A thread of `hash-written.ts`: it is given parts of the disk in ascending order, and answers with the digests at the end. */
import type { RunTask } from "./messages.js";
import { exactly, expectShape, isBytes, isNumber, objectOf, type Guard } from "./shape.js";
import { createWrittenHash, type WrittenHashTask } from "./written-hash.js";

export type HashWrittenSetup = { readonly task: WrittenHashTask };

type Part = { readonly offset: number; readonly bytes: Uint8Array };

/**
 * `ready`: answered with `null` once the thread runs. A part of the disk: answered with `null` once its memory may be
 * reused. `digest`: answered with the digests.
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
