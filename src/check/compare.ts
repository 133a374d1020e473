/** Compares a target with what should be on it: with a plan byte by byte, or with a manifest unit by unit. */
import type { DriveReader } from "../drive/drive-reader.js";
import type { DiskPlan } from "../volumes/plan.js";
import type { Extent } from "../extents/extent.js";
import { assemble, piecesOf, type Block } from "../extents/blocks.js";
import { type Span } from "../extents/extent.js";
import { ownersOf } from "../manifest/hash-units.js";
import { firstEndingBehind } from "../extents/search.js";
import { coalesce, coverage } from "../extents/spans.js";
import type { Manifest } from "../manifest/manifest.js";
import { createRing, type Slot } from "../transfer/ring.js";
import { digestSize, UnitHasher } from "../manifest/unit-hasher.js";
import { Differences, type Difference } from "./differences.js";
import { blocksFor, blockSize, readBlocks, readsInFlight } from "./read-blocks.js";

export type CompareOptions = {
  readonly reader: DriveReader;
  /** Called once with the number of bytes that will be read. */
  readonly begin: (totalBytes: number) => void;
  /** Called with the length of each block; may throw to stop. */
  readonly advanced: (bytes: number) => void;
};

export type Comparison = { readonly differences: readonly Difference[]; readonly bytes: number };

type PlanComparison = Comparison & {
  /** Differences from the manifest as well, as a set; null where there is no manifest. */
  readonly notAsWritten: readonly Span[] | null;
};

const totalOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { length }) => sum + length, 0);

/**
 * Everything the plan says but the manifest, and in the same pass what the manifest says, where one is given: the plan must
 * be what it was made by. Throws where the image cannot be read.
 */
export async function compareWithPlan(
  plan: DiskPlan,
  options: CompareOptions,
  manifest: Manifest | null,
): Promise<PlanComparison> {
  const { reader, begin, advanced } = options;
  const hasher = manifest === null ? null : new UnitHasher(manifest.units);
  const { extents, files, clusterSize, diskSize } = plan;
  const owners = ownersOf(coverage(extents, diskSize), files, clusterSize);
  const differences = new Differences();
  const blocks = blocksFor(reader, extents, diskSize);
  const ring = createRing(readsInFlight, blockSize);
  const expected = new Map<Block, Slot>();
  const prepare = async (block: Block): Promise<void> => {
    const slot = await ring.acquire();
    expected.set(block, slot);
    await assemble(extents, block, slot.bytes.subarray(0, block.length));
  };
  const planned = function* (block: Block): Generator<Span> {
    for (const piece of piecesOf(extents, block)) if (piece.extent.source.kind !== "manifest") yield piece;
  };
  begin(totalOf(blocks));
  await readBlocks({
    reader,
    blocks,
    advanced,
    prepare,
    take(block, bytes) {
      hasher?.update(block.offset, bytes);
      const wanted = expected.get(block)!.bytes;
      for (const { start, end } of planned(block)) {
        const part = (of: Uint8Array): Uint8Array => of.subarray(start - block.offset, end - block.offset);
        differences.compare(owners, start, part(bytes), part(wanted));
      }
      release(block);
    },
    lost(block, reason) {
      const kind = reason === "missing" ? "different" : "unreadable";
      for (const span of planned(block)) differences.addAll(owners, span, kind);
      release(block);
    },
  });
  const notAsWritten =
    manifest === null || hasher === null ? null : coalesce(unitDifferences(manifest, hasher, reader.size));
  return { differences: differences.list(), bytes: totalOf(blocks), notAsWritten };

  function release(block: Block): void {
    expected.get(block)!.release();
    expected.delete(block);
  }
}

/** Every unit of the manifest; a difference is a whole unit. */
export async function compareWithManifest(manifest: Manifest, options: CompareOptions): Promise<Comparison> {
  const { reader, begin, advanced } = options;
  const hasher = new UnitHasher(manifest.units);
  const extents = manifest.spans.map(({ start, end }): Extent => ({
    offset: start,
    length: end - start,
    source: { kind: "zeros" },
  }));
  const blocks = blocksFor(reader, extents, manifest.diskSize);
  begin(totalOf(blocks));
  await readBlocks({
    reader,
    blocks,
    advanced,
    take: ({ offset }, bytes) => hasher.update(offset, bytes),
    // A unit that the hasher does not get completely stays unfinished.
    lost: () => undefined,
  });
  return { differences: unitDifferences(manifest, hasher, reader.size), bytes: totalOf(blocks) };
}

/** Units whose SHA-256 differs, or that could not be read completely. */
function unitDifferences({ units, digests }: Manifest, hasher: UnitHasher, size: number): Difference[] {
  const missingFrom = units.length === 0 ? 0 : firstEndingBehind(units, size);
  const differences = new Differences();
  for (const [index, unit] of units.entries()) {
    const part = (of: Uint8Array): Uint8Array => of.subarray(index * digestSize, (index + 1) * digestSize);
    if (!hasher.finished[index]) differences.add(unit, index >= missingFrom ? "different" : "unreadable");
    else if (Buffer.compare(part(hasher.digests), part(digests)) !== 0) differences.add(unit, "different");
  }
  return differences.list();
}
