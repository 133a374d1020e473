/**
 * One compressed chunk as `decoders.c` takes it, too: the window's or chunk's size as a power of two, the content's size,
 * then the compressed bytes.
 */
import { uint32le, uint8 } from "../../src/bytes/fields.js";
import { record } from "../../src/bytes/record.js";
import type { ChunkCompression, ChunkDecoder } from "../../src/wim/compression/decoder.js";
import { chunkSizeLimits, createChunkDecoder } from "../../src/wim/compression/decoder.js";

export const fuzzedChunk = record("fuzzed chunk", 5, { order: uint8(0), contentSize: uint32le(1) });

export const fuzzedOrders = { lzx: { first: 15, count: 7 }, xpress: { first: 12, count: 5 } } as const;
/** Longer ones are no other. */
const largestInput = 2 ** 17;
/** What may be overwritten behind the content (`decoder.ts`), and what is looked at behind that. */
const slack = 64;
const untouched = 0x5a;

let decoder: ChunkDecoder | undefined;

export function decodeFuzzedChunk(compression: ChunkCompression, input: Uint8Array): void {
  if (input.length < fuzzedChunk.size) return;
  const { order, contentSize } = fuzzedChunk.decode(Uint8Array.from(input));
  const { first, count } = fuzzedOrders[compression];
  const chunkSize = 2 ** (first + (order % count));
  const size = Math.min(contentSize, chunkSize);
  const data = input.subarray(fuzzedChunk.size, fuzzedChunk.size + largestInput);
  decoder ??= createChunkDecoder(largestInput, chunkSizeLimits.lzx.largest + 2 * slack);
  decoder.input.set(data);
  const behind = decoder.output.subarray(size + slack, size + 2 * slack).fill(untouched);
  decoder.decode(compression, chunkSize, 0, data.length, 0, size);
  if (!behind.every((byte) => byte === untouched)) throw new Error(`written behind ${size} bytes and their slack`);
}
