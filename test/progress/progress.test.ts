import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { progressed, startProgress, type Progress } from "../../src/progress/progress.js";

function steady(bytesPerSecond: number, seconds: number, total: number, from = startProgress(total, 0)): Progress {
  let progress = from;
  const startAt = from.sampledAt;
  const startBytes = from.bytes;
  for (let tick = 1; tick <= seconds * 10; tick += 1) {
    progress = progressed(progress, { now: startAt + tick * 100, bytes: startBytes + (tick * bytesPerSecond) / 10 });
  }
  return progress;
}

describe("progress", () => {
  it("tells no rate and no remaining time before it can", () => {
    const progress = progressed(startProgress(100 * MiB, 1000), { now: 1100, bytes: 8 * MiB });
    expect([progress.bytesPerSecond, progress.etaMs]).toEqual([0, null]);
  });

  it.each([1, 20, 400])("tells a steady %i MiB/s from the start, without bias", (rate) => {
    const progress = steady(rate * MiB, 1, 1000 * rate * MiB);
    expect(progress.bytesPerSecond / (rate * MiB)).toBeCloseTo(1, 6);
    expect(progress.etaMs).toBe(999_000);
  });

  it("follows a drive that becomes slower within a few seconds", () => {
    const total = 10_000 * MiB;
    const slow = steady(20 * MiB, 9, total, steady(100 * MiB, 10, total));
    expect(slow.bytesPerSecond).toBeGreaterThan(20 * MiB);
    expect(slow.bytesPerSecond).toBeLessThan(25 * MiB);
  });

  it("says what stalls, and never a negative or infinite time", () => {
    const stalled = steady(0, 60, 100 * MiB, steady(10 * MiB, 2, 100 * MiB));
    expect(stalled.bytesPerSecond).toBeLessThan(1);
    expect(stalled.etaMs).toBeGreaterThan(1e9);
    expect(steady(0, 2, 100).etaMs).toBeNull();
    expect(steady(100, 1, 100).etaMs).toBe(0);
  });

  it("waits when the clock stands still", () => {
    const before = steady(10, 1, 100);
    expect(progressed(before, { now: before.sampledAt, bytes: 50 })).toBe(before);
  });

  it("tells the rate of what is moved, and the time that what is done will take", () => {
    let progress = startProgress(100 * MiB, 0);
    // A block in four is sent, the others are zeros that are left out.
    for (let tick = 1; tick <= 100; tick += 1) {
      progress = progressed(progress, { now: tick * 100, bytes: (tick * MiB) / 2, moved: (tick * MiB) / 8 });
    }
    expect(progress.bytesPerSecond / MiB).toBeCloseTo(1.25, 6);
    expect(progress.etaMs).toBe(10_000);
  });
});
