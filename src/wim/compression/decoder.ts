/**
 * The decoders of compressed WIM chunks: LZX ([MS-PATCH] 2) and XPRESS ([MS-XCA] 2.2), written in C for WebAssembly
 * (decoders/*.c, compiled into decoders-wasm.ts), because deep verification decodes gigabytes and JavaScript has no fast
 * 64-bit integers. Traps: the memory is one block, in which this module places compressed chunks and output, and growing it
 * detaches every view; a chunk that is as long as its content is stored uncompressed, which the caller must check.
 */
import { KiB, roundUp } from "../../bytes/units.js";
import { decodersWasm } from "./decoders-wasm.js";
import type { WasmMemory } from "./webassembly.js";
import { compileWasm, growTo, instantiateWasm } from "./webassembly.js";

export type ChunkCompression = "lzx" | "xpress";

/** Why a chunk cannot be decoded, by status of the C sources. */
export const decoderProblems: Readonly<Record<number, string>> = {
  [-1]: "a Huffman code is not complete",
  [-2]: "a block's type or size is impossible",
  [-3]: "a match lies outside the chunk",
  [-4]: "the compressed data ends too early",
};
const statusWithSlack = 1;

/** Bytes that wide loads and stores may access behind input or output; MEMORY_SLACK of base.h. */
export const decoderSlack = 64;

/** Chunk sizes: LZX's window is 32 KiB to 2 MiB, XPRESS offsets have 16 bits, and wimlib's smallest chunk is 4 KiB. */
export const chunkSizeLimits = {
  lzx: { smallest: 32 * KiB, largest: 2048 * KiB },
  xpress: { smallest: 4 * KiB, largest: 64 * KiB },
} as const;

type Exports = {
  readonly memory: WasmMemory;
  buffers_start(): number;
  decode_lzx(input: number, inputSize: number, output: number, outputSize: number, windowOrder: number): number;
  decode_xpress(input: number, inputSize: number, output: number, outputSize: number): number;
};

/** The result of a chunk: `problem` is null where it was decoded. */
type ChunkResult = {
  readonly problem: string | null;
  /** Bits or bytes that carry no content are not zero, or bytes are left over behind the last symbol. */
  readonly slack: boolean;
};

const decoded: ChunkResult = { problem: null, slack: false };
const decodedWithSlack: ChunkResult = { problem: null, slack: true };

/** One instance of the decoders with its buffers; not to be used by two callers at a time. */
export type ChunkDecoder = {
  /** Where compressed chunks are put. */
  readonly input: Uint8Array<ArrayBuffer>;
  /** Where content appears. */
  readonly output: Uint8Array<ArrayBuffer>;
  /**
   * Decodes `input[at, at + size)` into exactly `outputSize` bytes at `outputAt`. Up to 64 bytes of `output` behind them may
   * be overwritten. `chunkSize` is the WIM's, a power of two inside `chunkSizeLimits`.
   */
  decode(
    compression: ChunkCompression,
    chunkSize: number,
    at: number,
    size: number,
    outputAt: number,
    outputSize: number,
  ): ChunkResult;
};

let compiled: object | undefined;

/** The committed code. */
export function wasmModule(): object {
  compiled ??= compileWasm(Uint8Array.from(atob(decodersWasm), (character) => character.charCodeAt(0)));
  return compiled;
}

/**
 * An instance whose buffers hold at least so many bytes. Instances share compiled code; `code` is for other builds of it
 * than the committed one.
 */
export function createChunkDecoder(inputSize: number, outputSize: number, code?: Uint8Array): ChunkDecoder {
  const exports = instantiateWasm(code === undefined ? wasmModule() : compileWasm(code)) as Exports;
  const inputStart = roundUp(exports.buffers_start(), decoderSlack);
  const outputStart = roundUp(inputStart + inputSize + decoderSlack, decoderSlack);
  growTo(exports.memory, outputStart + outputSize + decoderSlack);
  const input = new Uint8Array(exports.memory.buffer, inputStart, inputSize);
  const output = new Uint8Array(exports.memory.buffer, outputStart, outputSize);
  return {
    input,
    output,
    decode(compression, chunkSize, at, size, outputAt, contentSize) {
      checkInside(at, size, inputSize);
      checkInside(outputAt, contentSize, outputSize);
      const from = inputStart + at;
      const to = outputStart + outputAt;
      const status =
        compression === "lzx"
          ? exports.decode_lzx(from, size, to, contentSize, Math.log2(chunkSize))
          : exports.decode_xpress(from, size, to, contentSize);
      if (status === 0) return decoded;
      if (status === statusWithSlack) return decodedWithSlack;
      return { problem: decoderProblems[status] ?? `status ${status}`, slack: false };
    },
  };
}

function checkInside(at: number, size: number, limit: number): void {
  if (at < 0 || size < 0 || at + size > limit) {
    throw new RangeError(`bytes ${at} to ${at + size} do not lie inside a buffer of ${limit} bytes`);
  }
}
