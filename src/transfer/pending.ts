/** Work that goes on beside a pass, such as hashing on another thread, and the first failure in it. */

export class Pending {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly cause: unknown } | undefined;

  /** `ended` is called in any case, when the work is over. */
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

  /** Resolves when nothing is under way any more; never rejects. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Throws what went wrong first in work that is over. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}
