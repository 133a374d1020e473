/** What one ascending read serves, against all choices that there are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ascendingExtents } from "../../src/extents/ascending.js";
import type { Extent } from "../../src/extents/extent.js";
import { concatenate, fromBytes, fromSource } from "../../src/extents/layout.js";
import { memorySource } from "../../src/source/byte-source.js";

const source = memorySource(new Uint8Array(64));
const other = memorySource(new Uint8Array(64));
const rangeOf = ({ source: from }: Extent): number => (from.kind === "range" ? from.offset : 0);
const sum = (extents: readonly Extent[]): number => extents.reduce((total, { length }) => total + length, 0);
const ascends = (extents: readonly Extent[]): boolean =>
  extents.every((extent, index) => {
    const next = extents[index + 1];
    return next === undefined || rangeOf(next) >= rangeOf(extent) + extent.length;
  });

const part = fc.record({ offset: fc.nat(40), length: fc.integer({ min: 1, max: 20 }), isOther: fc.boolean() });

describe("the extents that one ascending read serves", () => {
  it("have the most bytes of all that ascend without overlap", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const pieces = parts.map(({ offset, length, isOther }) => fromSource(isOther ? other : source, offset, length));
        const extents = concatenate(pieces.flatMap((piece) => [fromBytes(new Uint8Array(1)), piece]));
        const chosen = ascendingExtents(extents, source);
        const inOrder = extents.filter((extent) => chosen.has(extent));
        expect(inOrder.length).toBe(chosen.size);
        expect(ascends(inOrder)).toBe(true);
        const own = extents.filter(({ source: from }) => from.kind === "range" && from.source === source);
        expect(inOrder.every((extent) => own.includes(extent))).toBe(true);
        const choices = Array.from({ length: 2 ** own.length }, (_, bits) =>
          own.filter((_each, index) => (bits & (1 << index)) !== 0),
        );
        expect(sum(inOrder)).toBe(Math.max(0, ...choices.filter(ascends).map(sum)));
      }),
    );
  });
});
