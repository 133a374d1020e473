/**
 * The rules by which a station goes from one stick to the next: what is to be done after each thing that happens. It has no clock
 * and touches nothing: times come with what happens, and what it orders is done elsewhere. So a day of plugging and pulling
 * is a table of events, and the same events give the same orders.
 *
 * Each stick that comes gets one write at most, and one line in the journal if it was begun or refused. A stick is known by its
 * identity (path, size, serial, model, Linux's disk sequence number): one that is plugged in again is another one.
 */
import type { Drive } from "../drive/drive.js";
import type { WriteEvent } from "../progress/events.js";
import type { JournalLine, StickVerdict } from "./journal-line.js";
import { twinRateOf, type TwinRate } from "./rates.js";
import {
  refusalBeforeLooking,
  refusalOfContent,
  withoutPath,
  type ListedStick,
  type StationRules,
  type StickContent,
  type StickRefusal,
} from "./selection.js";
import { isFaultOfImage, stickVerdictOf } from "./verdict.js";
import { Stick, type StickError, type StickOutcome } from "./stick.js";

/** What is known before the first stick comes. */
export type StationFacts = Pick<JournalLine, "image" | "program"> & {
  readonly rules: StationRules;
  /** Sticks that are written at one time. */
  readonly atOnce: number;
  /** Ends when so many are done; undefined: never. */
  readonly stopAfter?: number | undefined;
  /** What sticks did before this run. */
  readonly known?: readonly TwinRate[];
};

/** Something that happens. `key` says which stick: `driveKey`. */
export type StationEvent =
  /** All drives that are there now. */
  | { readonly event: "listed"; readonly sticks: readonly (ListedStick & { readonly key: string })[] }
  | { readonly event: "looked"; readonly key: string; readonly content: StickContent }
  | { readonly event: "wrote"; readonly key: string; readonly told: WriteEvent }
  | { readonly event: "ended"; readonly key: string; readonly outcome: StickOutcome }
  /** Somebody wants it to end: what runs goes on to its end, and by `now` it does not. */
  | { readonly event: "stop"; readonly now: boolean };

/** Something to do. */
export type StationOrder =
  | { readonly order: "look"; readonly key: string; readonly drive: Drive }
  | { readonly order: "write"; readonly key: string; readonly drive: Drive }
  | { readonly order: "abort"; readonly key: string }
  /** Append to the journal; then the stick is `recorded`, and shown. */
  | { readonly order: "keep"; readonly line: JournalLine; readonly stick: Stick }
  /** Its phase is another one. */
  | { readonly order: "show"; readonly stick: Stick };

export type StationCounts = Record<StickVerdict, number>;

/** Milliseconds of an hour. */
const hourMs = 3_600_000;
/** Rates that are kept: of a day's sticks. */
const mostKnown = 2000;

export class Station {
  readonly #facts: StationFacts;
  readonly #startedAt: number;
  /** In the order in which they came: those that are there, and those whose write has not noticed that they are gone. */
  readonly #sticks = new Map<string, Stick>();
  readonly #counts: StationCounts = { done: 0, failed: 0, pulled: 0, interrupted: 0, refused: 0 };
  readonly #doneAt: number[] = [];
  #known: TwinRate[];
  #number = 0;
  #isStopping = false;
  #fatal: StickError | null = null;

  constructor(facts: StationFacts, at: number) {
    this.#facts = facts;
    this.#startedAt = at;
    this.#known = [...(facts.known ?? [])].slice(-mostKnown);
  }

