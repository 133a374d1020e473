/** Disk plans for tests: random ones as fast-check makes them, and the naive way to execute any. */
import * as fc from "fast-check";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { sectorSize } from "../../src/volumes/plan.js";
import type { Extent } from "../../src/extents/extent.js";
import { memorySource } from "../../src/source/byte-source.js";

export type PlanOptions = { readonly contentEnd?: number; readonly files?: DiskPlan["files"] };

export function planOf(diskSize: number, extents: readonly Extent[], options: PlanOptions = {}): DiskPlan {
  return {
    diskSize,
    fileSystem: "fat32",
    label: "TEST",
    clusterSize: 4096,
    extents,
    contentEnd: options.contentEnd ?? coveredFromStart(extents),
    files: options.files ?? [],
  };
}

export function coveredFromStart(extents: readonly Extent[]): number {
  let end = 0;
  for (const { offset, length } of extents) {
    if (offset !== end) break;
    end += length;
  }
  return end;
}

export const bytesExtent = (offset: number, bytes: Uint8Array): Extent => ({
  offset,
  length: bytes.length,
  source: { kind: "bytes", bytes },
});

export const zerosExtent = (offset: number, length: number): Extent => ({ offset, length, source: { kind: "zeros" } });

/** A range of a source that is longer than the extent on both sides. */
export function rangeExtent(offset: number, content: Uint8Array): Extent {
  const margin = 7;
  const bytes = new Uint8Array(content.length + 2 * margin).fill(0xee);
  bytes.set(content, margin);
  return { offset, length: content.length, source: { kind: "range", source: memorySource(bytes), offset: margin } };
}

/** What a disk that held `before` holds afterwards, extent by extent. */
export async function executeNaively(plan: DiskPlan, before: Uint8Array): Promise<Uint8Array> {
  // A copy: Buffer's slice would be a view.
  const disk = new Uint8Array(before);
  for (const { offset, length, source } of plan.extents) {
    if (source.kind === "zeros" || source.kind === "manifest") disk.fill(0, offset, offset + length);
    else if (source.kind === "bytes") disk.set(source.bytes, offset);
    else disk.set(await source.source.read(source.offset, length), offset);
  }
  return disk;
}

/** Plans that begin at 0, with gaps, odd edges and every kind of source, on disks of whole and of odd sizes. */
export const arbitraryPlan: fc.Arbitrary<DiskPlan> = fc
  .record({
    steps: fc.array(
      fc.record({
        gap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 9000 })),
        length: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 20_000 }), fc.constant(4096)),
        kind: fc.constantFrom("bytes", "range", "zeros"),
        seed: fc.integer({ min: 0, max: 255 }),
      }),
      { minLength: 1, maxLength: 20 },
    ),
    tail: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9000 })),
    wholeUnits: fc.boolean(),
  })
  .map(({ steps, tail, wholeUnits }) => {
    const extents: Extent[] = [];
    let offset = 0;
    for (const [index, { gap, length, kind, seed }] of steps.entries()) {
      if (index > 0) offset += gap;
      const size = index === 0 ? Math.max(length, 1) : length;
      const content = Uint8Array.from({ length: size }, (_, at) => (seed + at * 7) & 0xff);
      if (kind === "zeros") extents.push(zerosExtent(offset, size));
      else extents.push(kind === "bytes" ? bytesExtent(offset, content) : rangeExtent(offset, content));
      offset += size;
    }
    // A disk has a sector at least: the mark of an unfinished write takes one.
    const end = Math.max(offset + tail, sectorSize);
    return planOf(wholeUnits ? Math.ceil(end / 4096) * 4096 : end, extents);
  });
