/** Work on what can only be done in order: each begins when the one before has ended, and after a failure none does. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects with the first failure of all that was given before. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // Whoever asked for it learns of it; here it only keeps back what follows.
    result.catch(() => undefined);
    this.#last = result;
    return result;
  }
}
