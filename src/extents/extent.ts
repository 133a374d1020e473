/** What lies where: a run of bytes, and where its bytes come from. */
import type { ByteSource } from "../source/byte-source.js";

export type ExtentSource =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "range"; readonly source: ByteSource; readonly offset: number }
  | { readonly kind: "zeros" }
  /** What was written, in short (src/manifest/manifest.ts): known when all that lies before it is. Without it, zeros. */
  | { readonly kind: "manifest" };

/** `length` bytes at `offset` of the disk. Offsets and lengths need no alignment; extents are sorted by offset. */
export type Extent = { readonly offset: number; readonly length: number; readonly source: ExtentSource };

/** The byte range `[start, end)` of the disk. */
export type Span = { readonly start: number; readonly end: number };
