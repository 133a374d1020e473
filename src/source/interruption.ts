/**
 * Work that a signal ends at once, whatever it waits for: a read from a medium that does not answer may take for ever. The
 * work itself is not stopped by that: memory that it fills must not be used for anything else afterwards.
 */
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds for closing what such work still reads: the system closes it when the read is over. */
const closeWithinMs = 500;

export class Interruption {
  readonly #signal: AbortSignal | undefined;
  readonly #error: () => Error;
  readonly #rejections = new Set<() => void>();
  #ended = false;

  /** `error` makes what work rejects with. To be ended in any case. */
  constructor(signal: AbortSignal | undefined, error: () => Error) {
    this.#signal = signal;
    this.#error = error;
    signal?.addEventListener("abort", this.#rejectAll);
  }

  get isAborted(): boolean {
    return this.#signal?.aborted === true && !this.#ended;
  }

  /** Does what `work` does, or rejects as soon as the signal is aborted; where it was before, `work` is not begun. */
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

  /** From here on the signal ends nothing. */
  end(): void {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#rejectAll);
  }

  /** Closes what work has read; after an abort this is not waited for as long as the read takes. */
  async close(close: () => Promise<void>): Promise<void> {
    const closed = close();
    if (this.#signal?.aborted !== true) return closed;
    await Promise.race([Promise.allSettled([closed]), delay(closeWithinMs, undefined, { ref: false })]);
  }

  readonly #rejectAll = (): void => {
    for (const abandon of this.#rejections) abandon();
  };
}

/** Does what `work` does, or rejects with `error` as soon as `signal` is aborted. */
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
