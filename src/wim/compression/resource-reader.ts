/**
 * Reads resources, stored or compressed (WIM specification, "Compressed resources"), in order and in bounded memory: compressed
 * bytes are read into a window in the decoder's own memory, and content is passed to a sink in pieces. The window reads ahead
 * up to `limit`, so that the small blobs of a batch, which are adjacent in the file, are read together.
 */
import { KiB, MiB } from "../../bytes/units.js";
import type { ByteSource } from "../../source/byte-source.js";
import type { ResourceHeader } from "../resource.js";
import { checkResourceBounds, wimError } from "../resource.js";
import type { ChunkLayout, ResourceFormat } from "./chunks.js";
import { chunkContentSize, chunkLayout, chunkOffsets, pipableChunkHeader, tableRange } from "./chunks.js";
import type { ChunkDecoder } from "./decoder.js";
import { chunkSizeLimits, createChunkDecoder } from "./decoder.js";

/** Compressed bytes of a read, so many that decoding takes much longer than reading. */
const windowSize = MiB;
/** Bytes of content passed on at once: several chunks, but few enough to stay in a core's cache. */
const outputSize = 256 * KiB;
/** Chunk table entries held at a time, whatever the resource's size. */
const tableBlock = 1024;

/** Takes content in order. The bytes are only valid until it returns. */
export type ContentSink = (content: Uint8Array) => void;

/** A decoder whose buffers are large enough for every chunk size that is supported. */
function createResourceDecoder(format: ResourceFormat): ChunkDecoder {
  const largest = Math.min(format.chunkSize, chunkSizeLimits.lzx.largest);
  return createChunkDecoder(Math.max(windowSize, 2 * largest), Math.max(outputSize, 2 * largest));
}

export type ResourceReader = {
  /** Chunks so far whose unused bits were not zero. */
  readonly slackChunks: number;
  /** All content of a resource. `limit` is how far reading ahead is worth while, in bytes of the WIM. */
  read(resource: ResourceHeader, sink: ContentSink, limit?: number): Promise<void>;
  /** The content of a compressed resource's chunks from `first` on; `offsets` is what `chunkOffsets` tells of them. */
  readChunks(resource: ResourceHeader, first: number, offsets: Float64Array, sink: ContentSink): Promise<void>;
  /** Bytes of the WIM as they are. */
  readRaw(offset: number, length: number, sink: ContentSink, limit?: number): Promise<void>;
};

/** A reader of one WIM's (or part's) resources. It is not to be used by two callers at a time. */
export function createResourceReader(
  source: ByteSource,
  format: ResourceFormat,
  decoder: ChunkDecoder = createResourceDecoder(format),
): ResourceReader {
  return new Reader(source, format, decoder);
}

/** All content of a resource in memory; whoever calls has bounded `originalSize`. */
export async function readWhole(reader: ResourceReader, resource: ResourceHeader): Promise<Uint8Array> {
  const data = new Uint8Array(resource.originalSize);
  let filled = 0;
  await reader.read(resource, (content) => {
    data.set(content, filled);
    filled += content.length;
  });
  return data;
}

class Reader implements ResourceReader {
  slackChunks = 0;
  readonly #source: ByteSource;
  readonly #format: ResourceFormat;
  readonly #decoder: ChunkDecoder;
  /** The window: bytes [start, end) of the WIM lie at the beginning of the decoder's input. */
  #start = 0;
  #end = 0;

  constructor(source: ByteSource, format: ResourceFormat, decoder: ChunkDecoder) {
    this.#source = source;
    this.#format = format;
    this.#decoder = decoder;
  }

