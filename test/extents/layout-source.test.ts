/** A layout that is read like a file: the bytes, and what is asked of the sources for them. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Extent } from "../../src/extents/extent.js";
import { concatenate, fromBytes, fromSource, zeros } from "../../src/extents/layout.js";
import { layoutSource, readLayout } from "../../src/extents/layout-source.js";
import { memorySource, type ByteSource } from "../../src/source/byte-source.js";
import { rounds } from "../support/sample.js";
import { arbitraryLayout, extentOfAll } from "./arbitraries.js";

/** Extent by extent into zeros. */
async function naive(extents: readonly Extent[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(extentOfAll);
  for (const { offset, length, source } of extents) {
    if (source.kind === "bytes") bytes.set(source.bytes, offset);
    if (source.kind === "range") bytes.set(await source.source.read(source.offset, length), offset);
  }
  return bytes;
}

/** A source that notes what is read of it. */
function observed(size: number): ByteSource & { readonly calls: string[] } {
  const source = memorySource(Uint8Array.from({ length: size }, (_, at) => at & 0xff));
  const calls: string[] = [];
  return {
    size,
    calls,
    read(offset, length) {
      calls.push(`read ${offset}+${length}`);
      return source.read(offset, length);
    },
    readInto(offset, target) {
      calls.push(`readInto ${offset}+${target.length}`);
      return source.readInto(offset, target);
    },
  };
}

describe("a layout as a source", () => {
  it("has the bytes of its extents, and zeros where there are none", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLayout, fc.nat(extentOfAll), fc.nat(extentOfAll), async (extents, a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const expected = (await naive(extents)).slice(start, end);
        const source = layoutSource(extents, extentOfAll);
        expect(Buffer.compare(await source.read(start, end - start), expected)).toBe(0);
        const target = new Uint8Array(end - start).fill(0xaa);
        await source.readInto(start, target);
        expect(Buffer.compare(target, expected)).toBe(0);
      }),
      { numRuns: rounds(500) },
    );
  });

  it("gives new bytes every time", async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const read = await layoutSource(concatenate([fromBytes(bytes)]), 3).read(0, 3);
    read[0] = 9;
    expect(bytes[0]).toBe(1);
  });

  it.each([
    ["a range in one extent", 10, 20, ["read 10+20"]],
    ["what crosses extents that continue each other", 40, 20, ["readInto 40+20"]],
    ["only the parts that are wanted", 75, 40, ["readInto 75+5", "readInto 0+15"]],
    ["nothing of zeros", 80, 20, []],
  ])("reads %s", async (_, offset, length, calls) => {
    const source = observed(200);
    const extents: Extent[] = [
      ...concatenate([fromSource(source, 0, 50)]),
      { offset: 50, ...fromSource(source, 50, 30) },
      { offset: 80, ...zeros(20) },
      { offset: 100, ...fromSource(source, 0, 50) },
    ];
    await layoutSource(extents, 200).read(offset, length);
    expect(source.calls).toEqual(calls);
  });

  it.each([
    [0, 11],
    [10, 1],
    [-1, 1],
    [0.5, 1],
  ])("refuses a read at %d of %d bytes", async (offset, length) => {
    const source = layoutSource(concatenate([zeros(5)]), 10);
    await expect(source.read(offset, length)).rejects.toMatchObject({
      code: "image-truncated",
      message: expect.stringMatching(/^the layout ends at byte 10,/) as string,
      hint: expect.not.stringContaining("image") as string,
    });
    await expect(source.readInto(offset, new Uint8Array(length))).rejects.toMatchObject({ code: "image-truncated" });
    expect(await source.read(10, 0)).toEqual(new Uint8Array());
  });

  it("is none of extents that leave it, and says so before it is read", () => {
    expect(() => layoutSource(concatenate([zeros(11)]), 10)).toThrow(RangeError);
  });

  it("fails as its sources do", async () => {
    const extents = concatenate([zeros(5), fromSource(memorySource(new Uint8Array(3)), 0, 5)]);
    const source = layoutSource(extents, 10);
    expect(await source.read(0, 8)).toEqual(new Uint8Array(8));
    await expect(source.read(0, 10)).rejects.toMatchObject({ code: "image-truncated" });
  });
});

it("gaps keep what was there where that is asked for", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryLayout, fc.nat(extentOfAll), async (extents, from) => {
      const bytes = await naive(extents);
      const covers = (at: number): boolean =>
        extents.some(({ offset, length }) => offset <= at && at < offset + length);
      const target = new Uint8Array(extentOfAll - from).fill(0xaa);
      await readLayout(extents, from, target, { gaps: "kept" });
      expect([...target]).toEqual([...target.keys()].map((at) => (covers(from + at) ? bytes[from + at] : 0xaa)));
    }),
  );
});
