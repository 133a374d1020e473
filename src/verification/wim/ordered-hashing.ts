/** Hashes a large blob's segments in order, in whatever order they arrive. */
import { segmentSize } from "./large-blob.js";
import type { Sha1 } from "./ports.js";
import type { LargeBlob, StepEvents } from "./steps.js";
import type { SegmentResult } from "./tasks.js";

export class OrderedHashing {
  /** What is wrong with the blob, once the segments before the problem have been hashed. */
  problem: string | null = null;
  readonly #step: LargeBlob;
  readonly #sha1: Sha1;
  readonly #buffers: SegmentBuffers;
  readonly #events: Pick<StepEvents, "largeAdvanced" | "largeDone">;
  readonly #waiting = new Map<number, { result: SegmentResult; release: () => void }>();
  /** Bytes of each segment in the WIM. */
  readonly #sizes: number[] = [];
  #hashed = 0;
  #bytesLeft: number;
  #slackChunks = 0;
  #lastProblem: string | null = null;
  #isClosed = false;
  #isFinished = false;

  constructor(
    step: LargeBlob,
    sha1: Sha1,
    buffers: SegmentBuffers,
    events: Pick<StepEvents, "largeAdvanced" | "largeDone">,
  ) {
    this.#step = step;
    this.#sha1 = sha1;
    this.#buffers = buffers;
    this.#events = events;
    this.#bytesLeft = step.blob.entry.resource.size;
  }

  /** Adds the next segment, of `size` bytes in the WIM, and returns its number. */
  expect(size: number): number {
    return this.#sizes.push(size) - 1;
  }

  /** Records a problem behind the last segment. */
  endWith(problem: string): void {
    this.#lastProblem = problem;
  }

  /** No more segments will be started. */
  close(): void {
    this.#isClosed = true;
    this.#finish();
  }

  /** Resolves when the segment has been hashed. */
  async add(order: number, result: SegmentResult): Promise<void> {
    const hashed = new Promise<void>((release) => {
      this.#waiting.set(order, { result, release });
    });
    for (let next = this.#waiting.get(this.#hashed); next !== undefined; next = this.#waiting.get(this.#hashed)) {
      this.#waiting.delete(this.#hashed);
      this.#hash(next.result);
      this.#advance(this.#sizes[this.#hashed]!);
      this.#hashed += 1;
      next.release();
    }
    this.#finish();
    await hashed;
  }

  #hash(result: SegmentResult): void {
    this.problem ??= result.problem;
    if (this.problem === null) this.#sha1.update(new Uint8Array(result.buffer, 0, result.length));
    this.#slackChunks += result.slackChunks;
    this.#buffers.give(result.buffer);
  }

  #advance(bytes: number): void {
    this.#bytesLeft -= bytes;
    this.#events.largeAdvanced(bytes);
  }

  #finish(): void {
    if (!this.#isClosed || this.#isFinished || this.#hashed < this.#sizes.length) return;
    this.#isFinished = true;
    this.problem ??= this.#lastProblem;
    // The chunk table, and the bytes behind a problem, which were not read.
    this.#advance(this.#bytesLeft);
    const digest = this.problem === null ? this.#sha1.digest() : null;
    this.#events.largeDone(this.#step, digest, this.problem, this.#slackChunks);
  }
}

/** A pool of buffers: megabytes that the garbage collector would be slow to free. */
export class SegmentBuffers {
  readonly #free: ArrayBuffer[] = [];

  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(segmentSize);
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength === segmentSize) this.#free.push(buffer);
  }
}
