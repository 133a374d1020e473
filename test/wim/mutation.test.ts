/** Whatever bytes a WIM has: it is read, or one of our own errors is thrown, soon, and without large reads. */
import { array, assert, asyncProperty, constantFrom, integer, nat, record, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import { openWim } from "../../src/wim/index.js";
import { countingSource, smallWim } from "../support/wim-fixtures.js";
import { rounds } from "../support/sample.js";

async function readAll(data: Uint8Array): Promise<void> {
  const source = countingSource(data);
  try {
    const wim = await openWim(source);
    await wim.integrityTable();
    await wim.lookupTable();
  } catch (error) {
    if (!(error instanceof Win7UsbError)) throw error;
    expect(["wim-damaged", "wim-unsupported"]).toContain(error.code);
  }
  expect(source.largest).toBeLessThanOrEqual(data.length);
}

describe("a WIM that was tampered with", async () => {
  const wim = await smallWim(2, { bootIndex: 1, integrityTable: true });
  const headerSize = 208;

  it("throws only our own errors, wherever bytes are changed", async () => {
    const change = record({ offset: nat(wim.length - 1), value: nat(255) });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const data = wim.slice();
        for (const { offset, value } of changes) data[offset] = value;
        await readAll(data);
      }),
      { numRuns: rounds(1000) },
    );
  });

  it("throws only our own errors, whatever the header holds", async () => {
    const change = record({
      offset: integer({ min: 8, max: 147 }),
      value: constantFrom(0, 1, 4, 127, 128, 255),
    });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const data = wim.slice();
        for (const { offset, value } of changes) data[offset] = value;
        await readAll(data);
      }),
      { numRuns: rounds(2000) },
    );
  });

  it("throws only our own errors where it is cut or filled with anything", async () => {
    await assert(
      asyncProperty(uint8Array({ maxLength: 600 }), nat(wim.length), async (noise, size) => {
        await readAll(wim.subarray(0, size));
        const data = wim.slice();
        data.set(noise.subarray(0, wim.length - headerSize), headerSize);
        await readAll(data);
        await readAll(noise);
      }),
      { numRuns: rounds(500) },
    );
  });
});
