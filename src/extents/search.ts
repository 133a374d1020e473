/** Finding a place in a sorted list. */
import type { Run, Span } from "./extent.js";

/**
 * The first index of `[0, count)` from which on `holds` is true, `count` where it never is. It must be false before some
 * index and true from there on.
 */
export function firstIndexWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the first of the spans, ascending by their ends, that ends behind `offset`. */
export function firstEndingBehind(spans: readonly Span[], offset: number): number {
  return firstIndexWhere(spans.length, (index) => spans[index]!.end > offset);
}

/** The index of the first of the runs, ascending by their ends, that ends behind `offset`. */
export function firstRunEndingBehind(runs: readonly Run[], offset: number): number {
  return firstIndexWhere(runs.length, (index) => runs[index]!.offset + runs[index]!.length > offset);
}

/** Those of the ascending spans that have bytes in `[from, to)`, whole. */
export function* overlapping<S extends Span>(spans: readonly S[], from: number, to: number): Generator<S> {
  for (let index = firstEndingBehind(spans, from); index < spans.length; index += 1) {
    const span = spans[index]!;
    if (span.start >= to) return;
    if (Math.max(span.start, from) < Math.min(span.end, to)) yield span;
  }
}
