/**
 * Writes LZX chunks from tokens, after [MS-PATCH] 2, for tests that need streams no compressor would make. It knows nothing
 * of compressing well. Codes have fixed shapes; every feature of the format that a WIM can hold is written by it.
 */
import type { Code, Token } from "./canonical-code.js";
import { canonicalCode, flatLengths } from "./canonical-code.js";

export type LzxBlock =
  | {
      readonly kind: "verbatim" | "aligned";
      readonly tokens: readonly Token[];
      /** What the block's header says, where that is not what the tokens have. */
      readonly size?: number;
      readonly mainLengths?: readonly number[];
      readonly lengthLengths?: readonly number[];
    }
  | { readonly kind: "uncompressed"; readonly content: readonly number[] };

const blockTypes = { verbatim: 1, aligned: 2, uncompressed: 3 } as const;
const slotCounts: Readonly<Record<number, number>> = { 15: 30, 16: 32, 17: 34, 18: 36, 19: 38, 20: 42, 21: 50 };
const lengthSymbols = 249;
const pretree = canonicalCode(flatLengths(20));
const aligned = canonicalCode(flatLengths(8));

export function mainSymbolCount(windowOrder: number): number {
  return 256 + 8 * slotCounts[windowOrder]!;
}

/** Bits in 16-bit little-endian units, most significant first. */
export class UnitWriter {
  readonly bytes: number[] = [];
  #bits = 0;
  #count = 0;

  put(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit -= 1) {
      this.#bits = (this.#bits << 1) | (Math.floor(value / 2 ** bit) & 1);
      this.#count += 1;
      if (this.#count === 16) this.#flush();
    }
  }

  putSymbol(code: Code, symbol: number): void {
    this.put(code.codewords[symbol]!, code.lengths[symbol]!);
  }

  /** Pads to a unit; where there is nothing to pad, `always` makes it a whole unit. */
  align(always: boolean): void {
    if (this.#count !== 0 || always) this.put(0, 16 - this.#count);
  }

  #flush(): void {
    this.bytes.push(this.#bits & 0xff, (this.#bits >>> 8) & 0xff);
    this.#bits = 0;
    this.#count = 0;
  }
}

/** What a block leaves for the next one. */
class Encoder {
  readonly #windowOrder: number;
  readonly #recent = [1, 1, 1];
  #mainBefore: readonly number[];
  #lengthBefore: readonly number[] = Array.from({ length: lengthSymbols }, () => 0);

  constructor(windowOrder: number) {
    this.#windowOrder = windowOrder;
    this.#mainBefore = Array.from({ length: mainSymbolCount(windowOrder) }, () => 0);
  }

  /** What stands in front of an uncompressed block's bytes, behind its header. */
  putRecent(writer: UnitWriter): void {
    writer.align(true);
    for (const offset of this.#recent) {
      writer.bytes.push(offset & 0xff, (offset >>> 8) & 0xff, (offset >>> 16) & 0xff, 0);
    }
  }