  async read(resource: ResourceHeader, sink: ContentSink, limit = resource.offset + resource.size): Promise<void> {
    checkResourceBounds(resource, this.#source.size, "resource", this.#format);
    const layout = chunkLayout(resource, this.#format);
    if (layout === null) return this.readRaw(resource.offset, resource.size, sink, limit);
    return this.#decodeChunks(layout, resource, sink, limit);
  }

  async readChunks(resource: ResourceHeader, first: number, offsets: Float64Array, sink: ContentSink): Promise<void> {
    checkResourceBounds(resource, this.#source.size, "resource", this.#format);
    const layout = chunkLayout(resource, this.#format);
    if (layout === null) throw new RangeError("a stored resource has no chunks");
    return this.#decodeBlock(layout, resource, first, offsets, sink, offsets.at(-1)!);
  }

  async readRaw(offset: number, length: number, sink: ContentSink, limit = offset + length): Promise<void> {
    const { input } = this.#decoder;
    for (let done = 0; done < length;) {
      const count = Math.min(length - done, windowSize);
      let at = this.#find(offset + done, count);
      if (at < 0) at = await this.#fill(offset + done, count, limit);
      sink(input.subarray(at, at + count));
      done += count;
    }
  }

  async #decodeChunks(layout: ChunkLayout, resource: ResourceHeader, sink: ContentSink, limit: number): Promise<void> {
    for (let block = 0; block < layout.chunkCount; block += tableBlock) {
      const blockEnd = Math.min(block + tableBlock, layout.chunkCount);
      const { offset, length } = tableRange(layout, block, blockEnd);
      // Only the first part of a table that lies in front of the chunks is worth reading ahead from.
      const ahead = block === 0 && offset < layout.dataOffset ? limit : offset + length;
      const at = length === 0 ? 0 : await this.#locate(offset, length, ahead);
      const table = this.#decoder.input.subarray(at, at + length);
      const offsets = chunkOffsets(layout, resource, block, blockEnd, table, this.#format);
      await this.#decodeBlock(layout, resource, block, offsets, sink, limit);
    }
  }

  /** Decodes as many chunks as `offsets` tells of, the first of them being chunk `first`. */
  async #decodeBlock(
    layout: ChunkLayout,
    resource: ResourceHeader,
    first: number,
    offsets: Float64Array,
    sink: ContentSink,
    limit: number,
  ): Promise<void> {
    const { input, output } = this.#decoder;
    let filled = 0;
    for (let index = 0; index < offsets.length - 1; index += 1) {
      const begin = offsets[index]!;
      const length = offsets[index + 1]! - begin;
      let at = this.#find(begin, length);
      if (at < 0) at = await this.#fill(begin, length, limit);
      const size = length - layout.chunkHeaderSize;
      if (layout.chunkHeaderSize !== 0) this.#checkChunkHeader(at, size, first + index, resource);
      at += layout.chunkHeaderSize;
      const contentSize = chunkContentSize(layout, resource, first + index);
      if (size === contentSize) {
        // Not compressed. It leaves in order, behind what is waiting.
        if (filled > 0) sink(output.subarray(0, filled));
        filled = 0;
        sink(input.subarray(at, at + size));
        continue;
      }
      if (filled + contentSize > output.length) {
        sink(output.subarray(0, filled));
        filled = 0;
      }
      this.#decode(layout, resource, first + index, at, size, filled, contentSize);
      filled += contentSize;
    }
    if (filled > 0) sink(output.subarray(0, filled));
  }

  #decode(
    layout: ChunkLayout,
    resource: ResourceHeader,
    chunk: number,
    at: number,
    size: number,
    outputAt: number,
    contentSize: number,
  ): void {
    const { problem, slack } = this.#decoder.decode(
      layout.compression,
      layout.chunkSize,
      at,
      size,
      outputAt,
      contentSize,
    );
    if (slack) this.slackChunks += 1;
    if (problem === null) return;
    const what = `${layout.compression.toUpperCase()} chunk ${chunk} of the resource at ${resource.offset}`;
    throw wimError("wim-damaged", this.#format, `${what} (${size} bytes) cannot be decoded: ${problem}`);
  }

  #checkChunkHeader(at: number, size: number, chunk: number, resource: ResourceHeader): void {
    const { input } = this.#decoder;
    const seen = pipableChunkHeader.decode(input, at).size;
    if (seen === size) return;
    const what = `chunk ${chunk} of the resource at ${resource.offset}`;
    throw wimError("wim-damaged", this.#format, `${what} says that it has ${seen} bytes, its table ${size}`);
  }

  /** Where `length` bytes of the WIM from `offset` lie in the input; negative where the window does not hold them. */
  #find(offset: number, length: number): number {
    return offset >= this.#start && offset + length <= this.#end ? offset - this.#start : -1;
  }

  async #locate(offset: number, length: number, limit: number): Promise<number> {
    const at = this.#find(offset, length);
    return at < 0 ? this.#fill(offset, length, limit) : at;
  }

  /** Moves the window to `offset`; it then holds `length` bytes, and more where `limit` allows. */
  async #fill(offset: number, length: number, limit: number): Promise<number> {
    const { input } = this.#decoder;
    const end = Math.max(offset + length, Math.min(offset + input.length, limit, this.#source.size));
    this.#start = 0;
    this.#end = 0;
    await this.#source.readInto(offset, input.subarray(0, end - offset));
    this.#start = offset;
    this.#end = end;
    return 0;
  }
}