  get sticks(): readonly Stick[] {
    return [...this.#sticks.values()];
  }
  /** Undefined where it is none that is there. */
  stick(key: string): Stick | undefined {
    return this.#sticks.get(key);
  }
  get counts(): Readonly<StationCounts> {
    return this.#counts;
  }
  get known(): readonly TwinRate[] {
    return this.#known;
  }
  get startedAt(): number {
    return this.#startedAt;
  }
  /** No more sticks are taken. */
  get isStopping(): boolean {
    return this.#isStopping;
  }
  /** Nothing runs, and nothing will. */
  get isOver(): boolean {
    return this.#isStopping && this.#running() === 0;
  }
  /** What is wrong with the image, and so with every stick; null while nothing is. */
  get fatal(): StickError | null {
    return this.#fatal;
  }

  /** Sticks that were done in the last hour; in a shorter run, as many as that makes in one. */
  perHour(at: number): number {
    const recent = this.#doneAt.filter((each) => each > at - hourMs).length;
    const since = Math.min(hourMs, at - this.#startedAt);
    return since <= 0 ? 0 : Math.round((recent * hourMs) / since);
  }

  /** `at` in milliseconds since 1970, never before that of an earlier call. */
  handle(event: StationEvent, at: number): StationOrder[] {
    if (event.event === "listed") return [...this.#listed(event.sticks, at), ...this.#start(at)];
    if (event.event === "stop") return this.#stop(event.now);
    const stick = this.#sticks.get(event.key);
    if (stick === undefined) return [];
    if (event.event === "looked") return [...this.#looked(stick, event.content, at), ...this.#start(at)];
    if (event.event === "ended") return [...this.#ended(event.key, stick, event.outcome, at), ...this.#start(at)];
    if (!stick.isRunning) return [];
    const before = stick.phase;
    stick.wrote(event.told, at);
    return stick.phase === before ? [] : [{ order: "show", stick }];
  }

  #running(): number {
    return this.sticks.filter(({ isRunning }) => isRunning).length;
  }

  #listed(listed: readonly (ListedStick & { readonly key: string })[], at: number): StationOrder[] {
    const orders: StationOrder[] = [];
    const here = new Set(listed.map(({ key }) => key));
    for (const [key, stick] of this.#sticks) if (!here.has(key)) orders.push(...this.#gone(key, stick));
    for (const each of listed) {
      const { key, drive } = each;
      const stick = this.#sticks.get(key);
      if (stick === undefined) {
        // What is built into the machine never was plugged in.
        if (!drive.removable || drive.system) continue;
        const created = new Stick((this.#number += 1), drive, at);
        this.#sticks.set(key, created);
        orders.push({ order: "show", stick: created });
      } else if (stick.phase === "appeared" && !this.#isStopping) {
        orders.push(...this.#judge(each, stick, at));
      }
    }
    return orders;
  }

  #judge(each: ListedStick & { readonly key: string }, stick: Stick, at: number): StationOrder[] {
    const refusal = refusalBeforeLooking(each, this.#facts.rules);
    if (refusal !== null) return this.#refuse(stick, refusal, at);
    stick.phase = "looking";
    return [
      { order: "show", stick },
      { order: "look", key: each.key, drive: stick.drive },
    ];
  }

  #looked(stick: Stick, content: StickContent, at: number): StationOrder[] {
    if (stick.phase !== "looking") return [];
    const refusal = refusalOfContent(content, this.#facts.rules);
    if (refusal !== null) return this.#refuse(stick, refusal, at);
    stick.phase = "waiting";
    return [{ order: "show", stick }];
  }

  #refuse(stick: Stick, refusal: StickRefusal, at: number): StationOrder[] {
    stick.record("refused");
    stick.reason = refusal.reason;
    this.#counts.refused += 1;
    return [{ order: "keep", stick, line: stick.line(this.#facts, "refused", null, { refusal }, at) }];
  }

  /** Begins as many as may run, those that came first before the others. */
  #start(at: number): StationOrder[] {
    const orders: StationOrder[] = [];
    for (const [key, stick] of this.#sticks) {
      if (this.#isStopping || this.#running() >= this.#room()) break;
      if (stick.phase !== "waiting") continue;
      stick.begin(at);
      orders.push({ order: "show", stick }, { order: "write", key, drive: stick.drive });
    }
    return orders;
  }

  /** No more than are still wanted: one too many would be a stick that nobody has asked for. */
  #room(): number {
    const { atOnce, stopAfter } = this.#facts;
    return stopAfter === undefined ? atOnce : Math.min(atOnce, stopAfter - this.#counts.done);
  }

  #gone(key: string, stick: Stick): StationOrder[] {
    if (stick.isGone) return [];
    stick.isGone = true;
    if (stick.isRunning) {
      stick.phase = "pulled";
      stick.progress = null;
      return [
        { order: "show", stick },
        { order: "abort", key },
      ];
    }
    this.#sticks.delete(key);
    return [{ order: "show", stick }];
  }

  #ended(key: string, stick: Stick, outcome: StickOutcome, at: number): StationOrder[] {
    if (!stick.isRunning) return [];
    const verdict = stickVerdictOf(outcome, stick.isGone);
    if ("error" in outcome && isFaultOfImage(outcome.error, verdict)) {
      this.#fatal ??= outcome.error;
      this.#isStopping = true;
    }
    stick.record(verdict);
    const passes = stick.end(outcome, this.#known, at);
    stick.reason = "error" in outcome ? withoutPath(outcome.error.message, stick.drive.path) : null;
    this.#counts[verdict] += 1;
    const line = stick.line(this.#facts, verdict, passes, outcome, at);
    if (verdict === "done") this.#remember(line, at);
    if (stick.isGone) this.#sticks.delete(key);
    return [{ order: "keep", stick, line }];
  }

  #remember(line: JournalLine, at: number): void {
    this.#known = [...this.#known, twinRateOf(line)].slice(-mostKnown);
    this.#doneAt.push(at);
    while (this.#doneAt[0]! <= at - hourMs) this.#doneAt.shift();
    const { stopAfter } = this.#facts;
    if (stopAfter !== undefined && this.#counts.done >= stopAfter) this.#isStopping = true;
  }

  #stop(now: boolean): StationOrder[] {
    this.#isStopping = true;
    if (!now) return [];
    return [...this.#sticks].flatMap(([key, { isRunning }]) => (isRunning ? [{ order: "abort" as const, key }] : []));
  }
}
