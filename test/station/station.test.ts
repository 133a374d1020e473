/** A station against a model: whatever is plugged, pulled and swapped when, each stick is written once at most and told of once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Drive } from "../../src/drive/drive.js";
import type { JournalLine } from "../../src/station/journal-line.js";
import type { StationRules, StickContent } from "../../src/station/selection.js";
import { Station, type StationOrder } from "../../src/station/station.js";
import type { StickOutcome } from "../../src/station/stick.js";
import { stickDrive } from "../support/station-sticks.js";

const image = { path: "win7.iso", size: 1000, sha256: "ab".repeat(32) };
const contents: readonly StickContent[] = [
  { kind: "empty" },
  { kind: "ours" },
  { kind: "data", words: "holds FAT32" },
  { kind: "unknown", words: "cannot be read" },
];
const failures = [
  { code: "write-failed", exitCode: 6 },
  { code: "verify-failed", exitCode: 7 },
  { code: "target-in-use", exitCode: 5 },
] as const;

/** What happens in one step, with numbers that choose among what there is. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("plug" as const), port: fc.nat(4), content: fc.nat(3), size: fc.nat(2) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pull" as const), port: fc.nat(4) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("list" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("look" as const), which: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("write" as const), which: fc.nat(9), fails: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stop" as const), now: fc.boolean(), sure: fc.nat(5) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

type Plugged = { readonly key: string; readonly drive: Drive; readonly content: StickContent };
const oneOf = <T>(all: readonly T[], which: number): T | undefined => all[which % Math.max(1, all.length)];

/** The bench: ports with sticks in them, and what the station has ordered and nobody has done yet. */
class Bench {
  readonly ports = new Map<number, Plugged>();
  readonly looks: Plugged[] = [];
  readonly writes: Plugged[] = [];
  readonly aborted = new Set<string>();
  readonly written = new Map<string, number>();
  readonly lines = new Map<string, JournalLine[]>();
  readonly known = new Map<string, Plugged>();
  readonly #station: Station;
  #sequence = 0;
  at = 1_000_000;

  constructor(station: Station) {
    this.#station = station;
  }

