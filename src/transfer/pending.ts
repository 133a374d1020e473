/** Work that runs in parallel with a pass, such as hashing on another thread, and its first failure. */

export class Pending {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly cause: unknown } | undefined;

  /** `ended` is called once the work has settled, whether it failed or not. */
  add(work: Promise<void>, ended: () => void): void {
    const settled = work
      .catch((cause: unknown) => {
        this.#failure ??= { cause };
      })
      .finally(() => {
        this.#running.delete(settled);
        ended();
      });
    this.#running.add(settled);
  }

  /** Resolves when no work is running; never rejects. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Throws the first failure of the work that has settled. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}
