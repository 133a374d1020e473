/**
 * The kept inputs of a target, `corpus/<target>.br`: each with its length in front, in order of length, and all of it
 * compressed, because a thousand small files would be in everybody's way.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { uint32le } from "../../src/bytes/fields.js";
import { record } from "../../src/bytes/record.js";

const entryHead = record("corpus entry", 4, { length: uint32le(0) });

/** `folder`: where the packed files are. None where a target has none yet. */
export function readCorpus(folder: string, target: string): Uint8Array[] {
  const path = join(folder, `${target}.br`);
  if (!existsSync(path)) return [];
  const packed = new Uint8Array(brotliDecompressSync(readFileSync(path)));
  const inputs: Uint8Array[] = [];
  for (let at = 0; at < packed.length;) {
    const start = at + entryHead.size;
    at = start + entryHead.decode(packed, at).length;
    inputs.push(packed.subarray(start, at));
  }
  return inputs;
}

/** Returns how many bytes it takes. */
export function writeCorpus(folder: string, target: string, inputs: readonly Uint8Array[]): number {
  const sorted = inputs.toSorted((a, b) => a.length - b.length || Buffer.compare(a, b));
  const packed = Buffer.concat(sorted.flatMap((bytes) => [entryHead.encode({ length: bytes.length }), bytes]));
  const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
  const compressed = brotliCompressSync(packed, { params });
  writeFileSync(join(folder, `${target}.br`), compressed);
  return compressed.length;
}
