/** A sample is what it says: even, the same each time, with each kind. */
import { describe, expect, it } from "vitest";
import { randomFrom, spread } from "./sample.js";

const numbers = (count: number): number[] => Array.from({ length: count }, (_unused, index) => index);
const alike = (): null => null;

describe("a sample", () => {
  it.each([
    { of: 10, count: 4, gives: [0, 3, 6, 9] },
    { of: 10, count: 2, gives: [0, 9] },
    { of: 10, count: 1, gives: [0] },
    { of: 3, count: 7, gives: [0, 1, 2] },
    { of: 1, count: 4, gives: [0] },
    { of: 0, count: 4, gives: [] },
  ])("of $count of $of cases is spread evenly", ({ of, count, gives }) => {
    expect(spread(numbers(of), count, alike)).toEqual(gives);
  });

  it("has the first of each kind that would be missing, in the order of the cases", () => {
    const kindOf = (index: number): string => (index === 4 || index === 5 ? "rare" : "usual");
    expect(spread(numbers(12), 3, kindOf)).toEqual([0, 4, 6, 11]);
  });
});

describe("random numbers of a seed", () => {
  it("are the same each time, and others for another seed", () => {
    const drawn = [7, 7, 8].map((seed) => {
      const random = randomFrom(seed);
      return numbers(20).map(() => Math.floor(random() * 1000));
    });
    expect(drawn[0]).toEqual(drawn[1]);
    expect(drawn[0]).not.toEqual(drawn[2]);
    expect(drawn[0]!.every((number) => number >= 0 && number < 1000)).toBe(true);
    expect(new Set(drawn[0]).size).toBeGreaterThan(10);
  });
});
