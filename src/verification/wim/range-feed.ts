/** The chunks that the integrity table covers as tasks, in order, started along with the blobs in the same region. */
import { MiB } from "../../bytes/units.js";
import { sha1Length } from "../../wim/sha1.js";
import type { OpenPart } from "./parts.js";
import type { RangesStep } from "./steps.js";

/** Bytes of the WIM in a task, where small chunks can be combined: some ten milliseconds of work. */
export const batchSize = 2 * MiB;

export class RangeFeed {
  readonly #steps: Iterator<RangesStep>;
  #next: IteratorResult<RangesStep>;

  constructor(open: OpenPart, part: number) {
    this.#steps = planRanges(open, part);
    this.#next = this.#steps.next();
  }

  /** The chunks that begin at or before `offset` of the part and were not returned yet. */
  *upTo(offset: number): Generator<RangesStep> {
    while (this.#next.done !== true && this.#next.value.reads.start <= offset) {
      const { value } = this.#next;
      this.#next = this.#steps.next();
      yield value;
    }
  }
}

function* planRanges(open: OpenPart, part: number): Generator<RangesStep> {
  const table = open.integrityTable;
  if (table === null) return;
  for (let first = 0; first < table.hashes.length;) {
    // Small chunks are combined, so that a table of many does not become as many tasks.
    const ranges: { offset: number; length: number }[] = [];
    const start = table.start + first * table.chunkSize;
    let end = start;
    while (first + ranges.length < table.hashes.length && (ranges.length === 0 || end - start < batchSize)) {
      const length = Math.min(table.chunkSize, table.end - end);
      ranges.push({ offset: end, length });
      end += length;
    }
    const hashes = new Uint8Array(ranges.length * sha1Length);
    for (let index = 0; index < ranges.length; index += 1) {
      hashes.set(table.hashes[first + index]!, index * sha1Length);
    }
    yield { kind: "ranges", task: { kind: "ranges", part, ranges, hashes }, reads: { part, start, end } };
    first += ranges.length;
  }
}
