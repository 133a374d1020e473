/** A stick in a station: who it is, how far it is, and what its line in the journal will say. */
import type { Drive } from "../drive/drive.js";
import type { ProgressEvent, TargetDone, WriteEvent, WritePhase } from "../progress/events.js";
import { writeTimes } from "../progress/write-times.js";
import type { JournalDrive, JournalLine, JournalPass, SlowPass, StickVerdict } from "./journal-line.js";
import type { StickRefusal } from "./selection.js";
import { isSlow, RatesByPlace, rateOfTwins, type RateKind, type TwinRate } from "./rates.js";

/**
 * `appeared`: it was listed once, and is not touched before it is listed again, because a system that mounts it by itself does so then.
 * `looking`: what is on it is read. `waiting` for others to end. `writing` and `verifying` until it is `done` or `failed`. `pulled`: it
 * is gone, and what wrote it has yet to notice. `recording`: how it ended is on its way into the journal, and is said when it is there.
 * `interrupted` by a person; `refused`: nothing is written to it.
 */
export type StickPhase =
  | "recording"
  | "appeared"
  | "looking"
  | "waiting"
  | "writing"
  | "verifying"
  | "pulled"
  | StickVerdict;

/** Milliseconds since 1970. */
type Time = number;

/** What ended a write: the parts of a Win7UsbError that decide what it means. */
export type StickError = { readonly code: string; readonly message: string; readonly exitCode: number };

/** How a write ended. */
export type StickOutcome = { readonly done: TargetDone } | { readonly error: StickError };

export class Stick {
  /** Its number among all that came. */
  readonly number: number;
  readonly drive: Drive;
  readonly appearedAt: Time;
  phase: StickPhase = "appeared";
  /** Why it is as it is, as the rest of a sentence; null where the phase says all. */
  reason: string | null = null;
  progress: ProgressEvent | null = null;
  retries = 0;
  stalls = 0;
  /** Told by its line, and no longer there. */
  isGone = false;
  slow: readonly SlowPass[] = [];
  #beganAt: Time | null = null;
  #at: Time;
  #phaseAt: Time;
  readonly #rates: Partial<Record<RateKind, RatesByPlace>> = {};
  readonly #times = writeTimes(() => this.#at);

  constructor(number: number, drive: Drive, at: Time) {
    this.number = number;
    this.drive = drive;
    this.appearedAt = at;
    this.#at = at;
    this.#phaseAt = at;
  }

  /** Its write has begun and not ended. */
  get isRunning(): boolean {
    return this.#beganAt !== null && !this.#hasEnded;
  }
  #hasEnded = false;

  begin(at: Time): void {
    this.phase = "writing";
    this.#beganAt = at;
  }

  /** What its write tells. */
  wrote(event: WriteEvent, at: Time): void {
    this.#at = at;
    this.#times.onEvent(event);
    if (event.event === "phase") this.#beginPhase(event.phase, at);
    else if (event.event === "progress") {
      if (!this.isGone) this.progress = event;
      const rates = (this.#rates[kindOf(event.phase)] ??= new RatesByPlace(event.totalBytes, this.#phaseAt));
      rates.reached(event.bytes, at);
    } else if (event.event === "warning") {
      if (event.code === "retried") this.retries += 1;
      else if (event.code === "stalled") this.stalls += 1;
    }
  }

  #beginPhase(phase: WritePhase, at: Time): void {
    if (phase === "flush" || phase === "finish") return;
    this.#phaseAt = at;
    this.progress = null;
    if (this.phase !== "pulled") this.phase = phase === "verify" ? "verifying" : "writing";
  }

  /** That is how it ended, once it is in the journal. */
  record(verdict: StickVerdict): void {
    this.phase = "recording";
    this.#verdict = verdict;
  }
  #verdict: StickVerdict | null = null;

  /** Its line is in the journal. */
  recorded(): void {
    if (this.#verdict !== null) this.phase = this.#verdict;
  }

  /** What its write has to say at its end. `known`: what its twins did. */
  end(outcome: StickOutcome | null, known: readonly TwinRate[], at: Time): StickPasses {
    this.#at = at;
    this.#hasEnded = true;
    this.progress = null;
    const { write, readBack } = this.#passes(outcome);
    this.slow = (["write", "readBack"] as const).flatMap((pass): SlowPass[] => {
      const rate = (pass === "write" ? write : readBack)?.bytesPerSecond ?? null;
      const twins = rateOfTwins(known, this.drive, pass);
      return isSlow(rate, twins) ? [{ pass, bytesPerSecond: rate!, twins: twins! }] : [];
    });
    return { write, readBack };
  }

  /** `passes`: what `end` gave; null for a stick that was never begun. */
  line(
    { image, program }: Pick<JournalLine, "image" | "program">,
    verdict: StickVerdict,
    passes: StickPasses | null,
    outcome: StickOutcome | { readonly refusal: StickRefusal },
    at: Time,
  ): JournalLine {
    const done = "done" in outcome && outcome.done.verified ? outcome.done : null;
    return {
      schema: 1,
      stick: verdict,
      drive: journalDrive(this.drive),
      image,
      program,
      appeared: isoTime(this.appearedAt),
      began: this.#beganAt === null ? null : isoTime(this.#beganAt),
      ended: isoTime(at),
      verified: done === null || done.sha256 === null ? null : { sha256: done.sha256, sha256Bytes: done.sha256Bytes },
      write: passes?.write ?? null,
      readBack: passes?.readBack ?? null,
      retries: this.retries,
      stalls: this.stalls,
      slow: this.slow,
      error: errorOfOutcome(outcome),
    };
  }

  #passes(outcome: StickOutcome | null): StickPasses {
    const done = outcome !== null && "done" in outcome ? outcome.done : null;
    const paces = this.#times.of(this.drive.path, done?.bytesDiffering ?? done?.bytesWritten ?? 0);
    const pass = (kind: RateKind): JournalPass | null => {
      const rates = this.#rates[kind];
      // Of a write that failed what it had reached is known all the same, and how fast it was where.
      const pace = done === null ? (rates?.pace() ?? null) : paces[kind];
      return pace === null ? null : { ...pace, places: rates?.rates() ?? [] };
    };
    return { write: pass("write"), readBack: pass("readBack") };
  }
}

export type StickPasses = Record<RateKind, JournalPass | null>;

const kindOf = (phase: WritePhase): RateKind => (phase === "verify" ? "readBack" : "write");

export function journalDrive({ path, port, model, serial, bus, size }: Drive): JournalDrive {
  return { path, port: port ?? null, model, serial, bus, size };
}

function errorOfOutcome(outcome: Parameters<Stick["line"]>[3]): JournalLine["error"] {
  if ("refusal" in outcome) return { code: outcome.refusal.code, message: outcome.refusal.reason };
  if (!("error" in outcome)) return null;
  const { code, message } = outcome.error;
  return { code, message };
}

function isoTime(ms: Time): string {
  return new Date(ms).toISOString();
}
