/**
 * Runs the steps of a plan on an executor: just as many at a time as keep its threads busy, which bounds memory. Where the
 * executor has a window on a pass over the image, tasks take their bytes from it.
 */
import { Flow } from "./flow.js";
import { segmentsOf } from "./large-blob.js";
import type { PartRange } from "./low-water.js";
import { LowWater } from "./low-water.js";
import { OrderedHashing, SegmentBuffers } from "./ordered-hashing.js";
import type { CreateSha1, WimExecutor, WimPart } from "./ports.js";
import type { LargeBlob, Step, StepEvents } from "./steps.js";
import type { ChunkTableResult, ChunkTableTask, TaskOf, WimResults, WimTaskKind } from "./tasks.js";

/** Tasks queued at each thread beside the one that it runs, so that it never waits for the calling thread. */
const queuedPerThread = 1;

type ScheduleOptions = {
  readonly parts: readonly WimPart[];
  readonly executor: WimExecutor;
  readonly createSha1: CreateSha1;
  readonly events: StepEvents;
  readonly signal?: AbortSignal | undefined;
};

/** Resolves when every step is done; rejects as soon as one cannot be run, or with the signal's reason. */
export async function runSteps(steps: Iterable<Step>, options: ScheduleOptions): Promise<void> {
  const schedule = new Schedule(options);
  for (const step of steps) {
    if (step.kind === "large") await schedule.startLarge(step);
    else await schedule.start(step);
  }
  await schedule.drained();
}

class Schedule {
  readonly #options: ScheduleOptions;
  readonly #flow: Flow;
  readonly #lowWater: LowWater;
  readonly #buffers = new SegmentBuffers();

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#flow = new Flow(options.executor.concurrency * (1 + queuedPerThread));
    this.#lowWater = new LowWater(options.executor.window, options.parts);
  }

  async start(step: Exclude<Step, LargeBlob>): Promise<void> {
    await this.#flow.free(this.#options.signal);
    this.#flow.start(() => this.#runStep(step));
  }

  async #runStep(step: Exclude<Step, LargeBlob>): Promise<void> {
    const { events } = this.#options;
    if (step.kind === "batch") events.batchDone(step, await this.#run(step.task, step.reads));
    else if (step.kind === "ranges") events.rangesDone(step, await this.#run(step.task, step.reads));
    else events.metadataDone(step, await this.#run(step.task, step.reads));
  }

  async startLarge(step: LargeBlob): Promise<void> {
    const hashing = new OrderedHashing(step, this.#options.createSha1(), this.#buffers, this.#options.events);
    const readTable = (task: ChunkTableTask, reads: PartRange | null): Promise<ChunkTableResult> =>
      this.#readTable(task, reads);
    for await (const segment of segmentsOf(step, readTable)) {
      if (segment.problem !== null) {
        hashing.endWith(segment.problem);
        break;
      }
      const { reads } = segment;
      for (const other of step.before(reads.start)) await this.start(other);
      // A decoded segment that waits for an earlier one still counts towards the limit, so that they cannot pile up.
      await this.#flow.free(this.#options.signal);
      if (hashing.problem !== null) break;
      const order = hashing.expect(reads.end - reads.start);
      this.#flow.start(async () => {
        const result = await this.#run(segment.task(this.#buffers.take()), reads);
        await hashing.add(order, result);
      });
    }
    hashing.close();
  }

  drained(): Promise<void> {
    return this.#flow.drained(this.#options.signal);
  }

  async #readTable(task: ChunkTableTask, reads: PartRange | null): Promise<ChunkTableResult> {
    const { signal } = this.#options;
    await this.#flow.free(signal);
    try {
      return await this.#run(task, reads);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Starts the task before it returns, so that tasks start in the order in which their ranges are entered. */
  async #run<K extends WimTaskKind>(task: TaskOf<K>, reads: PartRange | null): Promise<WimResults[K]> {
    const range = reads === null ? null : this.#lowWater.enter(reads);
    if (range === null) return this.#options.executor.run<K>(task);
    const taken = (): void => this.#lowWater.leave(range);
    try {
      return await this.#options.executor.run<K>(task, { range, taken });
    } finally {
      taken();
    }
  }
}
