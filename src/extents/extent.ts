/**
 * What lies where. An extent is a run of bytes of something larger (a disk, a file, a container) with the place that
 * its bytes come from; a layout is a list of extents, ascending and without overlap. This room alone joins neighbours,
 * searches by offset, cuts windows and subtracts. Offsets and lengths are bytes, up to 2^53 - 1, and need no alignment;
 * ends are exclusive. Trap: `offset` of an extent is a place in the layout, `source.offset` one in the source.
 */
import type { ByteSource } from "../source/byte-source.js";

/** `length` bytes at `offset`. */
export type Run = { readonly offset: number; readonly length: number };

/** The bytes `[start, end)`. */
export type Span = { readonly start: number; readonly end: number };

/** Where the bytes of an extent come from. */
export type ExtentSource =
  /** Memory: exactly as many bytes as the extent has. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** As many bytes of `source` as the extent has, from `offset` of the source on. */
  | { readonly kind: "range"; readonly source: ByteSource; readonly offset: number }
  | { readonly kind: "zeros" }
  /**
   * What was written, in short (src/manifest/manifest.ts): a place whose bytes are known only when all before it was
   * read. Who knows them puts them there; to everybody else they are zeros.
   */
  | { readonly kind: "manifest" };

/** `length` bytes at `offset` of a layout. */
export type Extent = Run & { readonly source: ExtentSource };

/** The first byte behind the run. */
export function runEnd({ offset, length }: Run): number {
  return offset + length;
}

/** The first byte behind the layout's last extent; 0 where it has none. */
export function layoutEnd(extents: readonly Extent[]): number {
  const last = extents.at(-1);
  return last === undefined ? 0 : runEnd(last);
}

/** Whether bytes of `next`, right behind those of `extent`, come from where `extent` stopped. */
export function continues({ source, length }: Extent, next: ExtentSource): boolean {
  if (source.kind === "zeros") return next.kind === "zeros";
  if (source.kind !== "range" || next.kind !== "range") return false;
  return source.source === next.source && source.offset + length === next.offset;
}

/** Where the bytes of `[skip, skip + length)` of the extent come from. Nothing is copied. */
export function sourcePart({ source }: Extent, skip: number, length: number): ExtentSource {
  if (source.kind === "bytes") return { kind: "bytes", bytes: source.bytes.subarray(skip, skip + length) };
  if (source.kind === "range" && skip > 0) return { ...source, offset: source.offset + skip };
  return source;
}

/** Throws RangeError unless the extents are ascending, do not overlap, lie in `[0, size)`, and have the bytes they name. */
export function assertLayout(extents: readonly Extent[], size: number): void {
  let end = 0;
  for (const { offset, length, source } of extents) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || length < 0 || offset < end) {
      throw new RangeError(`the extent of ${length} bytes at ${offset} is not behind byte ${end}`);
    }
    if (source.kind === "bytes" && source.bytes.length !== length) {
      throw new RangeError(`the extent at ${offset} has ${source.bytes.length} bytes, expected ${length}`);
    }
    end = offset + length;
  }
  if (end > size) throw new RangeError(`the layout ends at byte ${end}, expected at most ${size}`);
}