  /** The codes of a block; what it gives writes a token with them. */
  begin(writer: UnitWriter, block: Exclude<LzxBlock, { kind: "uncompressed" }>) {
    const main = canonicalCode(block.mainLengths ?? flatLengths(mainSymbolCount(this.#windowOrder)));
    const length = canonicalCode(block.lengthLengths ?? flatLengths(lengthSymbols));
    const isAligned = block.kind === "aligned";
    if (isAligned) for (const own of aligned.lengths) writer.put(own, 3);
    putLengths(writer, main.lengths.slice(0, 256), this.#mainBefore.slice(0, 256));
    putLengths(writer, main.lengths.slice(256), this.#mainBefore.slice(256));
    putLengths(writer, length.lengths, this.#lengthBefore);
    this.#mainBefore = main.lengths;
    this.#lengthBefore = length.lengths;
    return (to: UnitWriter, token: Token) => putToken(to, token, main, length, isAligned, this.#recent);
  }
}

/** One chunk, without the translation of CALL targets, which is the caller's to think of. */
export function encodeLzx(blocks: readonly LzxBlock[], windowOrder = 15): Uint8Array {
  const writer = new UnitWriter();
  const encoder = new Encoder(windowOrder);
  for (const block of blocks) {
    writer.put(blockTypes[block.kind], 3);
    const size = block.kind === "uncompressed" ? block.content.length : (block.size ?? contentSize(block.tokens));
    writer.put(size === 32768 ? 1 : 0, 1);
    if (size !== 32768) writer.put(size, windowOrder >= 16 ? 24 : 16);
    if (block.kind === "uncompressed") {
      encoder.putRecent(writer);
      for (const byte of block.content) writer.bytes.push(byte);
      if (size % 2 === 1) writer.bytes.push(0);
      continue;
    }
    const put = encoder.begin(writer, block);
    for (const token of block.tokens) put(writer, token);
  }
  writer.align(false);
  return Uint8Array.from(writer.bytes);
}

/** A frame of a cabinet's stream, and the bytes that it holds. */
export type LzxFrame = { readonly data: Uint8Array; readonly size: number };
const frameSize = 32768;

/**
 * A stream of frames, as cabinets have it. No token may reach over the end of a frame (`splitAtFrames`). `fileSize` is that
 * of the E8 header, 0 for none; the caller thinks of the translation.
 */
export function encodeLzxFrames(blocks: readonly LzxBlock[], windowOrder: number, fileSize = 0): LzxFrame[] {
  const encoder = new Encoder(windowOrder);
  const frames: LzxFrame[] = [];
  let writer = new UnitWriter();
  let filled = 0;
  const endFrame = (): void => {
    writer.align(false);
    frames.push({ data: Uint8Array.from(writer.bytes), size: filled });
    writer = new UnitWriter();
    filled = 0;
  };
  const advance = (bytes: number): void => {
    filled += bytes;
    if (filled === frameSize) endFrame();
  };
  writer.put(fileSize === 0 ? 0 : 1, 1);
  if (fileSize !== 0) writer.put(fileSize, 32);
  for (const block of blocks) {
    writer.put(blockTypes[block.kind], 3);
    writer.put(block.kind === "uncompressed" ? block.content.length : (block.size ?? contentSize(block.tokens)), 24);
    if (block.kind === "uncompressed") {
      encoder.putRecent(writer);
      for (const byte of block.content) {
        writer.bytes.push(byte);
        advance(1);
      }
      if (block.content.length % 2 === 1) writer.bytes.push(0);
      continue;
    }
    const put = encoder.begin(writer, block);
    for (const token of block.tokens) {
      put(writer, token);
      advance("literal" in token ? 1 : token.length);
    }
  }
  if (filled > 0) endFrame();
  return frames;
}

/** The tokens, with matches that reach over the end of a frame in two. `before` bytes come before them. */
export function splitAtFrames(tokens: readonly Token[], content: Uint8Array, before = 0): Token[] {
  let at = before;
  return tokens.flatMap((token): readonly Token[] => {
    if ("literal" in token) {
      at += 1;
      return [token];
    }
    const { length, offset } = token;
    const left = frameSize - (at % frameSize);
    const parts = left < length ? [left, length - left] : [length];
    return parts.map((part): Token => {
      at += part;
      return part === 1 ? { literal: content[at - 1 - before]! } : { length: part, offset };
    });
  });
}

function contentSize(tokens: readonly Token[]): number {
  return tokens.reduce((size, token) => size + ("literal" in token ? 1 : token.length), 0);
}

/** Differences under the pretree, with the codes for runs (17, 18, 19) wherever one fits. */
function putLengths(writer: UnitWriter, lengths: readonly number[], before: readonly number[]): void {
  for (const own of pretree.lengths) writer.put(own, 4);
  const delta = (at: number): number => (before[at]! - lengths[at]! + 17) % 17;
  for (let at = 0; at < lengths.length;) {
    let run = 1;
    while (at + run < lengths.length && lengths[at + run] === lengths[at]) run += 1;
    if (lengths[at] === 0 && run >= 20) {
      run = Math.min(run, 51);
      writer.putSymbol(pretree, 18);
      writer.put(run - 20, 5);
    } else if (lengths[at] === 0 && run >= 4) {
      run = Math.min(run, 19);
      writer.putSymbol(pretree, 17);
      writer.put(run - 4, 4);
    } else if (run >= 4) {
      run = Math.min(run, 5);
      writer.putSymbol(pretree, 19);
      writer.put(run - 4, 1);
      writer.putSymbol(pretree, delta(at));
    } else {
      run = 1;
      writer.putSymbol(pretree, delta(at));
    }
    at += run;
  }
}

function putToken(
  writer: UnitWriter,
  token: Token,
  main: Code,
  length: Code,
  isAligned: boolean,
  recent: number[],
): void {
  if ("literal" in token) {
    writer.putSymbol(main, token.literal);
    return;
  }
  const known = recent.indexOf(token.offset);
  const { slot, extra, bits } = known >= 0 ? { slot: known, extra: 0, bits: 0 } : slotOf(token.offset);
  const header = Math.min(token.length - 2, 7);
  writer.putSymbol(main, 256 + slot * 8 + header);
  if (header === 7) writer.putSymbol(length, token.length - 9);
  if (isAligned && bits >= 3) {
    writer.put(extra >>> 3, bits - 3);
    writer.putSymbol(aligned, extra & 7);
  } else {
    writer.put(extra, bits);
  }
  if (known >= 0) [recent[0], recent[known]] = [recent[known]!, recent[0]!];
  else recent.splice(0, 3, token.offset, recent[0]!, recent[1]!);
}

/** Position slots of [MS-PATCH] 2.3: counted up from the specification's rule, not from a table. */
function slotOf(offset: number): { slot: number; extra: number; bits: number } {
  const formatted = offset + 2;
  let base = 0;
  for (let slot = 0; ; slot += 1) {
    const bits = slot < 4 ? 0 : Math.min(Math.floor(slot / 2) - 1, 17);
    if (formatted < base + 2 ** bits) return { slot, extra: formatted - base, bits };
    base += 2 ** bits;
  }
}
