/** Runs at most `limit` pieces of work at a time. The first failure ends all of them. */
export class Flow {
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
    // An abort closes the executor; failures that follow from that are ignored.
    signal?.throwIfAborted();
    if (this.#failure !== null) throw this.#failure.error;
  }
}
