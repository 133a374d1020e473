/**
 * Deep verification beside a pass over the image, with nothing real but the schedule and the ring's counters: threads, the
 * reader and a hash are actors that take turns at random. Whatever ranges a WIM asks for, everything ends, and nobody gets
 * other bytes than those that are there.
 */
import { array, assert, asyncProperty, boolean, integer, nat, oneof, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/source/byte-source.js";
import { ringCounter } from "../../src/threads/image-ring.js";
import type { ImagePass } from "../../src/threads/image-pass.js";
import { createImagePass } from "../../src/threads/image-pass.js";
import { expectShape } from "../../src/threads/shape.js";
import { wimResults } from "../../src/threads/wim-results.js";
import { ExtentMap } from "../../src/verification/wim/extent-map.js";
import type { PartRange } from "../../src/verification/wim/low-water.js";
import { LowWater } from "../../src/verification/wim/low-water.js";
import type { FileExtent, Passage, WimExecutor, WimPart } from "../../src/verification/wim/index.js";
import { runSteps } from "../../src/verification/wim/schedule.js";
import type { RangesStep } from "../../src/verification/wim/steps.js";
import type { TaskOf, WimResults, WimTaskKind } from "../../src/verification/wim/tasks.js";
import { rounds } from "../support/sample.js";

const ring = { slotSize: 64, slotCount: 4 };
const ringBytes = ring.slotSize * ring.slotCount;
const path = "/image.iso";
/** What the image has at an offset: no two places that a ring could mix up are the same. */
const byteAt = (offset: number): number => (offset * 31 + Math.floor(offset / 64) * 7) % 251;

function part(extents: readonly FileExtent[]): WimPart {
  return { name: "a part", source: memorySource(new Uint8Array(0)), file: { path, extents } };
}

/** The same lengths with gaps between them instead of anywhere. */
function inOrder(extents: readonly FileExtent[]): FileExtent[] {
  let end = 0;
  return extents.map(({ offset, length }) => {
    const start = end + (offset % 300);
    end = start + length;
    return { offset: start, length };
  });
}

function step({ part: index, start, end }: PartRange): RangesStep {
  const task = { kind: "ranges", part: index, ranges: [], hashes: new Uint8Array(0) } as const;
  return { kind: "ranges", task, reads: { part: index, start, end } };
}

/** Actors that take turns: each waits for its condition, and when nothing has happened for very long, nothing will. */
class Stage {
  #quiet = 0;
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  random(below: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * below);
  }

  async rest(): Promise<void> {
    for (let turns = this.random(6); turns > 0; turns -= 1) await Promise.resolve();
    this.#quiet = 0;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      this.#quiet += 1;
      if (this.#quiet > 20_000) throw new Error("everybody waits for somebody");
      await Promise.resolve();
    }
  }
}

class Ring {
  readonly pass: ImagePass;
  readonly #counters: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #stage: Stage;

  constructor(size: number, stage: Stage) {
    this.pass = createImagePass(path, size, 2, { ring });
    this.#counters = new Int32Array(this.pass.memory.counters);
    this.#bytes = new Uint8Array(this.pass.memory.slots);
    this.#stage = stage;
  }

  get #slots(): number {
    return Math.ceil(this.pass.size / ring.slotSize);
  }

  /** Both hashing threads, which read in turn as `takeRing` has it. */
  async hashAll(): Promise<void> {
    await Promise.all([this.#hash(0), this.#hash(1)]);
  }

  async #hash(taker: number): Promise<void> {
    const own = ringCounter.firstTaker + taker;
    while (this.#counters[own]! < this.#slots) {
      const before = (): number => this.#counters[ringCounter.filled]! - this.#counters[own]!;
      await this.#stage.until(() => before() > 0 || this.#isDue(before()));
      if (this.#isDue(before())) {
        await this.#fillNext();
        continue;
      }
      await this.#stage.rest();
      this.#counters[own]! += 1;
    }
  }

  #isDue(before: number): boolean {
    const filled = this.#counters[ringCounter.filled]!;
    const takers = this.#counters.subarray(ringCounter.firstTaker);
    const hasNext = filled < this.#slots && takers.every((taken) => filled - taken < ring.slotCount);
    return before <= ring.slotCount / 2 && hasNext && this.#counters[ringCounter.reading] === 0;
  }

  async #fillNext(): Promise<void> {
    this.#counters[ringCounter.reading] = 1;
    await this.#stage.rest();
    const index = this.#counters[ringCounter.filled]!;
    for (let at = 0; at < ring.slotSize; at += 1) {
      const offset = index * ring.slotSize + at;
      this.#bytes[offset % ringBytes] = byteAt(offset);
    }
    this.#counters[ringCounter.filled]! += 1;
    this.#counters[ringCounter.reading] = 0;
  }

  /** A thread takes the bytes of its range, in slots, from the first to the last. */
  async take({ range }: Passage): Promise<void> {
    for (let offset = range.start; offset < range.end; offset += 1) {
      await this.#stage.until(() => this.#counters[ringCounter.filled]! > Math.floor(offset / ring.slotSize));
      if (this.#bytes[offset % ringBytes] !== byteAt(offset)) throw new Error(`byte ${offset} is another one`);
      if (offset % ring.slotSize === 0) await this.#stage.rest();
    }
  }
}

