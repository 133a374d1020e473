/** What a plan takes of a disc out of its order: read in front of the pass, in ascending order, and never again. */
import { describe, expect, it } from "vitest";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { directory, file, filler } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { MiB } from "../../src/bytes/units.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { heldRanges } from "../../src/steps/held-ranges.js";
import { besidePass, passingPlan } from "../../src/steps/passing-plan.js";
import type { PassReader } from "../../src/threads/index.js";
import { planDisk, smallestDisk } from "../../src/volumes/index.js";
import { watchedSource } from "../support/watched-source.js";

const bytes = filler(1000, 3);
const spans = [
  { start: 600, end: 650 },
  { start: 10, end: 30 },
  { start: 30, end: 40 },
  { start: 100, end: 300 },
];

describe("held ranges", () => {
  it("are read once and in ascending order, and give what the disc has", async () => {
    const reads: number[][] = [];
    const { source, hold } = heldRanges(
      watchedSource(bytes, (_, offset, length) => reads.push([offset, length])),
      spans,
    );
    await Promise.all([hold(), hold()]);
    expect(reads).toEqual([
      [10, 30],
      [100, 200],
      [600, 50],
    ]);
    for (const [offset, length] of [
      [600, 50],
      [15, 20],
      [299, 1],
    ] as const) {
      expect(await source.read(offset, length)).toEqual(bytes.subarray(offset, offset + length));
    }
    expect(reads.length).toBe(3);
    expect(await source.read(5, 10)).toEqual(bytes.subarray(5, 15));
    expect(await source.read(640, 20)).toEqual(bytes.subarray(640, 660));
    expect(reads.slice(3)).toEqual([
      [5, 10],
      [640, 20],
    ]);
  });

  it("are read by whoever wants them first", async () => {
    const reads: number[] = [];
    const { source } = heldRanges(
      watchedSource(bytes, (_, offset) => reads.push(offset)),
      spans,
    );
    const [last, first] = await Promise.all([source.read(620, 5), source.read(10, 5)]);
    expect([last, first]).toEqual([bytes.subarray(620, 625), bytes.subarray(10, 15)]);
    expect(reads).toEqual([10, 100, 600]);
  });

  it("beyond the limit are left to the disc, the largest first", async () => {
    const reads: number[] = [];
    const { source, hold } = heldRanges(
      watchedSource(bytes, (_, offset) => reads.push(offset)),
      spans,
      100,
    );
    await hold();
    expect(reads).toEqual([10, 600]);
    expect(await source.read(100, 9)).toEqual(bytes.subarray(100, 109));
    expect(reads).toEqual([10, 600, 100]);
  });

  it("leave nothing of a plan to be read beside the pass, where a file in front of boot.wim is written behind it", async () => {
    const { children, ...root } = await windows7Tree();
    const tree = directory(root.name, [file("first.bin", filler(MiB, 8)), ...children]);
    const { extents, size } = await buildBridge(tree, { label: "FRONT" });
    const iso = await layoutSource(extents, size).read(0, size);
    let reads: number[] = [];
    const disc = watchedSource(iso, (_, offset) => reads.push(offset));
    const image = await readImage(disc);
    for (const fileSystem of ["fat32", "ntfs"] as const) {
      const options = { fileSystem, label: "FRONT" };
      const plan = planDisk(image.tree, { diskSize: smallestDisk(image.tree, options) }, options);
      const held = heldRanges(disc, besidePass(plan, disc));
      reads = [];
      await held.hold();
      expect(reads.length).toBeGreaterThan(0);
      expect(reads).toEqual(reads.toSorted((a, b) => a - b));
      reads = [];
      const passed: number[] = [];
      const fromPass = memorySource(iso);
      const reader = {
        readInto(offset: number, target: Uint8Array) {
          passed.push(offset);
          return fromPass.readInto(offset, target);
        },
        release: () => undefined,
      } as unknown as PassReader;
      const passing = passingPlan(plan, disc, Promise.resolve(reader), held.source);
      const end = plan.extents.at(-1)!;
      const length = end.offset + end.length;
      const written = await layoutSource(passing.extents, length).read(0, length);
      expect(reads).toEqual([]);
      expect(passed).toEqual(passed.toSorted((a, b) => a - b));
      expect(Buffer.compare(written, await layoutSource(plan.extents, length).read(0, length))).toBe(0);
    }
  });
});
