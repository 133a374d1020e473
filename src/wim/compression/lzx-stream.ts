/**
 * LZX as a stream: what a folder of a cabinet is ([MS-PATCH] 2), in frames of 32 KiB. The decoder is the WIM's, and so are
 * its traps: growing the memory detaches every view of it.
 */
import { KiB, roundUp } from "../../bytes/units.js";
import { decoderProblems, decoderSlack, wasmModule } from "./decoder.js";
import type { WasmMemory } from "./webassembly.js";
import { growTo, instantiateWasm } from "./webassembly.js";

/** Every frame but the last one has as many bytes. */
export const lzxFrameSize = 32 * KiB;
/** Base-2 logarithms of a window's size. */
export const lzxWindowOrders = { smallest: 15, largest: 21 } as const;
/** Bytes of a compressed frame: its length has 16 bits in a cabinet. */
const largestInput = 64 * KiB;

type Exports = {
  readonly memory: WasmMemory;
  buffers_start(): number;
  begin_lzx_stream(windowOrder: number): number;
  decode_lzx_frame(
    input: number,
    inputSize: number,
    start: number,
    output: number,
    outputSize: number,
    translated: number,
  ): number;
};

export type LzxStream = {
  /**
   * The content of the next frame, `size` bytes, which is there until the next call; a problem in words where it cannot be
   * decoded, after which the stream is of no use. `compressed` has less than 64 KiB.
   */
  decode(compressed: Uint8Array, size: number): { readonly content: Uint8Array } | { readonly problem: string };
};

/** Throws RangeError for a window that LZX has not. */
export function createLzxStream(windowOrder: number): LzxStream {
  const { smallest, largest } = lzxWindowOrders;
  if (!(windowOrder >= smallest && windowOrder <= largest)) throw new RangeError(`a window of 2^${windowOrder} bytes`);
  const exports = instantiateWasm(wasmModule()) as Exports;
  const windowSize = 2 ** windowOrder;
  const input = roundUp(exports.buffers_start(), decoderSlack);
  const translated = input + largestInput + decoderSlack;
  const history = translated + lzxFrameSize + decoderSlack;
  // Room for as much as the window again, so that what is kept is moved once a window.
  const end = history + 2 * windowSize + lzxFrameSize;
  growTo(exports.memory, end + decoderSlack);
  const memory = new Uint8Array(exports.memory.buffer);
  exports.begin_lzx_stream(windowOrder);
  let output = history;
  return {
    decode(compressed, size) {
      if (compressed.length > largestInput || size > lzxFrameSize) throw new RangeError("a frame has less than 64 KiB");
      if (output + lzxFrameSize > end) {
        memory.copyWithin(history, output - windowSize, output);
        output = history + windowSize;
      }
      memory.set(compressed, input);
      const start = Math.max(history, output - windowSize);
      const status = exports.decode_lzx_frame(input, compressed.length, start, output, size, translated);
      if (status < 0) return { problem: decoderProblems[status] ?? `status ${status}` };
      output += size;
      return { content: memory.subarray(translated, translated + size) };
    },
  };
}
