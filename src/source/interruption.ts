/**
 * Work whose promise rejects as soon as a signal is aborted, even while a medium does not answer. The work itself goes on:
 * memory that it fills must not be reused.
 */
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds to wait for closing a file that such work may still read. */
const closeWithinMs = 500;

export class Interruption {
  readonly #signal: AbortSignal | undefined;
  readonly #error: () => Error;
  readonly #rejections = new Set<() => void>();
  #ended = false;

  /** `error` makes the error that work rejects with. `end` must always be called. */
  constructor(signal: AbortSignal | undefined, error: () => Error) {
    this.#signal = signal;
    this.#error = error;
    signal?.addEventListener("abort", this.#rejectAll);
  }

  get isAborted(): boolean {
    return this.#signal?.aborted === true && !this.#ended;
  }

  /** Runs `work`; rejects as soon as the signal is aborted, and without running it where the signal was aborted before. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isAborted) throw this.#error();
    let abandon: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      abandon = () => reject(this.#error());
      this.#rejections.add(abandon);
    });
    try {
      return await Promise.race([work(), aborted]);
    } finally {
      this.#rejections.delete(abandon!);
    }
  }

  /** From here on, the signal has no effect. */
  end(): void {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#rejectAll);
  }

  /** Closes a file that work has read; after an abort, a pending read is not waited for. */
  async close(close: () => Promise<void>): Promise<void> {
    const closed = close();
    if (this.#signal?.aborted !== true) return closed;
    await Promise.race([Promise.allSettled([closed]), delay(closeWithinMs, undefined, { ref: false })]);
  }

  readonly #rejectAll = (): void => {
    for (const abandon of this.#rejections) abandon();
  };
}

/** Runs `work`; rejects with `error` as soon as `signal` is aborted. */
export async function runInterruptibly<T>(
  signal: AbortSignal | undefined,
  error: () => Error,
  work: (interruption: Interruption) => Promise<T>,
): Promise<T> {
  const interruption = new Interruption(signal, error);
  try {
    return await interruption.run(() => work(interruption));
  } finally {
    interruption.end();
  }
}
