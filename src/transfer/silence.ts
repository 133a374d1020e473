/**
 * How long a target has not answered: a state machine over the operations that begin and end, with the clock as an
 * argument. Traps: only success counts as an answer, because a drive whose operations fail and are retried makes no
 * progress; time in which this process did not run (Ctrl-Z, a suspended machine) says nothing about the drive; and a
 * drive that always takes ten seconds for a block is slow, not silent.
 */
import type { OperationKind, Patience } from "../progress/patience.js";

export type Operation = {
  readonly kind: OperationKind;
  /** The beginning of a sentence: `writing`, `reading back`. */
  readonly doing: string;
  /** Of the drive, in bytes; null for what has no place. */
  readonly offset: number | null;
  /** Bytes; null for what has no size. */
  readonly length: number | null;
};

/** Whether a target answers. */
export type AnswerState =
  | { readonly state: "answering" }
  /** `first`: true once for each silence. */
  | { readonly state: "silent"; readonly operation: Operation; readonly silentMs: number; readonly first: boolean }
  | { readonly state: "given-up"; readonly operation: Operation; readonly silentMs: number };

/** Milliseconds between two looks. */
export const lookEveryMs = 1000;
/** More than that between two looks means that this process did not run. */
const longestStepMs = 2 * lookEveryMs;

export class Silence {
  readonly #patience: Patience;
  /** Operations in progress, the oldest first. */
  readonly #pending = new Set<Operation>();
  #seenAt: number;
  /** Time with an operation in progress since the last answer. */
  #silentMs = 0;
  /** The last two silences: one long pause alone does not make pauses usual. */
  #gapsMs: readonly [number, number] = [0, 0];
  #told = false;

  constructor(patience: Patience, now: number) {
    this.#patience = patience;
    this.#seenAt = now;
  }

  begin(operation: Operation, now: number): void {
    this.#pass(now);
    this.#pending.add(operation);
  }

  /** The length, in milliseconds, of the silence that this answer ends; null where there was none, or none reported. */
  end(operation: Operation, succeeded: boolean, now: number): number | null {
    this.#pass(now);
    this.#pending.delete(operation);
    if (!succeeded) return null;
    const toldOf = this.#told ? this.#silentMs : null;
    if (operation.kind === "transfer") this.#gapsMs = [this.#gapsMs[1], this.#silentMs];
    this.#silentMs = 0;
    this.#told = false;
    return toldOf;
  }

  /** To be asked every `lookEveryMs`. */
  look(now: number, interrupted: boolean): AnswerState {
    this.#pass(now);
    const [operation] = this.#pending;
    if (operation === undefined) return { state: "answering" };
    const silentMs = this.#silentMs;
    const { tellAfterMs, giveUpAfterMs } = this.#patience[operation.kind];
    const limit = interrupted ? Math.min(giveUpAfterMs, this.#patience.interruptedMs) : giveUpAfterMs;
    if (silentMs >= limit) return { state: "given-up", operation, silentMs };
    const usual = operation.kind === "transfer" ? 2 * Math.min(...this.#gapsMs) : 0;
    if (silentMs < Math.max(tellAfterMs, usual)) return { state: "answering" };
    const first = !this.#told;
    this.#told = true;
    return { state: "silent", operation, silentMs, first };
  }

  #pass(now: number): void {
    const step = Math.min(now - this.#seenAt, longestStepMs);
    this.#seenAt = now;
    if (this.#pending.size > 0) this.#silentMs += step;
  }
}