/** Threads that work on what they are given one after the other; `passed` collects what went through the ring. */
function fakeThreads(count: number, { pass, take }: { pass: ImagePass; take: (passage: Passage) => Promise<void> }) {
  const queues = Array.from({ length: count }, () => ({ waiting: 0, last: Promise.resolve() }));
  const passed: Passage[] = [];
  let runs = 0;
  const executor: WimExecutor = {
    concurrency: count,
    window: pass,
    async run<K extends WimTaskKind>({ kind }: TaskOf<K>, passage?: Passage): Promise<WimResults[K]> {
      runs += 1;
      if (passage !== undefined) passed.push(passage);
      const queue = queues.reduce((idle, other) => (other.waiting < idle.waiting ? other : idle));
      queue.waiting += 1;
      const work = queue.last.then(() => (passage === undefined ? undefined : take(passage)));
      queue.last = work.catch(() => undefined);
      await work;
      queue.waiting -= 1;
      return expectShape({ kind: "ranges", wrong: [] }, wimResults[kind], "what every task comes to here");
    },
    close: () => Promise.resolve(),
  };
  return { executor, passed, runs: () => runs };
}

const createSha1 = () => ({ update: () => undefined, digest: () => new Uint8Array(20) });

async function runSet(parts: WimPart[], ranges: readonly PartRange[], executor: WimExecutor): Promise<number> {
  let done = 0;
  const unexpected = (): void => expect.unreachable();
  const events = {
    batchDone: unexpected,
    rangesDone: () => void (done += 1),
    metadataDone: unexpected,
    largeAdvanced: unexpected,
    largeDone: unexpected,
  };
  await runSteps(ranges.map(step), { parts, executor, createSha1, events });
  return done;
}

describe("tasks beside a pass over the image", () => {
  const size = 3000;
  const anyExtents = array(record({ offset: nat(size), length: nat(900) }), { minLength: 1, maxLength: 3 });
  const anyRange = record({ part: nat(2), start: nat(1200), length: oneof(nat(140), nat(2 * ringBytes)) });
  const anySet = record({
    parts: array(record({ extents: anyExtents, sorted: boolean() }), { minLength: 1, maxLength: 3 }),
    ranges: array(anyRange, { maxLength: 25 }),
    sorted: boolean(),
  });

  it("all end, whatever is asked for and however the turns fall", { timeout: 60_000 }, async () => {
    const scene = record({ sets: array(anySet, { maxLength: 3 }), threads: integer({ min: 1, max: 4 }), seed: nat() });
    let through = 0;
    await assert(
      asyncProperty(scene, async ({ sets, threads, seed }) => {
        const stage = new Stage(seed);
        const passing = new Ring(size, stage);
        const take = (passage: Passage): Promise<void> => passing.take(passage);
        const { executor, passed } = fakeThreads(threads, { pass: passing.pass, take });
        const deep = async (): Promise<void> => {
          for (const set of sets) {
            const parts = set.parts.map(({ extents, sorted }) => part(sorted ? inOrder(extents) : extents));
            const offsets = parts.flatMap(({ file }) => file!.extents.map(({ offset }) => offset));
            passing.pass.release(Math.min(...offsets));
            const ranges = set.ranges.map(({ part: index, start, length }) => {
              return { part: index % parts.length, start, end: start + length };
            });
            if (set.sorted) ranges.sort((a, b) => a.part - b.part || a.start - b.start);
            expect(await runSet(parts, ranges, executor)).toBe(ranges.length);
          }
          passing.pass.release(size);
        };
        await Promise.all([passing.hashAll(), deep()]);
        through += passed.length;
      }),
      { numRuns: rounds(2000) },
    );
    expect(through).toBeGreaterThan(rounds(1000));
  });

  it("all take from it where they come in order, fit, and lie in one piece", async () => {
    const stage = new Stage(1);
    const passing = new Ring(size, stage);
    const take = (passage: Passage): Promise<void> => passing.take(passage);
    const { executor, passed, runs } = fakeThreads(2, { pass: passing.pass, take });
    const ranges = Array.from({ length: 30 }, (_, index) => ({ part: 0, start: index * 60, end: index * 60 + 128 }));
    const run = async (): Promise<void> => {
      await runSet([part([{ offset: 200, length: 2500 }])], ranges, executor);
      passing.pass.release(size);
    };
    await Promise.all([passing.hashAll(), run()]);
    expect(runs()).toBe(30);
    expect(passed.map(({ range }) => range)).toEqual(
      ranges.map(({ start, end }) => ({ start: 200 + start, end: 200 + end })),
    );
  });
});

