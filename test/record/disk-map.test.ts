/** The picture of a disk: that it shows all of it, to scale, and each place that differs. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { diskMap, type DiskMap } from "../../src/record/index.js";
import { areasOf } from "../../src/record/map-areas.js";
import { legendOf } from "../../src/record/map-legend.js";
import { cellsForText, mapText } from "../../src/record/map-text.js";
import { diskLayoutOf, structuresBySize, type DiskLayout } from "../../src/volumes/disk-layout.js";
import type { DiskStructure } from "../../src/volumes/plan.js";
import { stickSize } from "../support/large-stick.js";
import { largePlan } from "../support/run-records.js";

const layouts = { fat32: diskLayoutOf(largePlan("fat32")), ntfs: diskLayoutOf(largePlan("ntfs")) };
const names = ["fat32", "ntfs"] as const;

/** Groups follow one another without a gap, in bytes and in cells. */
function expectWhole({ diskSize, cells, groups, differing }: DiskMap): void {
  let byte = 0;
  let cell = 0;
  for (const group of groups) {
    expect([group.offset, group.firstCell]).toEqual([byte, cell]);
    expect(group.cells).toBeGreaterThan(0);
    byte += group.length;
    cell += group.cells;
  }
  expect([byte, cell]).toEqual([diskSize, cells]);
  expect(differing.every((each, index) => each < cells && each > (differing[index - 1] ?? -1))).toBe(true);
}

/** What a cell shows, by a byte in it. */
function cellOf({ groups }: DiskMap, byte: number): number {
  const group = groups.find(({ offset, length }) => byte >= offset && byte < offset + length)!;
  return group.firstCell + Math.floor(((byte - group.offset) * group.cells) / group.length);
}

describe.each(names)("a stick of 4 GB with 707 files, %s", (name) => {
  const layout = layouts[name];
  const map = diskMap(layout, { cells: 768 });

  it("is shown whole, and in few groups", () => {
    expectWhole(map);
    expect(map.groups.length).toBeLessThan(40);
  });

  it("has its largest files by name, in the order of their sizes", () => {
    const ranked = map.groups.filter(({ rank }) => rank !== null).toSorted((a, b) => a.rank! - b.rank!);
    expect(ranked.map((group) => group.name)).toEqual([
      "sources/install.wim",
      "sources/boot.wim",
      "sources/upgrade.cab",
    ]);
    const [install] = ranked;
    expect(install!.cells / 768).toBeCloseTo(install!.length / stickSize, 1);
  });

  it("shows each structure, however small it is", () => {
    const shown = new Set(map.groups.map((group) => group.name));
    for (const structure of layout.structures) expect(shown).toContain(structure.name);
  });

  it("has every file's bytes in files, or in the table of small ones, and none of them elsewhere", () => {
    const areas = areasOf(layout);
    for (const { path, runs } of layout.files!) {
      for (const { offset, length } of runs) {
        const area = areas.find(({ start, end }) => offset >= start && offset < end)!;
        expect([offset + length <= area.end, area.name === path || area.name === "$MFT"], path).toEqual([true, true]);
      }
    }
  });

  it("calls free what is neither", () => {
    const used = areasOf(layout).reduce((sum, { start, end, kind }) => (kind === "free" ? sum : sum + end - start), 0);
    const files = layout.files!.reduce((sum, { size }) => sum + size, 0);
    expect(used).toBeGreaterThan(files);
    expect(used - files).toBeLessThan(16 * MiB);
  });

  it("marks a block for any byte that differs, and no other", () => {
    fc.assert(
      fc.property(fc.nat(stickSize - 1), (offset) => {
        const marked = diskMap(layout, { cells: 768, mismatches: [{ offset, length: 1 }] });
        expect(marked.differing).toEqual([cellOf(marked, offset)]);
        expect(marked.groups).toEqual(map.groups);
      }),
      { numRuns: 30 },
    );
  });

  it("knows the same places without a plan, where they follow from the size", () => {
    const known = structuresBySize(name, stickSize);
    for (const each of known) {
      if (each.name === "directories") continue;
      expect(layout.structures).toContainEqual(each);
    }
    expect(known.length).toBeGreaterThanOrEqual(4);
  });
});

it.each([0, 511, 64 * MiB - 1])("a disk of %i bytes has no structures that follow from its size", (size) => {
  expect(structuresBySize("fat32", size)).toEqual([]);
});

it("has any layout whole, whatever a manifest says", () => {
  const diskSize = 64 * MiB;
  const run = fc.record({ offset: fc.nat(diskSize - 1), length: fc.integer({ min: 1, max: MiB }) });
  const inside = run.map(({ offset, length }) => ({ offset, length: Math.min(length, diskSize - offset) }));
  const files = fc.option(
    fc.array(fc.record({ path: fc.string(), size: fc.nat(MiB), runs: fc.array(inside, { maxLength: 3 }) })),
  );
  const structures = fc.array(fc.tuple(fc.constantFrom("boot" as const, "structure" as const), fc.string(), inside), {
    maxLength: 9,
  });
  fc.assert(
    fc.property(files, structures, fc.constantFrom(64, 768), (found, named, cells) => {
      const layout: DiskLayout = {
        diskSize,
        fileSystem: "fat32",
        clusterSize: 4096,
        written: [{ start: 0, end: diskSize / 2 }],
        files: found,
        structures: named
          .map(([kind, name, place]): DiskStructure => ({ kind, name, ...place }))
          .toSorted((a, b) => a.offset - b.offset),
      };
      expectWhole(diskMap(layout, { cells, mismatches: [{ offset: 3, length: 2 * diskSize }] }));
    }),
    { numRuns: 60 },
  );
});

it("of a disk whose files have no names says so", () => {
  const layout = { ...layouts.ntfs, files: null, structures: structuresBySize("ntfs", stickSize) };
  const told = legendOf(diskMap(layout, { cells: 768 })).map((row) => row.name);
  expect(told).toContain("files and structures (their names are not known)");
});

describe("as blocks", () => {
  it.each([
    [80, true, "map-80.txt"],
    [80, false, "map-80-ascii.txt"],
    [132, true, "map-132.txt"],
    [132, false, "map-132-ascii.txt"],
  ])("of %i columns, Unicode %s, is as in %s", async (columns, unicode, file) => {
    const text = names.map((name) => {
      const { cells, perLine } = cellsForText(columns);
      const mismatches = [
        { offset: 446, length: 16 },
        { offset: layouts[name].files![40]!.runs[0]!.offset, length: 1 },
      ];
      return mapText(diskMap(layouts[name], { cells, mismatches }), { perLine, unicode });
    });
    for (const line of text.join("").split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    // oxlint-disable-next-line no-control-regex
    if (!unicode) expect(text.join("")).toMatch(/^[\u0000-\u007f]*$/);
    await expect(text.join("\n")).toMatchFileSnapshot(`screens/${file}`);
  });

  it("is the same under its colours", () => {
    const map = diskMap(layouts.fat32, { cells: 512 });
    const plain = mapText(map, { perLine: 64, unicode: true });
    const painted = mapText(map, { perLine: 64, unicode: true, paint: (mark, text) => `<${mark}>${text}</>` });
    expect(painted.replaceAll(/<\w*>|<\/>/g, "")).toBe(plain);
  });
});
