/** What is shown while something goes on, and who tells beside it of files that do not answer. */
import type { WarningEvent } from "../progress/events.js";

/** How far something is, for people. */
export type ShownProgress<Event> = {
  onEvent(event: Event): void;
  /** Leaves the terminal as it was found, on a line of its own. */
  stop(): void;
};

/** Who tells of files that do not answer: `startWaiting` in `waiting.ts`. */
export type Waiting = {
  /** Lines are drawn by `progress` from now on; the returned function ends that. */
  showIn(progress: ShownProgress<WarningEvent>): () => void;
  /** No word more of all but `path`: a write watches its targets itself. */
  only(path: string): void;
  /** No word more. */
  end(): void;
};
