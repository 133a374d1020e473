/** Sets of bytes, as spans that are ascending and neither overlap nor touch. */
import type { Run, Span } from "./extent.js";
import { firstEndingBehind } from "./search.js";

/** Appends `[start, end)`, which begins at or behind the start of the last span; joined to it where they touch or overlap. */
export function appendSpan(spans: Span[], start: number, end: number): void {
  if (start >= end) return;
  const last = spans.at(-1);
  if (last === undefined || last.end < start) spans.push({ start, end });
  else if (last.end < end) spans[spans.length - 1] = { start: last.start, end };
}

/** The bytes of any spans, in any order, as a set. */
export function coalesce(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) appendSpan(result, start, end);
  return result;
}

/** The bytes before `end` that the runs cover, as a set. The runs are ascending, as a layout's extents are. */
export function coverage(runs: readonly Run[], end = Infinity): Span[] {
  const spans: Span[] = [];
  for (const { offset, length } of runs) appendSpan(spans, offset, Math.min(offset + length, end));
  return spans;
}

/** The bytes of the set `spans` that are not in the set `taken`. */
export function subtract(spans: readonly Span[], taken: readonly Span[]): Span[] {
  return spans.flatMap((span) => gapsIn(taken, span));
}

/** The bytes of `within` that are not in the set `spans`: the holes between them, and what is left before and behind. */
export function gapsIn(spans: readonly Span[], { start, end }: Span): Span[] {
  const gaps: Span[] = [];
  let position = start;
  for (let index = firstEndingBehind(spans, start); index < spans.length && position < end; index += 1) {
    const next = spans[index]!;
    appendSpan(gaps, position, Math.min(next.start, end));
    position = next.end;
  }
  appendSpan(gaps, position, end);
  return gaps;
}
