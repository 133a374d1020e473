/** The order of reads, on a model of a disc: everything that can be read is, with few tries, whenever it was interrupted. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMap, parseMap } from "../../src/read/map-file.js";
import { forgetFailures, freshState, Rescue, type RescueState } from "../../src/read/rescue.js";
import { RescueMap } from "../../src/read/rescue-map.js";

const sectorSize = 4;
const clusterSize = 32;
const sectorCount = 200;
const size = sectorCount * sectorSize - 1;

type Tried = { readonly offset: number; readonly length: number; readonly state: RescueState };

/** Each sector's number of tries that fail, before it is read: 0 is sound, Infinity never. */
class ModelDisc {
  readonly tries = new Map<number, number>();
  readonly failed = new Map<number, number>();
  readonly log: Tried[] = [];
  readonly #faults: ReadonlyMap<number, number>;

  constructor(faults: ReadonlyMap<number, number>) {
    this.#faults = faults;
  }

  /** Whether the read succeeded. A drive gives up at the first sector that it cannot read. */
  read(offset: number, length: number, state: RescueState): boolean {
    this.log.push({ offset, length, state });
    const end = offset + length;
    if (offset % sectorSize !== 0 || (end !== size && end % sectorSize !== 0)) throw new Error(`${offset} to ${end}`);
    for (let sector = offset / sectorSize; sector < Math.ceil((offset + length) / sectorSize); sector += 1) {
      const tries = (this.tries.get(sector) ?? 0) + 1;
      this.tries.set(sector, tries);
      if (tries > (this.#faults.get(sector) ?? 0)) continue;
      this.failed.set(sector, (this.failed.get(sector) ?? 0) + 1);
      return false;
    }
    return true;
  }
}

/** Runs up to the end, or to `reads` reads. */
function run(rescue: Rescue, disc: ModelDisc, reads = Infinity): boolean {
  for (let count = 0; count < reads; count += 1) {
    const next = rescue.next();
    if (next === null) return true;
    deepStrictEqual(rescue.next(), next);
    if (disc.read(next.offset, next.length, rescue.state)) rescue.succeeded(next);
    else rescue.failed(next);
    if (count > 100 * sectorCount) throw new Error("it does not end");
  }
  return rescue.next() === null;
}

const begin = (retries: number): Rescue =>
  new Rescue(new RescueMap(size), size, freshState, { sectorSize, clusterSize, retries });

const faults = fc
  .array(fc.tuple(fc.nat(sectorCount - 1), fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 2, 3, Infinity)), {
    maxLength: 12,
  })
  .map((areas) => {
    const map = new Map<number, number>();
    for (const [start, length, tries] of areas) {
      for (let sector = start; sector < Math.min(sectorCount, start + length); sector += 1) map.set(sector, tries);
    }
    return map;
  });

const never = (map: ReadonlyMap<number, number>): number[] =>
  [...map].filter(([, tries]) => tries === Infinity).map(([sector]) => sector);

const badSectors = (map: RescueMap): number[] =>
  map.runs("bad-sector").flatMap(({ offset, length }) => {
    const count = Math.ceil(length / sectorSize);
    return Array.from({ length: count }, (_, index) => offset / sectorSize + index);
  });

describe("a rescue", () => {
  it("reads a sound disc once, upwards, in whole clusters", () => {
    const disc = new ModelDisc(new Map());
    expect(run(begin(3), disc)).toBe(true);
    expect(disc.log.map(({ offset, length }) => [offset, length])).toEqual(
      Array.from({ length: Math.ceil(size / clusterSize) }, (_, index) => {
        return [index * clusterSize, Math.min(clusterSize, size - index * clusterSize)];
      }),
    );
  });

  it("reads every sector that can be read, and tries none more often than it says", () => {
    fc.assert(
      fc.property(faults, fc.integer({ min: 0, max: 3 }), (broken, retries) => {
        const disc = new ModelDisc(broken);
        const rescue = begin(retries);
        expect(run(rescue, disc)).toBe(true);
        expect(rescue.state.status).toBe("finished");
        const bad = badSectors(rescue.map);
        expect(rescue.map.bytes("finished") + rescue.map.bytes("bad-sector")).toBe(size);
        for (const sector of never(broken)) expect(bad).toContain(sector);
        for (const sector of bad) expect(disc.failed.get(sector) ?? 0).toBeGreaterThan(0);
        for (const sector of bad) expect(broken.has(sector)).toBe(true);
        // Once in a cluster, once by itself, and once for each retry.
        for (const [, count] of disc.failed) expect(count).toBeLessThanOrEqual(2 + retries);
        for (const sector of bad) expect(broken.get(sector)).toBeGreaterThan(retries);
      }),
    );
  });

  it("that is ended at any moment and goes on from its map file has the same result", () => {
    fc.assert(
      fc.property(faults, fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 10 }), (broken, moments) => {
        const hopeless = new Map(never(broken).map((sector) => [sector, Infinity]));
        const disc = new ModelDisc(hopeless);
        const options = { sectorSize, clusterSize, retries: 1 };
        let rescue = begin(1);
        for (const reads of moments) {
          if (run(rescue, disc, reads)) break;
          const { map, state } = parseMap(formatMap(rescue, []), "x.map");
          rescue = new Rescue(map, size, state, options);
        }
        expect(run(rescue, disc)).toBe(true);
        expect(badSectors(rescue.map)).toEqual([...hopeless.keys()].toSorted((a, b) => a - b));
        expect(rescue.map.bytes("finished") + rescue.map.bytes("bad-sector")).toBe(size);
      }),
    );
  });

