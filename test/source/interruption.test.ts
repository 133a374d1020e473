/** Work that a signal ends, whatever it waits for. */
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/source/byte-source.js";
import { interruptibleSource } from "../../src/source/interruptible-source.js";
import { Interruption } from "../../src/source/interruption.js";

const stopped = (): Error => new Error("stopped");
const never = (): Promise<never> => new Promise(() => undefined);

describe("work that can be interrupted", () => {
  it("gives what it gives where nothing interrupts it", async () => {
    for (const signal of [undefined, new AbortController().signal]) {
      const interruption = new Interruption(signal, stopped);
      expect(await interruption.run(async () => 7)).toBe(7);
      await expect(interruption.run(() => Promise.reject(new Error("own")))).rejects.toThrow("own");
      interruption.end();
    }
  });

  it("ends though it never ends by itself, all that is under way", async () => {
    const controller = new AbortController();
    const interruption = new Interruption(controller.signal, stopped);
    const outcomes = Promise.allSettled([1, 2, 3].map(() => interruption.run(never)));
    controller.abort();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  it("is not begun after it", async () => {
    let begun = 0;
    const interruption = new Interruption(AbortSignal.abort(), stopped);
    await expect(interruption.run(async () => (begun += 1))).rejects.toThrow("stopped");
    expect(begun).toBe(0);
  });

  it("goes on where the call that the signal is for has ended", async () => {
    const controller = new AbortController();
    const interruption = new Interruption(controller.signal, stopped);
    interruption.end();
    controller.abort();
    expect(await interruption.run(async () => 7)).toBe(7);
  });

  it("is closed without waiting for a read that does not end", async () => {
    const interruption = new Interruption(AbortSignal.abort(), stopped);
    await interruption.close(never);
    await interruption.close(() => Promise.reject(new Error("gone")));
  });

  it("is a source's read, into memory too", async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const controller = new AbortController();
    const interruption = new Interruption(controller.signal, stopped);
    const whole = interruptibleSource(memorySource(bytes), interruption);
    const target = new Uint8Array(2);
    await whole.readInto(1, target);
    expect([whole.size, await whole.read(0, 4), target]).toEqual([4, bytes, Uint8Array.of(2, 3)]);
    const hanging = interruptibleSource({ size: 4, read: never, readInto: never }, interruption);
    const reads = Promise.allSettled([hanging.read(0, 1), hanging.readInto(0, target)]);
    controller.abort();
    expect((await reads).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
