/** How long a target has not answered, by a clock of the test's own; and that its rate is not told meanwhile. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { ProgressEvent } from "../../src/progress/events.js";
import { usualPatience, type OperationKind } from "../../src/progress/patience.js";
import { createMeter } from "../../src/progress/progress-meter.js";
import { lookEveryMs, Silence, type Operation, type AnswerState } from "../../src/transfer/silence.js";

const operation = (kind: OperationKind = "transfer", offset = 0): Operation => ({
  kind,
  doing: "writing",
  offset,
  length: MiB,
});

/** A silence whose clock goes on second by second, with a look each. */
function watch(): {
  silence: Silence;
  at: () => number;
  pass: (seconds: number, interrupted?: boolean) => AnswerState[];
} {
  let now = 1_000_000;
  const silence = new Silence(usualPatience, now);
  return {
    silence,
    at: () => now,
    pass: (seconds, interrupted = false) =>
      Array.from({ length: seconds }, () => silence.look((now += lookEveryMs), interrupted)),
  };
}

const statesOf = (verdicts: readonly AnswerState[]): string[] => [...new Set(verdicts.map(({ state }) => state))];
const firsts = (verdicts: readonly AnswerState[]): AnswerState[] =>
  verdicts.filter((verdict) => verdict.state === "silent" && verdict.first);

describe("a target that does not answer", () => {
  it("is told of once after five seconds, with what is the oldest, and given up after two minutes", () => {
    const { silence, at, pass } = watch();
    const oldest = operation("transfer", 4 * MiB);
    silence.begin(oldest, at());
    pass(2);
    silence.begin(operation("transfer", 8 * MiB), at());
    expect(statesOf(pass(2))).toEqual(["answering"]);
    const told = pass(115);
    expect(statesOf(told)).toEqual(["silent"]);
    expect(firsts(told)).toEqual([{ state: "silent", operation: oldest, silentMs: 5000, first: true }]);
    expect(pass(1)).toEqual([{ state: "given-up", operation: oldest, silentMs: 120_000 }]);
  });

  it("that answers in the end is told how long it was, and the next silence is a new one", () => {
    const { silence, at, pass } = watch();
    for (const seconds of [42, 50]) {
      const [first, second] = [operation(), operation()];
      silence.begin(first, at());
      silence.begin(second, at());
      expect(firsts(pass(seconds))).toHaveLength(1);
      expect(silence.end(first, true, at())).toBe(seconds * 1000);
      expect(statesOf(pass(4))).toEqual(["answering"]);
      expect(silence.end(second, true, at())).toBeNull();
      // Nothing under way: nothing to answer.
      expect(statesOf(pass(300))).toEqual(["answering"]);
    }
  });

  it("is no nearer to its end by failing and being asked again", () => {
    const { silence, at, pass } = watch();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const tried = operation();
      silence.begin(tried, at());
      expect(statesOf(pass(50))).not.toContain("given-up");
      expect(silence.end(tried, false, at())).toBeNull();
    }
    silence.begin(operation(), at());
    expect(statesOf(pass(19))).toEqual(["silent"]);
    expect(statesOf(pass(1))).toEqual(["given-up"]);
  });

  it("has more time for a flush, and a commit is told of later", () => {
    for (const [kind, tellAfter] of [
      ["flush", 5],
      ["commit", 30],
    ] as const) {
      const { silence, at, pass } = watch();
      silence.begin(operation(kind), at());
      expect(statesOf(pass(tellAfter - 1))).toEqual(["answering"]);
      expect(statesOf(pass(600 - tellAfter))).toEqual(["silent"]);
      expect(statesOf(pass(1))).toEqual(["given-up"]);
    }
  });

  it("is not silent where it is as slow as it was twice before", () => {
    const { silence, at, pass } = watch();
    const told = [9, 12, 11, 10, 13, 11].map((seconds) => {
      const block = operation();
      silence.begin(block, at());
      const { length } = firsts(pass(seconds));
      silence.end(block, true, at());
      return length;
    });
    expect(told).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it("is not waited for any longer than five seconds once the person has interrupted", () => {
    const { silence, at, pass } = watch();
    silence.begin(operation("flush"), at());
    expect(statesOf(pass(3))).toEqual(["answering"]);
    expect(statesOf(pass(1, true))).toEqual(["answering"]);
    expect(statesOf(pass(1, true))).toEqual(["given-up"]);
  });

  it("is not held against it while this process did not run", () => {
    const { silence, at, pass } = watch();
    const stopped = operation();
    silence.begin(stopped, at());
    expect(silence.look(at() + 3_600_000, false)).toEqual({ state: "answering" });
    expect(silence.end(stopped, true, at() + 3_600_500)).toBeNull();
    expect(statesOf(pass(1))).toEqual(["answering"]);
  });
});

describe("the progress of a target that stands still", () => {
  const total = 100 * MiB;
  function meter() {
    let now = 0;
    const events: ProgressEvent[] = [];
    const made = createMeter({
      phase: "write",
      target: "stick",
      totalBytes: total,
      now: () => now,
      onEvent: (event: ProgressEvent) => void events.push(event),
    });
    return { ...made, events, pass: (ms: number) => (now += ms), last: () => events.at(-1)! };
  }

  it("has no rate and no remaining time, and afterwards those of the drive again", () => {
    const stick = meter();
    for (let step = 0; step < 20; step += 1) {
      stick.pass(100);
      stick.advance(MiB);
    }
    expect(stick.last().bytesPerSecond).toBe(10 * MiB);
    const before = stick.events.length;
    for (let second = 1; second < 5; second += 1) {
      stick.pass(1000);
      stick.look(null);
    }
    expect(stick.events).toHaveLength(before);
    stick.pass(1000);
    stick.look(5000);
    expect(stick.last()).toMatchObject({ bytes: 20 * MiB, bytesPerSecond: 0, etaMs: null, stalledMs: 5000 });
    stick.pass(40_000);
    for (let step = 0; step < 10; step += 1) {
      stick.advance(MiB);
      stick.pass(100);
    }
    expect(stick.last()).not.toHaveProperty("stalledMs");
    expect(stick.last().bytesPerSecond / (10 * MiB)).toBeCloseTo(1, 1);
    expect(stick.last().etaMs! / 7000).toBeCloseTo(1, 0);
  });

  it("because another holds it up has none either, but it answers", () => {
    const stick = meter();
    stick.pass(1000);
    stick.advance(10 * MiB);
    stick.pass(4999);
    stick.look(null);
    expect(stick.events).toHaveLength(1);
    stick.pass(1);
    stick.look(null);
    expect(stick.last()).toEqual({
      event: "progress",
      phase: "write",
      target: "stick",
      bytes: 10 * MiB,
      totalBytes: total,
      bytesPerSecond: 0,
      etaMs: null,
    });
  });

  it("because it is at its end, or slow, is told as it is", () => {
    const stick = meter();
    stick.pass(8000);
    stick.advance(4 * MiB);
    stick.pass(8000);
    stick.look(null);
    stick.advance(96 * MiB);
    stick.pass(60_000);
    stick.look(null);
    expect(stick.events).toHaveLength(2);
  });
});
