/** One LZX chunk. WebAssembly counts nothing for a fuzzer: `decoders.c` is what finds inputs, and this takes them again. */
import { decodeFuzzedChunk } from "../chunks.js";

export function fuzz(data: Uint8Array): void {
  decodeFuzzedChunk("lzx", data);
}
