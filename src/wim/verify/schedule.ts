/**
 * Runs the steps of a plan on an executor: as many at a time as keep its threads busy, and no more, which is what bounds
 * memory. A large blob's segments come back in any order and are hashed in theirs.
 */
import type { LargeBlob, Step } from "./plan.js";
import { segmentSize } from "./plan.js";
import type { CreateSha1, Sha1, WimExecutor } from "./ports.js";
import type { SegmentResult, WimTaskResult } from "./tasks.js";

/** Tasks waiting at each thread beside the one it works on, so that it never waits for this one. */
const queuedPerThread = 2;

export type ScheduleEvents = {
  /** A step other than a large blob is done. */
  readonly done: (step: Step, result: WimTaskResult) => void;
  /** A large blob is done: its digest, or what is wrong with it. */
  readonly largeDone: (step: LargeBlob, digest: Uint8Array | null, problem: string | null, slackChunks: number) => void;
};

/** Resolves when every step is done; rejects as soon as one cannot be done at all, or with the signal's reason. */
export async function runSteps(
  steps: Iterable<Step>,
  executor: WimExecutor,
  createSha1: CreateSha1,
  events: ScheduleEvents,
  signal?: AbortSignal,
): Promise<void> {
  const flow = new Flow(executor.concurrency * (1 + queuedPerThread));
  const buffers = new Buffers();
  for (const step of steps) {
    if (step.kind === "large") {
      await startLarge(step, { executor, createSha1, events, flow, buffers, signal });
      continue;
    }
    await flow.free(signal);
    flow.start(async () => events.done(step, await executor.run(step.task)));
  }
  await flow.drained(signal);
}

type Context = {
  readonly executor: WimExecutor;
  readonly createSha1: CreateSha1;
  readonly events: ScheduleEvents;
  readonly flow: Flow;
  readonly buffers: Buffers;
  readonly signal: AbortSignal | undefined;
};

async function startLarge(step: LargeBlob, context: Context): Promise<void> {
  const { executor, flow, buffers, signal } = context;
  const { chunkCount, chunksPerSegment } = step;
  const { part, entry } = step.blob;
  const hashing = new OrderedHashing(step, context);
  for (let first = 0; first < chunkCount && hashing.problem === null; first += chunksPerSegment) {
    // What is decoded but still waits for an earlier segment holds its place, so that it cannot pile up.
    await flow.free(signal);
    const end = Math.min(first + chunksPerSegment, chunkCount);
    const order = hashing.expect();
    flow.start(async () => {
      const task = { kind: "segment", part, resource: entry.resource, first, end, buffer: buffers.take() } as const;
      const result = (await executor.run(task)) as SegmentResult;
      await hashing.add(order, result);
    });
  }
  hashing.close();
}

/** Puts a large blob's segments back in order and hashes them. */
class OrderedHashing {
  problem: string | null = null;
  readonly #step: LargeBlob;
  readonly #context: Context;
  readonly #sha1: Sha1;
  readonly #waiting = new Map<number, { result: SegmentResult; release: () => void }>();
  #started = 0;
  #hashed = 0;
  #slackChunks = 0;
  #isClosed = false;
  #isFinished = false;

  constructor(step: LargeBlob, context: Context) {
    this.#step = step;
    this.#context = context;
    this.#sha1 = context.createSha1();
  }

  /** The next segment's place in the order. */
  expect(): number {
    this.#started += 1;
    return this.#started - 1;
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
    this.#context.buffers.give(result.buffer);
  }

  #finish(): void {
    if (!this.#isClosed || this.#isFinished || this.#hashed < this.#started) return;
    this.#isFinished = true;
    const digest = this.problem === null ? this.#sha1.digest() : null;
    this.#context.events.largeDone(this.#step, digest, this.problem, this.#slackChunks);
  }
}

/** Segment buffers, used again and again: megabytes that the collector would be slow to notice. */
class Buffers {
  readonly #free: ArrayBuffer[] = [];

  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(segmentSize);
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength === segmentSize) this.#free.push(buffer);
  }
}

/** At most `limit` pieces of work at a time. The first one that fails ends it all. */
class Flow {
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  start(work: () => Promise<void>): void {
    const guarded = async (): Promise<void> => {
      try {
        await work();
      } catch (error) {
        this.#failure ??= { error };
      }
    };
    const running: Promise<void> = guarded().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async free(signal?: AbortSignal): Promise<void> {
    this.#check(signal);
    while (this.#running.size >= this.#limit) {
      await Promise.race(this.#running);
      this.#check(signal);
    }
  }

  async drained(signal?: AbortSignal): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.race(this.#running);
      this.#check(signal);
    }
    this.#check(signal);
  }

  #check(signal: AbortSignal | undefined): void {
    // An abort closes the executor, and what fails because of that is no news.
    signal?.throwIfAborted();
    if (this.#failure !== null) throw this.#failure.error;
  }
}