  it("skips more and more behind errors, and comes back downwards up to the next error", () => {
    const broken = new Map(Array.from({ length: 40 }, (_, index) => [40 + index, Infinity] as const));
    const disc = new ModelDisc(broken);
    run(begin(0), disc);
    const copied = disc.log.filter(({ state }) => state.status === "copying");
    const places = (pass: number): number[] =>
      copied.filter(({ state }) => state.pass === pass).map(({ offset }) => offset / clusterSize);
    // 160 to 320 are bad: the clusters 5, 7 and 9 fail, and one is skipped behind each.
    expect(places(1).slice(0, 9)).toEqual([0, 1, 2, 3, 4, 5, 7, 9, 11]);
    expect(places(2)).toEqual([10, 8, 6]);
    expect(places(5)).toEqual([]);
    const after = disc.log.findIndex(({ state }) => state.status !== "copying");
    expect(disc.log.slice(after).every(({ length }) => length <= sectorSize)).toBe(true);
  });

  it("retries upwards and downwards in turn", () => {
    const disc = new ModelDisc(
      new Map([
        [10, Infinity],
        [11, Infinity],
        [90, Infinity],
      ]),
    );
    run(begin(3), disc);
    const retried = [1, 2, 3].map((pass) =>
      disc.log
        .filter(({ state }) => state.status === "retrying" && state.pass === pass)
        .map(({ offset }) => offset / sectorSize),
    );
    expect(retried).toEqual([
      [10, 11, 90],
      [90, 11, 10],
      [10, 11, 90],
    ]);
  });

  it("that had ended tries what is bad again, and forgets failures for another copy of the disc", () => {
    const disc = new ModelDisc(new Map([[50, 4]]));
    const rescue = begin(1);
    run(rescue, disc);
    expect(badSectors(rescue.map)).toEqual([50]);
    const { map, state } = parseMap(formatMap(rescue, []), "x.map");
    const again = new Rescue(map, size, state, { sectorSize, clusterSize, retries: 2 });
    expect(run(again, disc)).toBe(true);
    expect(badSectors(again.map)).toEqual([]);
    const other = new RescueMap(8, [{ offset: 0, length: 8, status: "bad-sector" }]);
    forgetFailures(other);
    expect(other.blocks).toEqual([{ offset: 0, length: 8, status: "non-tried" }]);
  });

  it("goes on with maps that people have edited", () => {
    const statuses = ["non-tried", "non-trimmed", "non-scraped", "bad-sector", "finished"] as const;
    const states = ["copying", "trimming", "scraping", "retrying", "finished"] as const;
    const blocks = fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom(...statuses)), { minLength: 1 });
    fc.assert(
      fc.property(
        blocks,
        fc.constantFrom(...states),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(size),
        (parts, status, pass, position) => {
          let end = 0;
          const made = parts.map(([length, of]) => {
            const block = { offset: end, length, status: of };
            end += length;
            return block;
          });
          const disc = new ModelDisc(new Map());
          const rescue = new Rescue(
            new RescueMap(end, made),
            size,
            { status, pass, position },
            { sectorSize, clusterSize, retries: 1 },
          );
          expect(run(rescue, disc)).toBe(true);
          expect(
            rescue.map.bytes("non-tried") + rescue.map.bytes("non-trimmed") + rescue.map.bytes("non-scraped"),
          ).toBe(0);
          if (status !== "retrying") expect(rescue.map.bytes("finished")).toBe(size);
        },
      ),
    );
  });
});
