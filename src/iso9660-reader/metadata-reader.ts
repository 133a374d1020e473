/**
 * Reads of descriptors and directories, which are small and lie close together: aligned blocks of the source are kept,
 * the least recently used one goes first, so that a tree of a thousand entries costs some tens of reads.
 */
import { KiB, roundDown } from "../bytes/units.js";
import type { ByteSource } from "../source/byte-source.js";
import { truncated } from "./failures.js";

/** Large enough for 64 entries a read, small enough that a stray one costs little. */
const cacheBlockSize = 128 * KiB;
/** 8 MiB in all. */
const maximumCacheBlocks = 64;

export type MetadataReader = {
  /** Bytes of the image. */
  readonly size: number;
  /** `length` bytes at `offset`, not to be changed by the caller; `image-truncated` names `what`. */
  read(offset: number, length: number, what: string): Promise<Uint8Array>;
};

/** A reader over `source` with a bounded cache. */
export function metadataReader(source: ByteSource): MetadataReader {
  const cache = new Map<number, Uint8Array>();
  const block = async (start: number): Promise<Uint8Array> => {
    const known = cache.get(start);
    if (known !== undefined) {
      cache.delete(start);
      cache.set(start, known);
      return known;
    }
    const bytes = await source.read(start, Math.min(cacheBlockSize, source.size - start));
    if (cache.size >= maximumCacheBlocks) cache.delete(cache.keys().next().value!);
    cache.set(start, bytes);
    return bytes;
  };
  return {
    size: source.size,
    async read(offset, length, what) {
      if (offset + length > source.size) throw truncated(what, offset + length, source.size);
      const start = roundDown(offset, cacheBlockSize);
      if (offset + length <= start + cacheBlockSize) {
        return (await block(start)).subarray(offset - start, offset - start + length);
      }
      return source.read(offset, length);
    },
  };
}
