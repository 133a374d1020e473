/** Layouts made and cut: appended in order, joined where they continue, and windows of them. */
import { checkRange, type ByteSource } from "../source/byte-source.js";
import {
  continues,
  layoutEnd,
  runEnd,
  sourcePart,
  type Extent,
  type ExtentSource,
  type Run,
  type Span,
} from "./extent.js";
import { firstRunEndingBehind } from "./search.js";

/** Appends an extent at `offset`, which is not before the layout's end; one that continues the last extent becomes part of it. */
function appendExtent(extents: Extent[], { offset, length, source }: Extent): void {
  if (length === 0) return;
  const last = extents.at(-1);
  if (last !== undefined && runEnd(last) === offset && continues(last, source)) {
    extents[extents.length - 1] = { offset: last.offset, length: last.length + length, source: last.source };
  } else {
    extents.push({ offset, length, source });
  }
}

/** An extent that has no place yet. */
export type LayoutPart = Omit<Extent, "offset">;

export function fromBytes(bytes: Uint8Array): LayoutPart {
  return { length: bytes.length, source: { kind: "bytes", bytes } };
}

/** Bytes `[offset, offset + length)` of `source`; without them all of it. */
export function fromSource(source: ByteSource, offset = 0, length = source.size - offset): LayoutPart {
  return { length, source: { kind: "range", source, offset } };
}

export function zeros(length: number): LayoutPart {
  return { length, source: { kind: "zeros" } };
}

/** Appends a part right behind the layout's last extent. */
export function appendPart(extents: Extent[], { length, source }: LayoutPart): void {
  appendExtent(extents, { offset: layoutEnd(extents), length, source });
}

/** The parts one behind the other, from 0 on. */
export function concatenate(parts: Iterable<LayoutPart>): Extent[] {
  const extents: Extent[] = [];
  for (const part of parts) appendPart(extents, part);
  return extents;
}

/** A layout in the making: what is placed is ascending, gaps are filled with zeros, neighbours that can be one are one. */
export class LayoutBuilder {
  readonly #extents: Extent[] = [];
  #position = 0;

  /** The layout so far. */
  get extents(): readonly Extent[] {
    return this.#extents;
  }

  /** The first byte behind what was placed, zeroed or skipped. */
  get position(): number {
    return this.#position;
  }

  /** What lies between the position and `offset` becomes zeros. Throws RangeError where `offset` is before the position. */
  place(offset: number, length: number, source: ExtentSource): void {
    const position = this.#position;
    if (offset < position || !Number.isSafeInteger(offset + length) || length < 0) {
      throw new RangeError(`extent of ${length} bytes at ${offset}, but the layout stands at ${position}`);
    }
    appendExtent(this.#extents, { offset: position, length: offset - position, source: { kind: "zeros" } });
    appendExtent(this.#extents, { offset, length, source });
    this.#position = offset + length;
  }

  bytes(offset: number, bytes: Uint8Array): void {
    this.place(offset, bytes.length, { kind: "bytes", bytes });
  }

  /** Places a layout whose own offset 0 comes to lie at `offset`; its gaps become zeros. */
  layout(offset: number, extents: readonly Extent[]): void {
    for (const extent of extents) this.place(offset + extent.offset, extent.length, extent.source);
  }

  zerosTo(end: number): void {
    this.place(end, 0, { kind: "zeros" });
  }

  /** Leaves a gap up to `offset` that no extent covers; nothing where the position is there already. */
  skipTo(offset: number): void {
    this.#position = Math.max(this.#position, offset);
  }
}

/** The part of an extent that lies in a window, as bytes of the layout. */
export type Piece = Span & { readonly extent: Extent };

/**
 * The extents' parts in `[from, to)`, ascending. `first` is the index of the first extent that ends behind `from`, for
 * who knows it.
 */
export function* piecesIn(
  extents: readonly Extent[],
  from: number,
  to: number,
  first = firstRunEndingBehind(extents, from),
): Generator<Piece> {
  for (let index = first; index < extents.length; index += 1) {
    const extent = extents[index]!;
    if (extent.offset >= to) return;
    const start = Math.max(extent.offset, from);
    const end = Math.min(runEnd(extent), to);
    if (start < end) yield { start, end, extent };
  }
}

/** What lies in `[offset, offset + length)`, as a layout whose offset 0 is the window's start. Gaps stay gaps. */
export function windowOf(extents: readonly Extent[], { offset, length }: Run): Extent[] {
  const window: Extent[] = [];
  for (const { start, end, extent } of piecesIn(extents, offset, offset + length)) {
    const source = sourcePart(extent, start - extent.offset, end - start);
    window.push({ offset: start - offset, length: end - start, source });
  }
  return window;
}

/**
 * `extents` with `content` in place of the ranges of `source`: what a layout of parts of a file is in terms of what the
 * file itself lies in. `content` has no gaps. Throws `image-truncated` where a range leaves it.
 */
export function substitute(extents: readonly Extent[], source: ByteSource, content: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const extent of extents) {
    if (extent.source.kind !== "range" || extent.source.source !== source) {
      appendExtent(result, extent);
      continue;
    }
    const range = { offset: extent.source.offset, length: extent.length };
    checkRange(layoutEnd(content), range.offset, range.length, "layout");
    for (const part of windowOf(content, range)) appendExtent(result, { ...part, offset: extent.offset + part.offset });
  }
  return result;
}

/** The runs of `source` that the layout is made of, in its order; null where a part comes from elsewhere. */
export function runsOfSource(extents: readonly Extent[], source: ByteSource): Run[] | null {
  const runs: Run[] = [];
  for (const { source: from, length } of extents) {
    if (from.kind !== "range" || from.source !== source) return null;
    runs.push({ offset: from.offset, length });
  }
  return runs;
}
