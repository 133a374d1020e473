/** Maps offsets in a part to offsets in the file that contains it. */
import type { Run, Span } from "../../extents/extent.js";
import { firstIndexWhere } from "../../extents/search.js";

/** Bytes of the file. */
export type FileExtent = Run;
export type FileRange = Span;

export class ExtentMap {
  /** Bytes of the part. */
  readonly size: number;
  /** Whether offsets in the file ascend with offsets in the part. */
  readonly isAscending: boolean;
  readonly #extents: readonly FileExtent[];
  /** The start of each extent in the part. */
  readonly #starts: readonly number[];

  constructor(extents: readonly FileExtent[]) {
    const filled = extents.filter(({ length }) => length > 0);
    const starts: number[] = [];
    let size = 0;
    for (const { length } of filled) {
      starts.push(size);
      size += length;
    }
    this.size = size;
    this.#extents = filled;
    this.#starts = starts;
    this.isAscending = filled.every(({ offset, length }, index) => {
      const next = filled[index + 1];
      return next === undefined || next.offset >= offset + length;
    });
  }

  /** The extents in the file of bytes [offset, offset + length) of the part, in order. These must lie in the part. */
  *pieces(offset: number, length: number): Generator<FileExtent> {
    let done = 0;
    for (let index = this.#extentAt(offset); done < length; index += 1) {
      const extent = this.#extents[index]!;
      const skip = offset + done - this.#starts[index]!;
      const count = Math.min(extent.length - skip, length - done);
      yield { offset: extent.offset + skip, length: count };
      done += count;
    }
  }

  /** The range of the file that contains bytes [start, end) of the part; null where these do not lie in the part. */
  span(start: number, end: number): FileRange | null {
    if (start < 0 || start >= end || end > this.size) return null;
    const last = this.#place(end - 1);
    return { start: this.#place(start), end: last + 1 };
  }

  #place(offset: number): number {
    const index = this.#extentAt(offset);
    return this.#extents[index]!.offset + offset - this.#starts[index]!;
  }

  /** The last extent that begins at or before `offset`. */
  #extentAt(offset: number): number {
    const starts = this.#starts;
    return Math.max(firstIndexWhere(starts.length, (index) => starts[index]! > offset) - 1, 0);
  }
}
