/** What differs, by the file it belongs to: one range for a file, and ranges of whole sectors elsewhere. */
import { sectorSize } from "../volumes/plan.js";
import type { Span } from "../extents/extent.js";
import { noFile, type OwnedSpan } from "../manifest/hash-units.js";
import { overlapping } from "../extents/search.js";
import { changedRanges } from "../extents/changed-ranges.js";

/** `different`: read, and not as it should be. `unreadable`: the target gave an error. */
export type DifferenceKind = "different" | "unreadable";

/** In bytes of the disk, from the first to the last that differs. */
export type Difference = OwnedSpan & { readonly kind: DifferenceKind };

export class Differences {
  readonly #byFile = new Map<string, { start: number; end: number; file: number; kind: DifferenceKind }>();
  readonly #structures: { start: number; end: number; file: number; kind: DifferenceKind }[] = [];

  /** Spans of one file come in any order, others in ascending order. */
  add({ start, end, file }: OwnedSpan, kind: DifferenceKind): void {
    if (file === noFile) {
      const last = this.#structures.at(-1);
      if (last?.kind === kind && last.end === start) last.end = end;
      else this.#structures.push({ start, end, file, kind });
      return;
    }
    const key = `${file} ${kind}`;
    const known = this.#byFile.get(key);
    if (known === undefined) {
      this.#byFile.set(key, { start, end, file, kind });
    } else {
      known.start = Math.min(known.start, start);
      known.end = Math.max(known.end, end);
    }
  }

  /** Everything of `span` that anybody owns. */
  addAll(owners: readonly OwnedSpan[], span: Span, kind: DifferenceKind): void {
    for (const owned of ownedIn(owners, span)) this.add(owned, kind);
  }

  /** `found` and `wanted` both begin at `offset` of the disk. */
  compare(owners: readonly OwnedSpan[], offset: number, found: Uint8Array, wanted: Uint8Array): void {
    if (Buffer.compare(found, wanted) === 0) return;
    for (const { start, end, file } of ownedIn(owners, { start: offset, end: offset + found.length })) {
      const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(start - offset, end - offset);
      for (const range of changedRanges(start, part(found), part(wanted), sectorSize)) {
        this.add({ ...exact(range, offset, found, wanted), file }, "different");
      }
    }
  }

  /** Ascending. */
  list(): Difference[] {
    return [...this.#structures, ...this.#byFile.values()].toSorted((a, b) => a.start - b.start);
  }
}

/** The parts of `span` by who owns them, ascending. */
function* ownedIn(owners: readonly OwnedSpan[], span: Span): Generator<OwnedSpan> {
  for (const { start, end, file } of overlapping(owners, span.start, span.end)) {
    yield { start: Math.max(start, span.start), end: Math.min(end, span.end), file };
  }
}

/** `range` without the equal bytes at its ends. */
function exact(range: Span, offset: number, found: Uint8Array, wanted: Uint8Array): Span {
  let { start, end } = range;
  while (found[start - offset] === wanted[start - offset]) start += 1;
  while (found[end - 1 - offset] === wanted[end - 1 - offset]) end -= 1;
  return { start, end };
}
