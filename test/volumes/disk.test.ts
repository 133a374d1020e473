import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GiB, MiB } from "../../src/bytes/units.js";
import type { Extent } from "../../src/extents/extent.js";
import { fromSource, LayoutBuilder } from "../../src/extents/layout.js";
import { memorySource } from "../../src/source/byte-source.js";
import { finishDisk, placeContent } from "../../src/volumes/disk-end.js";
import { identityOf } from "../../src/volumes/identity.js";
import { inBootOrder } from "../../src/volumes/order.js";
import { directory, file, fileOf, tree } from "../support/memory-tree.js";

const shape = (extents: readonly Extent[]) =>
  extents.map(({ offset, length, source }) => `${source.kind} ${offset}+${length}`);

describe("a disk", () => {
  it("does not end before its content", () => {
    const list = new LayoutBuilder();
    list.zerosTo(100);
    expect(() => finishDisk(list, 99)).toThrow(RangeError);
  });

  it("holds no file whose extents do not add up to its size", () => {
    const list = new LayoutBuilder();
    expect(() => placeContent(list, 0, { ...file("a", 10), size: 11 }, "b/a")).toThrow("b/a has 11 bytes");
  });

  it.each([
    // The rest of the disk is content too where it is 64 MiB or less.
    [MiB, 65 * MiB, [], 65 * MiB, [`zeros 0+${65 * MiB}`]],
    [MiB, 65 * MiB + 1, [], MiB, [`zeros 0+${MiB}`, `zeros ${64 * MiB + 1}+${MiB}`]],
    [MiB, GiB, [GiB - MiB - 512], MiB, [`zeros 0+${MiB}`, `bytes ${GiB - MiB - 512}+512`, `zeros ${GiB - MiB}+${MiB}`]],
    [
      MiB,
      GiB,
      [GiB - 1024],
      MiB,
      [`zeros 0+${MiB}`, `zeros ${GiB - MiB}+${MiB - 1024}`, `bytes ${GiB - 1024}+512`, `zeros ${GiB - 512}+512`],
    ],
    [
      MiB,
      3 * MiB,
      [2 * MiB],
      3 * MiB,
      [`zeros 0+${2 * MiB}`, `bytes ${2 * MiB}+512`, `zeros ${2 * MiB + 512}+${MiB - 512}`],
    ],
  ])("with %d bytes of content closes at %d bytes with a tail at %j", (used, diskSize, tail, contentEnd, expected) => {
    const list = new LayoutBuilder();
    list.zerosTo(used);
    const bytes = new Uint8Array(512);
    const extents = tail.map((offset) => ({ offset, length: 512, source: { kind: "bytes" as const, bytes } }));
    const finished = finishDisk(list, diskSize, extents);
    expect(finished.contentEnd).toBe(contentEnd);
    expect(shape(finished.extents)).toEqual(expected);
  });
});

describe("the boot order", () => {
  const image = memorySource(new Uint8Array(100));
  const added = memorySource(new Uint8Array(100));
  /** Files by where they lie in the image; null: not there. */
  const order = (places: Readonly<Record<string, number | null>>): string[] =>
    inBootOrder(
      Object.entries(places).map(([path, place]) => {
        const content = place === null ? fromSource(added, 0, 9) : fromSource(image, place, 3);
        return { path, node: fileOf(path, [content]) };
      }),
    ).map(({ path }) => path);

  it("puts what the boot chain reads first, and the rest as it lies in the image", () => {
    const places = {
      "autorun.inf": 30,
      "sources/install.wim": 10,
      "BOOT/bcd": 50,
      "Sources/Boot.wim": 40,
      bootmgr: 60,
    };
    expect(order({ ...places, "boot/x/y": 20, b: 5 })).toEqual([
      "bootmgr",
      "boot/x/y",
      "BOOT/bcd",
      "Sources/Boot.wim",
      "b",
      "sources/install.wim",
      "autorun.inf",
    ]);
  });

  it("puts what does not lie in the image behind it, as it came", () => {
    expect(order({ z: null, b: 30, "boot/new": null, a: null, c: 20, "boot/old": 10, d: 0 })).toEqual([
      "boot/old",
      "boot/new",
      "d",
      "c",
      "b",
      "z",
      "a",
    ]);
  });
});

describe("the identity", () => {
  const base = tree(file("a", 3), directory("d", [file("b", 4)]));

  it("is the same for the same tree and label", () => {
    expect(identityOf(base, "L")).toEqual(identityOf(tree(file("a", 3), directory("d", [file("b", 4)])), "L"));
  });

  it.each([
    ["another label", base, "M"],
    ["another name", tree(file("A", 3), directory("d", [file("b", 4)])), "L"],
    ["another size", tree(file("a", 3), directory("d", [file("b", 5)])), "L"],
    ["another time", tree(file("a", 3, { modified: 1 }), directory("d", [file("b", 4)])), "L"],
    ["a file for a directory", tree(file("a", 3), file("d", 0), file("d/b", 4)), "L"],
  ])("differs in every number with %s", (_, other, label) => {
    const first = identityOf(base, "L");
    const second = identityOf(other, label);
    expect(second.diskSignature).not.toBe(first.diskSignature);
    expect(second.volumeId).not.toBe(first.volumeId);
    expect(second.volumeSerialNumber).not.toBe(first.volumeSerialNumber);
  });

  it("is never zero and spreads over 32 bits", () => {
    const seen = new Set<number>();
    let either = 0;
    fc.assert(
      fc.property(fc.string(), (label) => {
        const { diskSignature, volumeId, volumeSerialNumber } = identityOf(base, label);
        for (const number of [diskSignature, volumeId]) {
          expect(number).toBeGreaterThan(0);
          expect(number).toBeLessThan(2 ** 32);
        }
        expect(volumeSerialNumber).toBeGreaterThan(0n);
        expect(volumeId).not.toBe(diskSignature);
        seen.add(volumeId);
        either |= volumeId;
      }),
    );
    expect(either >>> 0).toBe(0xffffffff);
    expect(seen.size).toBeGreaterThan(50);
  });
});