  take(each: Step): void {
    this.at += 700;
    if (each.do === "plug") this.#plug(each);
    else if (each.do === "pull") this.ports.delete(each.port);
    else if (each.do === "list") this.list();
    else if (each.do === "look") this.#look(oneOf(this.looks, each.which));
    else if (each.do === "write") this.#end(oneOf(this.writes, each.which), each.fails);
    else if (each.sure === 0) this.obey(this.#station.handle({ event: "stop", now: each.now }, this.at));
  }

  list(): void {
    const sticks = [...this.ports.values()].map(({ key, drive }) => ({ key, drive, refusals: [] }));
    this.obey(this.#station.handle({ event: "listed", sticks }, this.at));
  }

  /** All that is under way comes to an end. */
  finish(): void {
    this.obey(this.#station.handle({ event: "stop", now: false }, this.at));
    while (this.looks.length > 0) this.#look(this.looks[0]);
    while (this.writes.length > 0) this.#end(this.writes[0], 9);
  }

  obey(orders: readonly StationOrder[]): void {
    for (const order of orders) {
      if (order.order === "look") this.looks.push(this.known.get(order.key)!);
      else if (order.order === "write") {
        this.written.set(order.key, (this.written.get(order.key) ?? 0) + 1);
        this.writes.push(this.known.get(order.key)!);
      } else if (order.order === "abort") this.aborted.add(order.key);
      else if (order.order === "keep") {
        expect(order.stick.phase).toBe("recording");
        order.stick.recorded();
        expect(order.stick.phase).toBe(order.line.stick);
        const key = this.#keyOf(order.line);
        this.lines.set(key, [...(this.lines.get(key) ?? []), order.line]);
      }
    }
  }

  #keyOf({ drive }: JournalLine): string {
    return [...this.known.values()].find((each) => each.drive.serial === drive.serial)!.key;
  }

  #plug({ port, content, size }: Extract<Step, { do: "plug" }>): void {
    this.#sequence += 1;
    const drive = stickDrive({ port: `2-${port}`, sequence: this.#sequence, size: (size + 1) * 8e9 });
    const plugged = { key: `key ${this.#sequence}`, drive, content: contents[content]! };
    this.ports.set(port, plugged);
    this.known.set(plugged.key, plugged);
  }

  #look(plugged: Plugged | undefined): void {
    if (plugged === undefined) return;
    this.looks.splice(this.looks.indexOf(plugged), 1);
    this.obey(this.#station.handle({ event: "looked", key: plugged.key, content: plugged.content }, this.at));
  }

  #end(plugged: Plugged | undefined, fails: number): void {
    if (plugged === undefined) return;
    this.writes.splice(this.writes.indexOf(plugged), 1);
    const isHere = [...this.ports.values()].includes(plugged);
    const failure = this.aborted.has(plugged.key) || !isHere ? { code: "interrupted", exitCode: 130 } : failures[fails];
    const { path } = plugged.drive;
    const done = { path, sha256: "cd".repeat(32), sha256Bytes: 10, bytesWritten: 10, verified: true };
    const outcome: StickOutcome = failure === undefined ? { done } : { error: { ...failure, message: "it failed" } };
    this.obey(this.#station.handle({ event: "ended", key: plugged.key, outcome }, this.at));
  }
}

const rules = fc.record({
  only: fc.constantFrom<readonly string[]>([], ["2-1"], ["*-[0]", "2-?"], ["s1*"]),
  maxSize: fc.constantFrom(undefined, 16e9),
  take: fc.constantFrom<StationRules["take"]>(["empty", "ours"], ["empty"], ["ours"], ["any"]),
});

describe("a station", () => {
  it("writes what it may, once, and has a line for each stick that it began or refused", () => {
    fc.assert(
      fc.property(
        rules,
        fc.integer({ min: 1, max: 4 }),
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        fc.array(step, { maxLength: 120, size: "max" }),
        (chosen, atOnce, stopAfter, script) => {
          const station = new Station({ image, program: "1", rules: chosen, atOnce, stopAfter }, 1_000_000);
          const bench = new Bench(station);
          for (const each of script) {
            const stopped = station.isStopping;
            const before = bench.written.size;
            bench.take(each);
            expect(bench.writes.length).toBeLessThanOrEqual(atOnce);
            if (stopped) expect(bench.written.size).toBe(before);
          }
          bench.finish();
          expect(station.isOver).toBe(true);
          expect(station.fatal).toBeNull();
          for (const [key, times] of bench.written) {
            const { content, drive } = bench.known.get(key)!;
            expect(times).toBe(1);
            expect(chosen.take.includes("any") || chosen.take.some((each) => each === content.kind)).toBe(true);
            expect(drive.size).toBeLessThanOrEqual(chosen.maxSize ?? Infinity);
            expect(bench.lines.get(key)?.map(({ stick }) => stick)).toHaveLength(1);
          }
          for (const [key, [line, ...more]] of bench.lines) {
            expect(more).toEqual([]);
            expect(line!.began === null).toBe(!bench.written.has(key));
            if (!bench.written.has(key)) expect(line!.stick).toBe("refused");
            if (bench.aborted.has(key)) expect(["pulled", "interrupted"]).toContain(line!.stick);
          }
          const ends = [...bench.lines.values()].flat().map(({ stick }) => stick);
          for (const [verdict, number] of Object.entries(station.counts))
            expect(ends.filter((each) => each === verdict)).toHaveLength(number);
          if (stopAfter !== undefined) expect(station.counts.done).toBeLessThanOrEqual(stopAfter);
          // What is shown at last is in a port, or was when it was looked for.
          bench.list();
          expect(station.sticks.every(({ isRunning }) => !isRunning)).toBe(true);
          expect(station.sticks.length).toBeLessThanOrEqual(bench.ports.size);
        },
      ),
      { numRuns: 300 },
    );
  });

  const station = (more: Partial<ConstructorParameters<typeof Station>[0]> = {}): Station =>
    new Station({ image, program: "1", rules: { only: [], take: ["empty"] }, atOnce: 2, ...more }, 0);
  const drive = stickDrive({ port: "2-1", sequence: 1, size: 8e9 });
  const listed = { event: "listed", sticks: [{ key: "a", drive, refusals: [] }] } as const;
  const kinds = (orders: readonly StationOrder[]): string[] => orders.map(({ order }) => order);

  it("touches no stick that was listed once alone", () => {
    const one = station();
    expect(kinds(one.handle(listed, 1))).toEqual(["show"]);
    expect(kinds(one.handle({ event: "listed", sticks: [] }, 2))).toEqual(["show"]);
    expect(kinds(one.handle(listed, 3))).toEqual(["show"]);
    expect(kinds(one.handle(listed, 4))).toEqual(["show", "look"]);
  });

  it.each([
    { drive: { ...drive, removable: false }, why: "internal" },
    { drive: { ...drive, system: true }, why: "the system's" },
  ])("does not even show a drive that is $why", ({ drive: other }) => {
    const one = station({ rules: { only: [], take: ["any"] } });
    const sticks = [{ key: "a", drive: other, refusals: [] }];
    for (const at of [1, 2, 3]) expect(one.handle({ event: "listed", sticks }, at)).toEqual([]);
    expect(one.sticks).toEqual([]);
  });

  it("refuses what the guard refuses, with data allowed too", () => {
    const one = station({ rules: { only: [], take: ["any"] } });
    const refusals = [{ code: "source-drive", message: `${drive.path} holds the image` } as const];
    one.handle(listed, 1);
    const [keep] = one.handle({ event: "listed", sticks: [{ key: "a", drive, refusals }] }, 2);
    expect(keep).toMatchObject({ order: "keep", line: { stick: "refused", error: { message: "holds the image" } } });
  });

  it("goes on after a bad stick, and ends with an image that changed", () => {
    const one = station();
    const other = stickDrive({ port: "2-2", sequence: 2, size: 8e9 });
    const both = { event: "listed", sticks: [...listed.sticks, { key: "b", drive: other, refusals: [] }] } as const;
    for (const at of [1, 2]) one.handle(both, at);
    for (const key of ["a", "b"]) one.handle({ event: "looked", key, content: { kind: "empty" } }, 3);
    const bad = { error: { code: "fake-capacity", message: "holds less", exitCode: 6 } };
    one.handle({ event: "ended", key: "a", outcome: bad }, 4);
    expect([one.isStopping, one.counts.failed]).toEqual([false, 1]);
    const changed = { error: { code: "image-changed", message: "changed", exitCode: 3 } };
    one.handle({ event: "ended", key: "b", outcome: changed }, 5);
    expect([one.isOver, one.fatal?.code]).toEqual([true, "image-changed"]);
  });

  it("counts what it does in an hour", () => {
    const one = station({ stopAfter: 1 });
    for (const at of [1, 2]) one.handle(listed, at);
    one.handle({ event: "looked", key: "a", content: { kind: "empty" } }, 3);
    const done = { path: drive.path, sha256: null, sha256Bytes: 0, bytesWritten: 1, verified: false };
    one.handle({ event: "ended", key: "a", outcome: { done } }, 60_000);
    expect(one.perHour(60_000)).toBe(60);
    expect(one.perHour(3_600_000)).toBe(1);
    expect(one.perHour(3_700_000)).toBe(0);
    expect(one.isOver).toBe(true);
  });
});
