/**
 * A plan's extents cut into the transfers that execute it. Extents need no alignment, transfers do: neighbouring
 * extents are merged, whole units are moved in blocks of up to `blockSize`, and a unit that the plan covers only in
 * part becomes a block of its own, which each target reads before it writes, because the rest of it is to be left alone.
 */
import { roundDown, roundUp } from "../bytes/units.js";
import { runEnd, type Extent } from "./extent.js";
import { piecesIn, type Piece } from "./layout.js";
import { readLayout } from "./layout-source.js";
import { coverage } from "./spans.js";

/** Bytes; also the largest alignment that a target may ask for. */
export const largestUnit = 65536;

/** One transfer. `offset` is a multiple of the unit; `length` is too, save for a block that ends with the disk. */
export type Block = {
  readonly offset: number;
  readonly length: number;
  /** Index of the first extent that reaches into the block. */
  readonly firstExtent: number;
  /** The plan covers the block only in part: everything else in it keeps the target's bytes. */
  readonly partial: boolean;
};

type BlockRules = {
  /** Power of two, in bytes: the largest alignment of the targets. */
  readonly unit: number;
  /** A multiple of `unit`: no block is longer, and none crosses a multiple of it. */
  readonly blockSize: number;
  /** Where every target ends, in bytes; a shorter last unit is whole. */
  readonly diskEnd: number;
};

/**
 * The blocks of a plan, ascending. The unit at offset 0 is always a block of its own: it makes the disk bootable and is
 * written last.
 */
export function blocksOf(extents: readonly Extent[], rules: BlockRules): Block[] {
  const spans = coverage(extents);
  const blocks: Block[] = [];
  let extentIndex = 0;
  const add = (offset: number, length: number, partial: boolean): void => {
    while (runEnd(extents[extentIndex]!) <= offset) extentIndex += 1;
    const previous = blocks.at(-1);
    // Two spans may share a unit.
    if (partial && previous?.partial === true && previous.offset === offset) return;
    blocks.push({ offset, length, firstExtent: extentIndex, partial });
  };
  for (const span of spans) {
    const wholeStart = roundUp(span.start, rules.unit);
    const wholeEnd = span.end === rules.diskEnd ? span.end : roundDown(span.end, rules.unit);
    const headUnit = roundDown(span.start, rules.unit);
    if (headUnit < wholeStart) add(headUnit, Math.min(rules.unit, rules.diskEnd - headUnit), true);
    for (let offset = wholeStart; offset < wholeEnd;) {
      const end = Math.min(wholeEnd, offset === 0 ? rules.unit : roundDown(offset, rules.blockSize) + rules.blockSize);
      add(offset, end - offset, false);
      offset = end;
    }
    if (wholeEnd >= wholeStart && wholeEnd < span.end) {
      add(wholeEnd, Math.min(rules.unit, rules.diskEnd - wholeEnd), true);
    }
  }
  return blocks;
}

/** The extents' parts that lie in `block`, ascending, in bytes of the disk. */
export function piecesOf(extents: readonly Extent[], { offset, length, firstExtent }: Block): Generator<Piece> {
  return piecesIn(extents, offset, offset + length, firstExtent);
}

/** Whether the plan says that the block holds nothing but zeros. */
export function isPlannedZeros(extents: readonly Extent[], block: Block): boolean {
  for (const { extent } of piecesOf(extents, block)) if (extent.source.kind !== "zeros") return false;
  return !block.partial;
}

/**
 * Fills `bytes` (as long as the block) with what the plan puts there; what it does not cover is left as it is. The
 * manifest's place becomes zeros: its bytes are known when everything before it was hashed.
 */
export function assemble(extents: readonly Extent[], block: Block, bytes: Uint8Array): Promise<void> {
  return readLayout(extents, block.offset, bytes, { gaps: "kept", first: block.firstExtent });
}
