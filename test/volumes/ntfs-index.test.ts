/** Directories as trees: shape, order and levels, small and very large. */
import { layoutSource } from "../../src/extents/layout-source.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { IndexNode } from "../../src/volumes/ntfs/plan/index-tree.js";
import { buildIndexTree } from "../../src/volumes/ntfs/plan/index-tree.js";
import { planNtfs } from "../../src/volumes/ntfs/plan/index.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { checkVolume } from "../support/ntfs-check.js";
import { NtfsReader } from "../support/ntfs-reader.js";
import { rounds, sample } from "../support/sample.js";

const blockRoom = 4096 - 0x40;
const plan = (given: ReturnType<typeof tree>, diskSize: number) => planNtfs(given, { diskSize }, { label: "TEST" });

describe("an index tree", () => {
  it("has every entry once, in order, in nodes that are neither empty nor over full", () => {
    const size = fc.integer({ min: 11, max: 74 }).map((units) => units * 8);
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 3000, size: "max" }), fc.nat(700), (sizes, room) => {
        const { nodes, root } = buildIndexTree(sizes, () => room);
        const top = root.entries.reduce((sum, entry) => sum + sizes[entry]! + 8, 24);
        expect(root.entries.length === 0 || top <= room).toBe(true);
        const visited: number[] = [];
        const visit = ({ entries, children }: IndexNode): number => {
          const depths = new Set<number>();
          for (const [position, entry] of entries.entries()) {
            if (children !== null) depths.add(visit(nodes[children[position]!]!));
            visited.push(entry);
          }
          if (children !== null) depths.add(visit(nodes[children.at(-1)!]!));
          if (depths.size > 1) throw new Error(`children of ${[...depths].join(" and ")} levels`);
          return 1 + ([...depths][0] ?? 0);
        };
        visit(root);
        for (const { entries, children } of nodes) {
          const pointer = children === null ? 0 : 8;
          const used = entries.reduce((sum, entry) => sum + sizes[entry]! + pointer, 16 + pointer);
          if (used > blockRoom || entries.length === 0) throw new Error(`${entries.length} entries, ${used} bytes`);
        }
        expect(visited).toEqual(sizes.map((_, index) => index));
      }),
      { numRuns: rounds(40, 15) },
    );
  });
});

const deep = (levels: number): ReturnType<typeof directory> =>
  directory(`level ${levels}`, levels === 0 ? [file("deep.txt", 10)] : [deep(levels - 1)]);

describe("a directory", () => {
  it.each([1, 2, 5, 6, 20, 60, 61, 62, 63, 300])("of %d files is read in the order of the table", async (count) => {
    const names = Array.from({ length: count }, (_, index) => `${"aÄzß_~^`{"[index % 9]}${index} name.ext`);
    const given = tree(
      directory(
        "d",
        names.map((name) => file(name, 1)),
      ),
    );
    await checkVolume(given, plan(given, 64 * MiB));
  });

  it.each(sample([11_000, 20_000], 1))("of %d files has three levels of buffers below its root", async (count) => {
    const files = Array.from({ length: count }, (_, index) =>
      file(`A component of the system, number ${index}.manifest`),
    );
    const given = tree(directory("many", files));
    const { extents, diskSize } = plan(given, 128 * MiB);
    const volume = await NtfsReader.open(layoutSource(extents, diskSize));
    const { names, levels, blocks } = await volume.index(64);
    expect(names).toHaveLength(2 * count);
    expect(levels).toBe(4);
    expect(blocks).toBeGreaterThan(0.06 * count);
    // More than 512 buffers: their bitmap is not resident.
    expect(volume.attributes(64).find(({ type }) => type === 0xb0)!.value).toBeNull();
    const uppers = names.map(({ name }) => volume.upCase(name));
    expect(uppers).toEqual(uppers.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it("of a long name and a large index keeps its names in a second record", async () => {
    const longest = `${"n".repeat(250)}.long`;
    const children = Array.from({ length: 20 }, (_, index) => file(`${index}${longest.slice(3)}`, index));
    const given = tree(directory(longest, [directory(`x${longest.slice(1)}`, children), ...children]));
    const volume = await checkVolume(given, plan(given, 64 * MiB));
    const list = volume.record(64).attributes.find(({ type }) => type === 0x20);
    expect(list?.size).toBe(216);
    expect(volume.record(64).attributes.some(({ type }) => type === 0x30)).toBe(false);
    expect(volume.attributes(64).filter(({ type }) => type === 0x30)).toHaveLength(2);
  });

  it("may lie 400 deep", async () => {
    const given = tree(deep(400));
    const volume = await checkVolume(given, plan(given, 64 * MiB));
    expect(volume.record(64 + 400).flags).toBe(3);
  });
});

describe("a tree of many entries", () => {
  /** Index nodes that are made, and entries whose size is asked for, where `count` entries are packed. */
  function workOf(count: number): { nodes: number; asked: number } {
    let asked = 0;
    const sizes = new Proxy(
      Array.from({ length: count }, () => 120),
      {
        get(target, key, receiver): unknown {
          if (typeof key === "string" && /^\d+$/.test(key)) asked += 1;
          return Reflect.get(target, key, receiver);
        },
      },
    );
    const { nodes } = buildIndexTree(sizes, () => 100);
    return { nodes: nodes.length, asked };
  }

  it("takes work in proportion to their number", () => {
    const small = workOf(2_000);
    const large = workOf(64_000);
    expect(large.asked).toBeLessThan(1.1 * 32 * small.asked);
    expect(large.nodes).toBeLessThan(1.1 * 32 * small.nodes);
    // Once to copy the numbers, once or twice to pack a level.
    expect(large.asked).toBeLessThan(4 * 64_000);
  });
});
