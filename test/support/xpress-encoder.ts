/** Writes XPRESS Huffman chunks from tokens, after [MS-XCA] 2.1.4, for tests. The code's shape is the caller's choice. */
import type { Token } from "./canonical-code.js";
import { canonicalCode, flatLengths } from "./canonical-code.js";

/** Two units are always reserved ahead: that is where bytes between the units come to lie behind what is read ahead. */
class InterleavedWriter {
  readonly bytes: number[] = [];
  #current = this.#reserve();
  #next = this.#reserve();
  #bits = 0;
  #count = 0;

  put(value: number, count: number): void {
    this.#bits = this.#bits * 2 ** count + value;
    this.#count += count;
    if (this.#count <= 16) return;
    this.#count -= 16;
    this.#store(this.#current, Math.floor(this.#bits / 2 ** this.#count));
    this.#bits %= 2 ** this.#count;
    this.#current = this.#next;
    this.#next = this.#reserve();
  }

  putByte(value: number): void {
    this.bytes.push(value);
  }

  finish(): void {
    this.#store(this.#current, this.#bits * 2 ** (16 - this.#count));
  }

  #reserve(): number {
    this.bytes.push(0, 0);
    return this.bytes.length - 2;
  }

  #store(at: number, unit: number): void {
    this.bytes[at] = unit & 0xff;
    this.bytes[at + 1] = unit >>> 8;
  }
}

export const xpressSymbols = 512;

export type XpressOptions = { readonly lengths?: readonly number[]; readonly endOfData?: boolean };

/** One chunk. */
export function encodeXpress(tokens: readonly Token[], options: XpressOptions = {}): Uint8Array {
  const code = canonicalCode(options.lengths ?? flatLengths(xpressSymbols));
  const writer = new InterleavedWriter();
  const putSymbol = (symbol: number): void => writer.put(code.codewords[symbol]!, code.lengths[symbol]!);
  for (const token of tokens) {
    if ("literal" in token) {
      putSymbol(token.literal);
      continue;
    }
    const offsetBits = Math.floor(Math.log2(token.offset));
    const length = token.length - 3;
    putSymbol(256 + offsetBits * 16 + Math.min(length, 15));
    if (length >= 15) {
      writer.putByte(Math.min(length - 15, 255));
      if (length - 15 >= 255) {
        writer.putByte(length & 0xff);
        writer.putByte(length >>> 8);
      }
    }
    writer.put(token.offset - 2 ** offsetBits, offsetBits);
  }
  if (options.endOfData === true) putSymbol(256);
  writer.finish();
  const table = Array.from(
    { length: xpressSymbols / 2 },
    (_, at) => code.lengths[2 * at]! + code.lengths[2 * at + 1]! * 16,
  );
  return Uint8Array.from([...table, ...writer.bytes]);
}
