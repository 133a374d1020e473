/** Layouts made, cut and read, against the same byte by byte. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertLayout, layoutEnd, runEnd, type Extent } from "../../src/extents/extent.js";
import {
  concatenate,
  fromBytes,
  fromSource,
  LayoutBuilder,
  piecesIn,
  runsOfSource,
  substitute,
  windowOf,
  zeros,
} from "../../src/extents/layout.js";
import { memorySource } from "../../src/source/byte-source.js";
import { arbitraryLayout, extentOfAll, originsOf, sources } from "./arbitraries.js";

const shape = (extents: readonly Extent[]) =>
  extents.map(({ offset, length, source }) => `${source.kind} ${offset}+${length}`);
const source = memorySource(new Uint8Array(100));

/** No extent is empty, and none continues the one before it. */
function expectJoined(extents: readonly Extent[]): void {
  for (const [index, { length, source: from, offset }] of extents.entries()) {
    expect(length).toBeGreaterThan(0);
    const last = extents[index - 1];
    if (last === undefined || runEnd(last) !== offset || from.kind !== last.source.kind) continue;
    expect(from.kind).not.toBe("zeros");
    if (from.kind !== "range" || last.source.kind !== "range" || from.source !== last.source.source) continue;
    expect(last.source.offset + last.length).not.toBe(from.offset);
  }
}

describe("a layout in the making", () => {
  it("fills gaps with zeros and joins neighbours", () => {
    const list = new LayoutBuilder();
    list.bytes(0, new Uint8Array(10));
    list.zerosTo(20);
    list.place(30, 5, { kind: "zeros" });
    list.place(35, 40, { kind: "range", source, offset: 0 });
    list.place(75, 60, { kind: "range", source, offset: 40 });
    list.place(135, 1, { kind: "range", source, offset: 0 });
    list.skipTo(140);
    list.bytes(141, new Uint8Array(1));
    list.skipTo(100);
    expect(shape(list.extents)).toEqual([
      "bytes 0+10",
      "zeros 10+25",
      "range 35+100",
      "range 135+1",
      "zeros 140+1",
      "bytes 141+1",
    ]);
    expect(list.position).toBe(142);
  });

  it.each([
    [99, 1],
    [100, -1],
    [100, Number.MAX_SAFE_INTEGER],
    [100.5, 1],
  ])("refuses an extent at %d of %d bytes behind 100", (offset, length) => {
    const list = new LayoutBuilder();
    list.zerosTo(100);
    expect(() => list.place(offset, length, { kind: "zeros" })).toThrow(RangeError);
    expect(shape(list.extents)).toEqual(["zeros 0+100"]);
  });

  it("says of every byte what the layouts said that were placed, and zeros between them", () => {
    fc.assert(
      fc.property(arbitraryLayout, fc.nat(20), (extents, offset) => {
        const list = new LayoutBuilder();
        list.layout(offset, extents);
        const given = originsOf(extents).slice(0, layoutEnd(extents));
        const expected = [...Array.from({ length: extents.length === 0 ? 0 : offset }, () => "zeros"), ...given];
        expect(originsOf(list.extents, list.position)).toEqual(expected.map((origin) => origin ?? "zeros"));
        expectJoined(list.extents);
      }),
    );
  });

  it("puts parts one behind the other", () => {
    const parts = [
      fromBytes(Uint8Array.of(1)),
      zeros(2),
      zeros(0),
      zeros(3),
      fromSource(source, 10, 5),
      fromSource(source),
    ];
    expect(shape(concatenate(parts))).toEqual(["bytes 0+1", "zeros 1+5", "range 6+5", "range 11+100"]);
  });
});

describe("a window", () => {
  it("has what the layout has there", () => {
    fc.assert(
      fc.property(arbitraryLayout, fc.nat(120), fc.nat(60), (extents, offset, length) => {
        const window = windowOf(extents, { offset, length });
        expect(originsOf(window, length)).toEqual(originsOf(extents).slice(offset, offset + length));
        expect(window.every((extent) => extent.length > 0)).toBe(true);
        assertLayout(window, length);
        const pieces = [...piecesIn(extents, offset, offset + length)];
        expect(pieces.map(({ start, end }) => [start - offset, end - start])).toEqual(
          window.map((extent) => [extent.offset, extent.length]),
        );
      }),
    );
  });

  it("shares the memory of what it cuts", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const [extent] = windowOf(concatenate([fromBytes(bytes)]), { offset: 1, length: 2 });
    expect(extent!.source).toEqual({ kind: "bytes", bytes: Uint8Array.of(2, 3) });
    bytes[1] = 9;
    expect(extent!.source).toEqual({ kind: "bytes", bytes: Uint8Array.of(9, 3) });
  });
});

describe("a substitution", () => {
  it("puts what a source is made of in its place", () => {
    fc.assert(
      fc.property(
        arbitraryLayout,
        fc.array(fc.tuple(fc.nat(40), fc.nat(9)), { minLength: 9, maxLength: 20 }),
        (extents, lengths) => {
          const content = concatenate(lengths.map(([offset, length]) => fromSource(sources[0]!, offset, length + 25)));
          const inner = originsOf(content, layoutEnd(content));
          const from = sources[1]!;
          const result = substitute(extents, from, content);
          const expected = originsOf(extents).map((origin) =>
            origin?.startsWith("1 ") ? inner[Number(origin.slice(2))] : origin,
          );

          expect(originsOf(result)).toEqual(expected);
          expectJoined(result);
        },
      ),
    );
  });

  it("does not leave the content", () => {
    const content = concatenate([zeros(10)]);
    expect(() => substitute(concatenate([fromSource(source, 5, 6)]), source, content)).toThrow("ends at byte 10");
    expect(substitute([], source, [])).toEqual([]);
  });
});

describe("a layout", () => {
  it.each([
    [
      "goes back",
      [
        { offset: 5, length: 5 },
        { offset: 9, length: 1 },
      ],
      "is not behind byte 10",
    ],
    ["leaves its size", [{ offset: 0, length: extentOfAll + 1 }], "ends at byte 201"],
    ["has a negative length", [{ offset: 0, length: -1 }], "is not behind byte 0"],
    ["has half bytes", [{ offset: 0.5, length: 1 }], "is not behind byte 0"],
  ])("is none where it %s", (_, runs, message) => {
    const extents = runs.map((run): Extent => ({ ...run, source: { kind: "zeros" } }));
    expect(() => assertLayout(extents, extentOfAll)).toThrow(RangeError);
    expect(() => assertLayout(extents, extentOfAll)).toThrow(message);
  });

  it("has as many bytes as it names", () => {
    const extent: Extent = { offset: 3, length: 2, source: { kind: "bytes", bytes: new Uint8Array(1) } };
    expect(() => assertLayout([extent], 9)).toThrow("the extent at 3 has 1 bytes, expected 2");
  });

  it("is runs of a source where it has nothing else", () => {
    const runs = [fromSource(source, 7, 3), fromSource(source, 1, 4)];
    expect(runsOfSource(concatenate(runs), source)).toEqual([
      { offset: 7, length: 3 },
      { offset: 1, length: 4 },
    ]);
    expect(runsOfSource(concatenate([...runs, zeros(1)]), source)).toBeNull();
    expect(runsOfSource(concatenate(runs), sources[0]!)).toBeNull();
  });
});
