/** The map of a rescue against an array with a status for each byte. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockStatuses, inSectors, RescueMap, type BlockStatus } from "../../src/read/rescue-map.js";

const status = fc.constantFrom(...blockStatuses);
const size = 64;
const place = fc.tuple(fc.nat(size - 1), fc.integer({ min: 1, max: size })).map(([offset, length]) => ({
  offset,
  length: Math.min(length, size - offset),
}));
const changes = fc.array(fc.tuple(place, status), { maxLength: 40 });

function mapAndModel(made: readonly (readonly [{ offset: number; length: number }, BlockStatus])[]) {
  const map = new RescueMap(size);
  const model = Array.from({ length: size }, (): BlockStatus => "non-tried");
  for (const [run, of] of made) {
    map.set(run, of);
    model.fill(of, run.offset, run.offset + run.length);
  }
  return { map, model };
}

describe("a rescue's map", () => {
  it("is what was set, byte for byte, in as few blocks as there can be", () => {
    fc.assert(
      fc.property(changes, (made) => {
        const { map, model } = mapAndModel(made);
        expect(map.blocks.flatMap(({ length, status: of }) => Array.from({ length }, () => of))).toEqual(model);
        for (const [index, block] of map.blocks.entries()) {
          expect(block.length).toBeGreaterThan(0);
          expect(block.status).not.toBe(map.blocks[index + 1]?.status);
        }
        for (const of of blockStatuses) {
          expect(map.bytes(of)).toBe(model.filter((each) => each === of).length);
        }
      }),
    );
  });

  it("finds the first and the last run of a status", () => {
    fc.assert(
      fc.property(changes, status, fc.integer({ min: 0, max: size }), (made, wanted, at) => {
        const { map, model } = mapAndModel(made);
        const first = model.findIndex((each, index) => index >= at && each === wanted);
        const found = map.first(wanted, at);
        if (first === -1) expect(found).toBeNull();
        else {
          const next = model.findIndex((each, index) => index >= first && each !== wanted);
          expect(found).toEqual({ offset: first, length: (next === -1 ? size : next) - first });
        }
        const last = model.findLastIndex((each, index) => index < at && each === wanted);
        const below = map.last(wanted, at);
        if (last === -1) expect(below).toBeNull();
        else {
          const before = model.findLastIndex((each, index) => index <= last && each !== wanted);
          expect(below).toEqual({ offset: before + 1, length: last - before });
        }
      }),
    );
  });

  it("in whole sectors has the status of the part that was tried least, where not all of it is finished", () => {
    const sector = 8;
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 80 }), (made, wanted) => {
        const { map, model } = mapAndModel(made);
        const whole = inSectors(map, wanted, sector);
        expect(whole.size).toBe(wanted);
        for (let at = 0; at < wanted; at += sector) {
          const parts = Array.from({ length: Math.min(sector, wanted - at) }, (_, index) => model[at + index]);
          const least = blockStatuses.find(
            (each) => parts.includes(each) || (each === "non-tried" && parts.includes(undefined)),
          );
          expect(whole.statusAt(at)).toBe(least);
          expect(whole.statusAt(Math.min(at + sector, wanted) - 1)).toBe(least);
        }
      }),
    );
  });

  it("is not made of blocks with gaps", () => {
    expect(() => new RescueMap(8, [{ offset: 0, length: 4, status: "finished" }])).toThrow(RangeError);
    expect(() => new RescueMap(8, [{ offset: 1, length: 7, status: "finished" }])).toThrow(RangeError);
  });
});
