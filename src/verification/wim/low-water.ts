/**
 * The offset below which a pass over the whole image may reuse its buffer. The pass brings the image's bytes through a ring
 * of bounded memory, and tasks copy theirs while they are in it, so that the file is read once; what is not in the ring, a
 * task reads for itself. Nothing waits for ever, whatever the WIM says, because of three things:
 *
 * 1. Tasks take from the ring in ascending order: one whose range begins below that of one started before it does not, nor
 *    does one whose range is longer than `rangeLimit` or leaves what passes.
 * 2. The mark, below which the ring lets go, is where the earliest of those in flight begins.
 * 3. A thread works on its tasks in the order in which they were started.
 *
 * So of the tasks that still take from the ring, the one started first is next on its thread: before it are only tasks that
 * wait for nothing. It begins at the mark and ends within the ring, which the pass fills without waiting for any other task.
 * It finishes, the mark rises, and another one is the first.
 */
import type { FileRange } from "./extent-map.js";
import { ExtentMap } from "./extent-map.js";
import type { ImageWindow, WimPart } from "./ports.js";

/** Bytes of a part that a task reads; `end` is exclusive. */
export type PartRange = { readonly part: number; readonly start: number; readonly end: number };

export class LowWater {
  readonly #window: ImageWindow | undefined;
  /** By part; null where its bytes do not pass in their order. */
  readonly #maps: readonly (ExtentMap | null)[];
  /** In the order in which they were entered, and so of their starts. */
  readonly #inFlight = new Set<FileRange>();
  /** Where the last one began. */
  #last: number;

  constructor(window: ImageWindow | undefined, parts: readonly WimPart[]) {
    this.#window = window;
    this.#last = window?.released ?? 0;
    this.#maps = parts.map(({ file }) => {
      if (file === undefined || file.path !== window?.path) return null;
      const map = new ExtentMap(file.extents);
      return map.isAscending ? map : null;
    });
  }

  /** The range of the image to take from the ring; null where the bytes must be read. Tasks start in the order of entry. */
  enter({ part, start, end }: PartRange): FileRange | null {
    const window = this.#window;
    const range = this.#maps[part]?.span(start, end) ?? null;
    if (window === undefined || range === null) return null;
    if (range.start < this.#last || range.end > window.size) return null;
    if (range.end - range.start > window.rangeLimit) return null;
    this.#inFlight.add(range);
    this.#last = range.start;
    this.#release(window);
    return range;
  }

  /** The bytes have been taken. A second call changes nothing. */
  leave(range: FileRange): void {
    if (this.#inFlight.delete(range) && this.#window !== undefined) this.#release(this.#window);
  }

  #release(window: ImageWindow): void {
    const [first] = this.#inFlight;
    window.release(first?.start ?? this.#last);
  }
}
