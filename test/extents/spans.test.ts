/** Sets of bytes against the same byte by byte. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runEnd } from "../../src/extents/extent.js";
import { firstEndingBehind, firstIndexWhere, firstRunEndingBehind, overlapping } from "../../src/extents/search.js";
import { appendSpan, coalesce, coverage, gapsIn, subtract } from "../../src/extents/spans.js";
import { arbitraryLayout, arbitrarySet, membersOf, originsOf, setOf } from "./arbitraries.js";

const place = fc.nat(120);
const span = fc.tuple(place, fc.nat(20)).map(([start, length]) => ({ start, end: start + length }));

describe("a set of bytes", () => {
  it.each([
    [[], []],
    [[[5, 5]], []],
    [[[0, 3], [3, 7]], [[0, 7]]], // prettier-ignore
    [[[4, 6], [0, 3], [2, 5]], [[0, 6]]], // prettier-ignore
    [[[0, 9], [2, 3], [10, 11]], [[0, 9], [10, 11]]], // prettier-ignore
  ])("of %j is %j", (given, expected) => {
    const spans = given.map(([start, end]) => ({ start: start!, end: end! }));
    expect(coalesce(spans).map(({ start, end }) => [start, end])).toEqual(expected);
  });

  it("of any spans has their bytes, and no two spans that touch", () => {
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        expect(coalesce(spans)).toEqual(setOf(membersOf(spans)));
      }),
    );
  });

  it("of a layout has what its extents cover before an end", () => {
    fc.assert(
      fc.property(arbitraryLayout, place, (extents, end) => {
        const covered = originsOf(extents).map((origin) => origin !== null);
        expect(coverage(extents)).toEqual(setOf(covered));
        expect(coverage(extents, end)).toEqual(setOf(covered.map((member, at) => member && at < end)));
      }),
    );
  });

  it("without another one has what the other one has not", () => {
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, (spans, taken) => {
        const others = membersOf(taken);
        const left = membersOf(spans).map((member, at) => member && !others[at]);
        expect(subtract(spans, taken)).toEqual(setOf(left));
      }),
    );
  });

  it("leaves gaps in a span", () => {
    fc.assert(
      fc.property(arbitrarySet, span, (spans, within) => {
        const inside = membersOf([within]);
        const gaps = membersOf(spans).map((member, at) => !member && inside[at]!);
        expect(gapsIn(spans, within)).toEqual(setOf(gaps));
      }),
    );
  });

  it("does not change what it was given", () => {
    const spans = [Object.freeze({ start: 0, end: 2 })];
    const kept = spans[0];
    appendSpan(spans, 2, 4);
    expect([spans, kept]).toEqual([[{ start: 0, end: 4 }], { start: 0, end: 2 }]);
  });
});

describe("the search", () => {
  it("finds the first index from which on something holds", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (count, from) => {
        expect(firstIndexWhere(count, (index) => index >= from)).toBe(Math.min(count, from));
      }),
    );
  });

  it("finds the first that ends behind a place, in spans and in runs", () => {
    fc.assert(
      fc.property(arbitrarySet, arbitraryLayout, place, (spans, runs, offset) => {
        const indexOr = (index: number, count: number): number => (index < 0 ? count : index);
        const inSpans = spans.findIndex(({ end }) => end > offset);
        expect(firstEndingBehind(spans, offset)).toBe(indexOr(inSpans, spans.length));
        const run = runs.findIndex((each) => runEnd(each) > offset);
        expect(firstRunEndingBehind(runs, offset)).toBe(indexOr(run, runs.length));
      }),
    );
  });

  it("finds what has bytes in a window", () => {
    fc.assert(
      fc.property(arbitrarySet, place, place, (spans, from, to) => {
        const expected = spans.filter(({ start, end }) => Math.max(start, from) < Math.min(end, to));
        expect([...overlapping(spans, from, to)]).toEqual(expected);
      }),
    );
  });
});
