/** Entry of the threads of `hash-file.ts`: one reads the file into the ring, the others hash what is in it. */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { Win7UsbError } from "../errors.js";
import { openExtents } from "./extent-source.js";
import type { RingMemory } from "./hash-ring.js";
import { fillRing, takeRing } from "./hash-ring.js";

export type HashAlgorithm = "sha1" | "sha256" | "md5";

export type HashThreadSetup = { readonly memory: RingMemory; readonly length: number } & (
  | { readonly role: "read"; readonly path: string }
  | {
      readonly role: "hash";
      readonly taker: number;
      readonly algorithm: HashAlgorithm;
      readonly lengths: readonly number[];
    }
);

/** What a thread tells: how far it has read, its digests by length, or why it cannot go on. */
export type HashThreadMessage =
  | { readonly bytes: number }
  | { readonly algorithm: HashAlgorithm; readonly digests: readonly string[] }
  | { readonly code: string | null; readonly message: string };

/** Milliseconds between two words about progress. */
const reportEvery = 100;

const port = parentPort;
if (port === null) throw new Error("this module is the entry of a worker thread");
const setup = workerData as HashThreadSetup;
try {
  if (setup.role === "read") readInto(setup.memory, setup.path, setup.length);
  else tell({ algorithm: setup.algorithm, digests: hashFrom(setup) });
} catch (error) {
  const code = error instanceof Win7UsbError ? error.code : null;
  tell({ code, message: error instanceof Error ? error.message : String(error) });
}

function tell(message: HashThreadMessage): void {
  port!.postMessage(message, []);
}

function readInto(memory: RingMemory, path: string, length: number): void {
  const source = openExtents(path, [{ offset: 0, length }]);
  let toldAt = Number.NEGATIVE_INFINITY;
  try {
    fillRing(memory, length, (offset, target) => {
      source.readIntoNow(offset, target);
      const bytes = offset + target.length;
      const now = performance.now();
      if (bytes < length && now - toldAt < reportEvery) return;
      toldAt = now;
      tell({ bytes });
    });
  } finally {
    source.close();
  }
}

/** The digests of the first `lengths` bytes, which are in ascending order and end with the whole length. */
function hashFrom({ memory, taker, algorithm, lengths, length }: Extract<HashThreadSetup, { role: "hash" }>): string[] {
  const hash = createHash(algorithm);
  const digests: string[] = [];
  const digestUpTo = (position: number): void => {
    while (digests.length < lengths.length && lengths[digests.length]! <= position) {
      digests.push(hash.copy().digest("hex"));
    }
  };
  digestUpTo(0);
  takeRing(memory, taker, length, (offset, bytes) => {
    let done = 0;
    for (const mark of lengths) {
      const part = mark - offset;
      if (part <= done || part >= bytes.length) continue;
      hash.update(bytes.subarray(done, part));
      done = part;
      digestUpTo(mark);
    }
    hash.update(bytes.subarray(done));
    digestUpTo(offset + bytes.length);
  });
  return digests;
}
