/**
 * How a compressed resource is cut into chunks (WIM specification, "Compressed resources"). Every chunk decodes on its own
 * to the WIM's chunk size, the last one to what is left. The chunk table in front lists where each chunk begins, counted
 * from the end of the table, the first one left out because it is always 0. Traps: entries are 32-bit up to 4 GiB of
 * *original* size and 64-bit above; a pipable WIM (wimlib's variant) has the table behind the chunks, and each chunk's size
 * in front of it, which the table's offsets do not count.
 */
import { biguint64le, uint32le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { GiB } from "../../bytes/units.js";
import type { WimCompression, WimHeader } from "../header.js";
import type { ResourceHeader, WimLocation } from "../resource.js";
import { resourceFlags, wimError } from "../resource.js";
import type { ChunkCompression } from "./decoder.js";
import { chunkSizeLimits } from "./decoder.js";

/** What all resources of a WIM share. Plain data, so that it can be sent to another thread. */
export type ResourceFormat = WimLocation & {
  readonly compression: WimCompression;
  readonly chunkSize: number;
  readonly pipable: boolean;
};

export function resourceFormat(name: string, header: WimHeader): ResourceFormat {
  return { name, compression: header.compression, chunkSize: header.chunkSize, pipable: header.pipable };
}

/** WIM specification, "Compressed resources": one entry of the chunk table, up to 4 GiB of original size and above. */
const shortEntry = record("chunk table entry", 4, { offset: uint32le(0) });
const longEntry = record("chunk table entry (8 bytes)", 8, { offset: biguint64le(0) });

/** A pipable WIM's size field in front of each chunk. */
export const pipableChunkHeader = record("pipable chunk header", 4, { size: uint32le(0) });

export type ChunkLayout = {
  readonly compression: ChunkCompression;
  readonly chunkSize: number;
  readonly chunkCount: number;
  /** 4 or 8. */
  readonly entrySize: number;
  /** Where the chunk table begins in the WIM. */
  readonly tableOffset: number;
  /** Where the first chunk (or the size field in front of it) begins in the WIM. */
  readonly dataOffset: number;
  /** End of the last chunk, exclusive. */
  readonly dataEnd: number;
  /** Bytes in front of each chunk: 0, or a pipable WIM's size field. */
  readonly chunkHeaderSize: number;
};

/** The chunks' layout; null for a stored resource. Throws where the resource cannot hold its own chunk table. */
export function chunkLayout(resource: ResourceHeader, format: ResourceFormat): ChunkLayout | null {
  if ((resource.flags & resourceFlags.solid) !== 0) {
    throw wimError("wim-unsupported", format, "it has a solid resource, which only ESD files have");
  }
  if ((resource.flags & resourceFlags.compressed) === 0) {
    if (resource.size === resource.originalSize) return null;
    const seen = `${resource.size} bytes stored, ${resource.originalSize} bytes original`;
    throw wimError("wim-damaged", format, `a stored resource's sizes differ: ${seen}`);
  }
  const compression = checkCompression(format);
  const { chunkSize, pipable } = format;
  const chunkCount = Math.ceil(resource.originalSize / chunkSize);
  const entrySize = resource.originalSize >= 4 * GiB ? longEntry.size : shortEntry.size;
  const tableSize = Math.max(chunkCount - 1, 0) * entrySize;
  const chunkHeaderSize = pipable ? pipableChunkHeader.size : 0;
  // Each chunk takes at least a byte.
  if (resource.size < tableSize + chunkCount * (chunkHeaderSize + 1)) {
    const needed = `${chunkCount} chunks and their table`;
    throw wimError("wim-damaged", format, `a resource of ${resource.size} bytes cannot hold ${needed}`);
  }
  const end = resource.offset + resource.size;
  return {
    compression,
    chunkSize,
    chunkCount,
    entrySize,
    tableOffset: pipable ? end - tableSize : resource.offset,
    dataOffset: pipable ? resource.offset : resource.offset + tableSize,
    dataEnd: pipable ? end - tableSize : end,
    chunkHeaderSize,
  };
}

/** Throws `wim-unsupported` where compressed resources of this format cannot be decoded. */
export function checkCompression(format: ResourceFormat): ChunkCompression {
  const { compression, chunkSize } = format;
  if (compression === "none") {
    throw wimError("wim-damaged", format, "a resource is compressed, but the header names no compression");
  }
  if (compression === "lzms") throw wimError("wim-unsupported", format, "LZMS compression is not supported");
  const { smallest, largest } = chunkSizeLimits[compression];
  if (chunkSize >= smallest && chunkSize <= largest) return compression;
  const expected = `${smallest} to ${largest} bytes`;
  const seen = `${compression.toUpperCase()} in chunks of ${chunkSize} bytes`;
  throw wimError("wim-unsupported", format, `${seen} is not supported, only ${expected}`);
}

/** Bytes that chunk `index` decodes to. */
export function chunkContentSize(layout: ChunkLayout, resource: ResourceHeader, index: number): number {
  const { chunkCount, chunkSize } = layout;
  return index < chunkCount - 1 ? chunkSize : resource.originalSize - chunkSize * (chunkCount - 1);
}

/** The part of the table that tells where chunks [first, end) begin and end: bytes of the WIM. */
export function tableRange(layout: ChunkLayout, first: number, end: number): { offset: number; length: number } {
  const { entrySize, chunkCount, tableOffset } = layout;
  const firstEntry = Math.max(first - 1, 0);
  const endEntry = Math.min(end, chunkCount - 1);
  return { offset: tableOffset + firstEntry * entrySize, length: (endEntry - firstEntry) * entrySize };
}

/**
 * Where chunks [first, end) begin in the WIM, and at last where the last one ends. `table` is what `tableRange` names.
 * Throws `wim-damaged` where a chunk is empty, longer than its content, or outside the resource.
 */
export function chunkOffsets(
  layout: ChunkLayout,
  resource: ResourceHeader,
  first: number,
  end: number,
  table: Uint8Array,
  at: WimLocation,
): Float64Array {
  const { entrySize, chunkCount, dataOffset, dataEnd, chunkHeaderSize } = layout;
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const firstEntry = Math.max(first - 1, 0);
  const offsets = new Float64Array(end - first + 1);
  for (let index = first; index <= end; index += 1) {
    let offset = dataOffset;
    if (index === chunkCount) offset = dataEnd;
    else if (index > 0) {
      const position = (index - 1 - firstEntry) * entrySize;
      const field = entrySize === shortEntry.size ? shortEntry.fields.offset : longEntry.fields.offset;
      offset = dataOffset + Number(field.read(view, position)) + index * chunkHeaderSize;
    }
    offsets[index - first] = offset;
    if (index > first) {
      const size = offset - offsets[index - first - 1]! - chunkHeaderSize;
      const largest = chunkContentSize(layout, resource, index - 1);
      if (size < 1 || size > largest || offset > dataEnd) {
        const seen = `chunk ${index - 1} of the resource at ${resource.offset} has ${size} bytes`;
        throw wimError("wim-damaged", at, `${seen}, expected 1 to ${largest}`);
      }
    }
  }
  return offsets;
}
