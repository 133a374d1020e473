/**
 * A disk in the file of a virtual machine: the same bytes, in blocks that may lie anywhere in the file, with tables that say
 * where. What is in no block reads as zeros. Everything here is data: nothing is read or written to make it.
 */
import { imageFileUnit, roundUp } from "../bytes/units.js";
import type { Extent, Span } from "../extents/extent.js";
import type { WrappedFormat } from "./formats.js";

/** Where the bytes of a disk lie in its file. */
export type BlockMap = {
  /** Bytes. */
  readonly diskSize: number;
  /** Bytes of the disk that each block holds; the last one may reach behind the disk's end. */
  readonly blockSize: number;
  /** The place in the file of each block, in bytes; `nowhere` for one that reads as zeros. */
  readonly places: Float64Array;
};

/** The place of a block that the file does not have. */
export const nowhere = -1;

/** A file of which only the disk's bytes are missing. */
export type Container = {
  readonly format: WrappedFormat;
  readonly map: BlockMap;
  /** Bytes of the whole file. */
  readonly fileSize: number;
  /** Headers and tables; none of them shares 4 KiB of the file with a block. */
  readonly structures: readonly Extent[];
};

/** What was found in a file. */
export type ReadContainer = Pick<Container, "format" | "map">;

/** The disk that is to be wrapped. */
export type WrappedDisk = {
  /** Bytes: whole sectors of 512. */
  readonly diskSize: number;
  /** Bytes that are not known to be zeros. */
  readonly used: readonly Span[];
  /** 16 bytes that stand for the content: files that hold the same have the same identifiers. */
  readonly identity: Uint8Array;
  /** The file's own name, which VMDK repeats. */
  readonly fileName: string;
};

/** More blocks would make tables that no reader of these formats is used to. */
export const mostBlocks = 2 ** 22;

/** The blocks of `blockSize` bytes that hold something, ascending. */
export function usedBlocks({ used }: WrappedDisk, blockSize: number): number[] {
  const blocks: number[] = [];
  for (const { start, end } of used) {
    let block = Math.max(Math.floor(start / blockSize), (blocks.at(-1) ?? -1) + 1);
    for (; block * blockSize < end; block += 1) blocks.push(block);
  }
  return blocks;
}

/** The `blocks` lie in the file in their order, each `step` bytes behind the one before, the first at `first`. */
export function placedInOrder(
  { diskSize }: WrappedDisk,
  blockSize: number,
  blocks: readonly number[],
  { first, step = blockSize }: { readonly first: number; readonly step?: number },
): BlockMap {
  const places = new Float64Array(Math.ceil(diskSize / blockSize)).fill(nowhere);
  for (const [index, block] of blocks.entries()) places[block] = first + index * step;
  return { diskSize, blockSize, places };
}

/** A part of a disk that lies in one piece in its file, or nowhere in it. */
export type MappedPiece = {
  /** Bytes of the disk. */
  readonly start: number;
  readonly length: number;
  /** Bytes of the file; `nowhere` for zeros. */
  readonly place: number;
};

/** What `[start, end)` of the disk consists of, ascending; neighbours that continue each other in the file are one piece. */
export function* mappedPieces({ blockSize, places }: BlockMap, start: number, end: number): Generator<MappedPiece> {
  let piece: MappedPiece | undefined;
  for (let position = start; position < end;) {
    const block = Math.floor(position / blockSize);
    const inBlock = position - block * blockSize;
    const length = Math.min(blockSize - inBlock, end - position);
    const blockPlace = places[block]!;
    const place = blockPlace === nowhere ? nowhere : blockPlace + inBlock;
    if (piece !== undefined && continues(piece, place)) piece = { ...piece, length: piece.length + length };
    else {
      if (piece !== undefined) yield piece;
      piece = { start: position, length, place };
    }
    position += length;
  }
  if (piece !== undefined) yield piece;
}

function continues({ place, length }: MappedPiece, next: number): boolean {
  return place === nowhere ? next === nowhere : place + length === next;
}

/** Cylinders, heads and sectors per track. */
export type Geometry = { readonly cylinders: number; readonly heads: number; readonly sectors: number };

/** The geometry that ATA drives give of themselves (ATA-5, clause 6.2): 16 heads of 63 sectors, 16383 cylinders at most. */
export function ataGeometry(diskSize: number): Geometry {
  const [heads, sectors] = [16, 63];
  return { cylinders: Math.min(16_383, Math.ceil(diskSize / 512 / heads / sectors)), heads, sectors };
}

/** Where blocks begin: whole pages of the file, and units of `unit` bytes. */
export const blocksFrom = (end: number, unit: number): number => roundUp(end, Math.max(unit, imageFileUnit));
