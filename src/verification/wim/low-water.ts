/**
 * The low-water mark: the offset below which a pass over the whole image may reuse its ring. The pass moves the image's bytes
 * through a ring of bounded memory, and tasks copy their ranges while these are in it, so that the file is read once; a task
 * reads the file itself where its range is not in the ring. There is no deadlock, whatever the WIM says, for three reasons:
 *
 * 1. The ranges of tasks that copy from the ring ascend: a task reads the file itself if its range begins below that of an
 *    earlier task, is longer than `rangeLimit`, or is not part of the pass.
 * 2. The mark, below which the ring is released, is the start of the lowest range in flight.
 * 3. A thread runs its tasks in the order in which they were started.
 *
 * So of the tasks that have yet to copy from the ring, the one started first is next on its thread: the tasks before it wait
 * for nothing. Its range begins at the mark and fits into the ring, which the pass fills without waiting for any other task.
 * So it ends, the mark rises, and the next task is the first.
 */
import type { FileRange } from "./extent-map.js";
import { ExtentMap } from "./extent-map.js";
import type { ImageWindow, WimPart } from "./ports.js";

/** Bytes of a part that a task reads; `end` is exclusive. */
export type PartRange = { readonly part: number; readonly start: number; readonly end: number };

export class LowWater {
  readonly #window: ImageWindow | undefined;
  /** By part; null where its bytes do not ascend in the file. */
  readonly #maps: readonly (ExtentMap | null)[];
  /** In the order of entry, in which their starts ascend. */
  readonly #inFlight = new Set<FileRange>();
  /** The start of the range that was entered last. */
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
