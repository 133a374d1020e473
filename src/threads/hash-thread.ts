/** Entry of the threads of `hash-file.ts`: each hashes what is in the ring, and reads the file into it where that is due. */
import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { Win7UsbError } from "../errors.js";
import { openExtents } from "./extent-source.js";
import type { RingMemory } from "./hash-ring.js";
import { takeRing } from "./hash-ring.js";

export type HashAlgorithm = "sha1" | "sha256" | "md5";

export type HashThreadSetup = {
  readonly memory: RingMemory;
  readonly path: string;
  /** Bytes of the file. */
  readonly length: number;
  readonly taker: number;
  readonly algorithm: HashAlgorithm;
  /** Where digests are wanted, ascending; the last is `length`. */
  readonly lengths: readonly number[];
};

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
function tell(message: HashThreadMessage): void {
  port!.postMessage(message, []);
}

function hashFile({ memory, path, length, taker, algorithm, lengths }: HashThreadSetup): readonly string[] {
  const source = openExtents(path, [{ offset: 0, length }]);
  const digests = new PrefixDigests(algorithm, lengths);
  let toldAt = Number.NEGATIVE_INFINITY;
  const fill = (offset: number, target: Uint8Array): void => {
    source.readIntoNow(offset, target);
    const bytes = offset + target.length;
    const now = performance.now();
    if (bytes < length && now - toldAt < reportEvery) return;
    toldAt = now;
    tell({ bytes });
  };
  try {
    takeRing(memory, taker, length, fill, (offset, bytes) => digests.update(offset, bytes));
    return digests.all;
  } finally {
    source.close();
  }
}

/** The digests of a file's first bytes, for each of `lengths`, which ascend. */
class PrefixDigests {
  readonly all: string[] = [];
  readonly #hash: Hash;
  readonly #lengths: readonly number[];

  constructor(algorithm: HashAlgorithm, lengths: readonly number[]) {
    this.#hash = createHash(algorithm);
    this.#lengths = lengths;
    this.#digestUpTo(0);
  }

  /** Takes the bytes from `offset`, where the last ones ended. */
  update(offset: number, bytes: Uint8Array): void {
    let done = 0;
    for (const mark of this.#lengths) {
      const part = mark - offset;
      if (part <= done || part >= bytes.length) continue;
      this.#hash.update(bytes.subarray(done, part));
      done = part;
      this.#digestUpTo(mark);
    }
    this.#hash.update(bytes.subarray(done));
    this.#digestUpTo(offset + bytes.length);
  }

  #digestUpTo(position: number): void {
    while (this.all.length < this.#lengths.length && this.#lengths[this.all.length]! <= position) {
      this.all.push(this.#hash.copy().digest("hex"));
    }
  }
}

try {
  tell({ algorithm: setup.algorithm, digests: hashFile(setup) });
} catch (error) {
  const code = error instanceof Win7UsbError ? error.code : null;
  tell({ code, message: error instanceof Error ? error.message : String(error) });
}