describe("the low-water mark", () => {
  const window = () => createImagePass(path, 4096, 1, { ring });
  const whole = [part([{ offset: 100, length: 3996 }])];

  it("is where the earliest range in flight begins, and never falls", () => {
    const pass = window();
    const mark = new LowWater(pass, whole);
    const [first, second, third] = [0, 50, 90].map((start) => mark.enter({ part: 0, start, end: start + 100 })!);
    expect(pass.released).toBe(100);
    mark.leave(second!);
    expect(pass.released).toBe(100);
    mark.leave(first!);
    expect(pass.released).toBe(190);
    mark.leave(first!);
    mark.leave(third!);
    expect(pass.released).toBe(190);
    mark.enter({ part: 0, start: 700, end: 710 });
    expect(pass.released).toBe(800);
  });

  it.each([
    ["begins before one that has begun", 50, 60],
    ["begins before what was let go of", 110, 120],
    ["is longer than the limit", 1000, 1129],
    ["leaves the part", 3990, 4000],
    ["is empty", 500, 500],
  ])("lets no range in that %s", (_, start, end) => {
    const pass = window();
    pass.release(300);
    const mark = new LowWater(pass, whole);
    expect(mark.enter({ part: 0, start: 200, end: 328 })).toEqual({ start: 300, end: 428 });
    expect(mark.enter({ part: 0, start, end })).toBeNull();
  });

  it("lets none in of what does not pass, or not in its order", () => {
    const pass = window();
    const extents = [
      { offset: 2000, length: 100 },
      { offset: 500, length: 100 },
    ];
    const elsewhere = { ...whole[0]!, file: { path: "/other.iso", extents } };
    const mark = new LowWater(pass, [part(extents), elsewhere, part([{ offset: 4000, length: 200 }])]);
    for (const index of [0, 1]) expect(mark.enter({ part: index, start: 0, end: 10 })).toBeNull();
    expect(mark.enter({ part: 2, start: 0, end: 97 })).toBeNull();
    expect(mark.enter({ part: 2, start: 0, end: 96 })).toEqual({ start: 4000, end: 4096 });
    expect(new LowWater(undefined, whole).enter({ part: 0, start: 0, end: 10 })).toBeNull();
  });
});

describe("a part's place in the file", () => {
  it("is the same for every piece as for every byte", async () => {
    const extents = array(record({ offset: nat(500), length: nat(20) }), { minLength: 1, maxLength: 6 });
    await assert(
      asyncProperty(extents, nat(100), nat(100), async (list, from, count) => {
        const map = new ExtentMap(list);
        const bytes = list.flatMap(({ offset, length }) => Array.from({ length }, (_, at) => offset + at));
        expect(map.size).toBe(bytes.length);
        const start = Math.min(from, bytes.length);
        const wanted = bytes.slice(start, start + count);
        const pieces = [...map.pieces(start, wanted.length)];
        expect(pieces.flatMap(({ offset, length }) => Array.from({ length }, (_, at) => offset + at))).toEqual(wanted);
        const span = wanted.length === 0 ? null : { start: wanted[0], end: wanted.at(-1)! + 1 };
        expect(map.span(start, start + wanted.length)).toEqual(span);
        expect(map.isAscending).toBe(bytes.every((at, index) => index === 0 || at > bytes[index - 1]!));
      }),
    );
  });
});
