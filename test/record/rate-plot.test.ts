/** Plots of rates: to scale, bounded, and nothing foreign in them steers a page. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { placesPlot, ratePlot } from "../../src/record/rate-plot.js";

describe("rates by model", () => {
  const rows = [
    { name: "SanDisk <Ultra>", write: [10 * MiB, 20 * MiB, 30 * MiB], readBack: [40 * MiB] },
    { name: "other", write: [], readBack: [] },
  ];
  it("lie on one scale, with the median as a line", () => {
    const plot = ratePlot(rows);
    const xs = [...plot.matchAll(/M([\d.]+) 11a3/g)].map(([, x]) => Number(x) + 3);
    expect(xs).toHaveLength(3);
    // The scale ends at 50 MiB/s, the next one that is round.
    expect(xs[1]! - xs[0]!).toBeCloseTo(xs[2]! - xs[1]!, 0);
    expect(plot).toContain(`<path class="median" d="M${xs[1]} 5v12"/>`);
    expect(plot).toContain("50.0 MiB/s");
    expect(plot).toContain("writes 20.0 MiB/s, reads 40.0 MiB/s");
  });
  it("have names that are no markup", () => {
    expect(ratePlot(rows)).toContain("SanDisk &lt;Ultra&gt;");
    expect(ratePlot(rows)).not.toContain("<Ultra>");
  });
  it("are no picture where there is none", () => expect(ratePlot([rows[1]!])).toBe(""));
  it("are bounded, however many sticks there are", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => (index + 1) * MiB);
    expect(ratePlot([{ name: "many", write: many, readBack: many }]).length).toBeLessThan(60_000);
  });
});

describe("rates by place", () => {
  it("are columns beside each other, the fastest as high as the picture", () => {
    const plot = placesPlot([MiB, 2 * MiB], [MiB / 2]);
    expect(plot).toContain('class="write" d="M0 12h2.4v12h-2.4zM6 0h2.4v24h-2.4z"');
    expect(plot).toContain('class="read" d="M2.6 18h2.4v6h-2.4z"');
    expect(placesPlot([], [])).toBe("");
  });
  it("are no more than a stick has places, whatever a journal says", () => {
    expect(
      placesPlot(
        Array.from({ length: 100_000 }, () => MiB),
        [],
      ).length,
    ).toBeLessThan(2000);
  });
});
