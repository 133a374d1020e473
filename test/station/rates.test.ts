/** Rates by place, twins, patterns and sums, each against a way to count them that is plainer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSlow, ratePlaces, RatesByPlace, rateOfTwins } from "../../src/station/rates.js";
import { reportOf } from "../../src/station/report.js";
import { isNamed } from "../../src/station/selection.js";
import { journalLine, stickDrive } from "../support/station-sticks.js";

describe("rates by place", () => {
  it("are those of the time that was spent there", () => {
    // A second for each part, and ten for the fourth.
    const rates = new RatesByPlace(ratePlaces * 1000, 5000);
    let at = 5000;
    for (let place = 0; place < ratePlaces; place += 1) {
      at += place === 3 ? 10_000 : 1000;
      rates.reached((place + 1) * 1000, at);
    }
    expect(rates.rates()).toEqual(Array.from({ length: ratePlaces }, (_, place) => (place === 3 ? 100 : 1000)));
    expect(rates.pace()).toEqual({ bytes: 32_000, elapsedMs: 41_000, bytesPerSecond: 780 });
  });

  it("add up to the time that all took, however it was cut", () => {
    const steps = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 5000 }), ms: fc.integer({ min: 1, max: 900 }) }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
        const rates = new RatesByPlace(total, 0);
        let [bytes, at] = [0, 0];
        for (const step of all) {
          bytes += step.bytes;
          at += step.ms;
          rates.reached(bytes, at);
        }
        const found = rates.rates();
        expect(found).toHaveLength(ratePlaces);
        // Rates are whole bytes a second.
        const spent = found.reduce((sum, rate) => sum + (total / ratePlaces / Math.max(rate, 0.5)) * 1000, 0);
        if (Math.min(...found) > 1000) expect(Math.abs(spent - at) / at).toBeLessThan(0.01);
      }),
    );
  });

  it("of a pass that ended early are those that it reached", () => {
    const rates = new RatesByPlace(3200, 0);
    rates.reached(250, 1000);
    expect(rates.rates()).toEqual([100 / 0.4, 100 / 0.4].map(Math.round));
    expect(new RatesByPlace(3200, 0).pace()).toBeNull();
  });
});

describe("twins", () => {
  const twin = (write: number) => ({ model: "A", size: 8, write, readBack: null });
  it("are of one model and size, and at least three", () => {
    const known = [twin(10), twin(30), { ...twin(1), size: 16 }, { ...twin(1), model: "B" }];
    expect(rateOfTwins(known, { model: "A", size: 8 }, "write")).toBeNull();
    expect(rateOfTwins([...known, twin(20)], { model: "A", size: 8 }, "write")).toBe(20);
    expect(rateOfTwins([...known, twin(20)], { model: "A", size: 8 }, "readBack")).toBeNull();
    const nameless = [1, 2, 3].map((write) => ({ ...twin(write), model: null }));
    expect(rateOfTwins(nameless, { model: null, size: 8 }, "write")).toBeNull();
  });
  it.each([
    [9, 20, true],
    [10, 20, false],
    [0, 20, false],
    [null, 20, false],
    [9, null, false],
  ])("make %s beside %s slow: %s", (rate, twins, slow) => expect(isSlow(rate, twins)).toBe(slow));
});

describe("a pattern", () => {
  it.each([
    ["SanDisk*", true],
    ["sandisk ultra", true],
    ["Ultra", false],
    ["*ultra*", true],
    ["S1", true],
    ["2-1.?", true],
    ["2-1.??", false],
    ["/dev/sd?", true],
    ["", false],
    ["*", true],
  ])("%j names it: %s", (pattern, named) => {
    expect(isNamed(stickDrive({ port: "2-1.3", sequence: 1, size: 8 }), pattern)).toBe(named);
  });

  it("is what a regular expression makes of it", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".") });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
    fc.assert(
      fc.property(text, pattern, (model, wanted) => {
        const expression = new RegExp(
          `^${wanted.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".")}$`,
          "s",
        );
        const drive = { ...stickDrive({ port: "-", sequence: 1, size: 8 }), model, serial: null, path: "/" };
        const others = ["-", "/"].some((name) => expression.test(name));
        expect(isNamed(drive, wanted)).toBe(others || expression.test(model));
      }),
    );
  });
});

describe("a report", () => {
  it("counts each line once, by stick, by model and by verdict", () => {
    const serials = fc.constantFrom("A", "B", null);
    const line = fc
      .record({
        serial: serials,
        stick: fc.constantFrom("done", "failed", "pulled", "refused"),
        model: fc.constantFrom("X", "Y"),
      })
      .map(({ serial, stick, model }) => {
        const began = stick === "refused" ? {} : { began: "2026-11-29T08:00:02.000Z" };
        return journalLine({
          stick,
          drive: { ...journalLine().drive, serial, model },
          ...(stick === "refused" ? { began: null } : began),
        });
      });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const { counts, sticks, models, failures, images } = reportOf(lines);
        expect(Object.values(counts).reduce((sum, each) => sum + each, 0)).toBe(lines.length);
        expect(sticks.reduce((sum, { times }) => sum + times, 0)).toBe(lines.length);
        expect(models.reduce((sum, { done }) => sum + done, 0)).toBe(counts.done);
        expect(failures).toHaveLength(counts.failed);
        expect(images.reduce((sum, each) => sum + each.sticks, 0)).toBe(
          lines.filter(({ began }) => began !== null).length,
        );
        for (const { rates, done } of models) expect(rates.write).toHaveLength(done);
      }),
    );
  });
});
