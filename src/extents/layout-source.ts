/** Layouts read like files. */
import { checkRange, type ByteSource } from "../source/byte-source.js";
import { assertLayout, continues, runEnd, type Extent } from "./extent.js";
import { firstRunEndingBehind } from "./search.js";

/**
 * The layout as a source of `size` bytes: the plan of a stick read without writing it, or a file's content. What no
 * extent covers reads as zeros, as in a new image file, and so does the place of the manifest. Nothing is read before it
 * is asked for, a range is read straight into where it is wanted, and neighbours that continue each other in one source
 * are read in one call. Throws RangeError where the extents are no layout of `size` bytes; reads reject with
 * `image-truncated` outside of it, and as the sources of the extents do.
 */
export function layoutSource(extents: readonly Extent[], size: number): ByteSource {
  assertLayout(extents, size);
  return {
    size,
    async readInto(offset, target) {
      checkRange(size, offset, target.length, "layout");
      await readLayout(extents, offset, target, { gaps: "zeros" });
    },
    async read(offset, length) {
      checkRange(size, offset, length, "layout");
      const extent = extents[firstRunEndingBehind(extents, offset)];
      if (extent?.source.kind === "range" && extent.offset <= offset && offset + length <= runEnd(extent)) {
        return extent.source.source.read(extent.source.offset + offset - extent.offset, length);
      }
      const target = new Uint8Array(length);
      // Zeros already.
      await readLayout(extents, offset, target, { gaps: "kept" });
      return target;
    },
  };
}

type ReadLayoutOptions = {
  /** What becomes of bytes that no extent covers: zeros, or what `target` has there. */
  readonly gaps: "zeros" | "kept";
  /** Index of the first extent that ends behind `offset`; searched for where it is not given. */
  readonly first?: number;
};

/** Fills `target` with the layout's bytes from `offset` on. Rejects as the sources of the extents do. */
export async function readLayout(
  extents: readonly Extent[],
  offset: number,
  target: Uint8Array,
  { gaps, first = firstRunEndingBehind(extents, offset) }: ReadLayoutOptions,
): Promise<void> {
  const end = offset + target.length;
  let done = offset;
  for (let index = first; index < extents.length && extents[index]!.offset < end; index += 1) {
    const extent = extents[index]!;
    let stop = runEnd(extent);
    for (let next = extents[index + 1]; stop < end && next !== undefined; next = extents[index + 1]) {
      if (next.offset !== stop || !continues({ ...extent, length: stop - extent.offset }, next.source)) break;
      stop = runEnd(next);
      index += 1;
    }
    const start = Math.max(extent.offset, offset);
    stop = Math.min(stop, end);
    if (start >= stop) continue;
    if (gaps === "zeros") target.fill(0, done - offset, start - offset);
    await readExtent(extent, start - extent.offset, target.subarray(start - offset, stop - offset));
    done = stop;
  }
  if (gaps === "zeros") target.fill(0, done - offset);
}

async function readExtent({ source }: Extent, skip: number, target: Uint8Array): Promise<void> {
  if (source.kind === "bytes") target.set(source.bytes.subarray(skip, skip + target.length));
  else if (source.kind === "range") await source.source.readInto(source.offset + skip, target);
  else target.fill(0);
}
