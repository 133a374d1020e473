/**
 * A plan's extents cut into the transfers that execute it. Extents need no alignment, transfers do: neighbouring
 * extents are merged, whole units are moved in blocks of up to `blockSize`, and a unit that the plan covers only in
 * part becomes a block of its own, which each target reads before it writes, because the rest of it is to be left alone.
 */
import { roundDown, roundUp } from "../bytes/units.js";
import type { Extent, Span } from "./extent.js";

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

export type BlockRules = {
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
    while (endOf(extents[extentIndex]!) <= offset) extentIndex += 1;
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

/** The plan's extents as the largest spans without a gap. */
function coverage(extents: readonly Extent[]): Span[] {
  const spans: { start: number; end: number }[] = [];
  for (const extent of extents) {
    if (extent.length === 0) continue;
    const last = spans.at(-1);
    if (last !== undefined && last.end === extent.offset) last.end = endOf(extent);
    else spans.push({ start: extent.offset, end: endOf(extent) });
  }
  return spans;
}

/** A part of a block that one extent covers, in bytes of the disk. */
export type Piece = Span & { readonly extent: Extent };

/** The extents' parts that lie in `block`, ascending. */
export function* piecesOf(extents: readonly Extent[], block: Block): Generator<Piece> {
  const blockEnd = block.offset + block.length;
  for (let index = block.firstExtent; index < extents.length; index += 1) {
    const extent = extents[index]!;
    if (extent.offset >= blockEnd) return;
    const start = Math.max(extent.offset, block.offset);
    const end = Math.min(endOf(extent), blockEnd);
    if (start < end) yield { start, end, extent };
  }
}

/** Whether the plan says that the block holds nothing but zeros. */
export function isPlannedZeros(extents: readonly Extent[], block: Block): boolean {
  for (const { extent } of piecesOf(extents, block)) if (extent.source.kind !== "zeros") return false;
  return !block.partial;
}

/**
 * Fills `bytes` (as long as the block) with what the plan puts there; what it does not cover is left as it is. The
 * manifest's place becomes zeros: its bytes are known when everything before it was hashed (manifest-hash.ts).
 */
export async function assemble(extents: readonly Extent[], block: Block, bytes: Uint8Array): Promise<void> {
  for (const { start, end, extent } of piecesOf(extents, block)) {
    const part = bytes.subarray(start - block.offset, end - block.offset);
    const skip = start - extent.offset;
    const { source } = extent;
    if (source.kind === "zeros" || source.kind === "manifest") part.fill(0);
    else if (source.kind === "bytes") part.set(source.bytes.subarray(skip, skip + part.length));
    else await source.source.readInto(source.offset + skip, part);
  }
}

function endOf(extent: Extent): number {
  return extent.offset + extent.length;
}
