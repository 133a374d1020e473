/** The LZX decoder against streams written from the specification, token by token. */
import { array, assert, constantFrom, integer, nat, oneof, property, record, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { createChunkDecoder } from "../../src/wim/compression/decoder.js";
import type { Token } from "../support/canonical-code.js";
import { expand, flatLengths, skewedLengths, textTokens } from "../support/canonical-code.js";
import type { LzxBlock } from "../support/lzx-encoder.js";
import { encodeLzx, mainSymbolCount, UnitWriter } from "../support/lzx-encoder.js";
import { rounds } from "../support/sample.js";

const MiB = 2 ** 20;
const decoder = createChunkDecoder(4 * MiB, 4 * MiB);

function decode(
  data: Uint8Array,
  size: number,
  windowOrder = 15,
): { content: Uint8Array; problem: string | null; slack: boolean } {
  decoder.input.fill(0xa5, 0, data.length + 64);
  decoder.input.set(data);
  decoder.output.fill(0x5a, 0, size + 128);
  const result = decoder.decode("lzx", 2 ** windowOrder, 0, data.length, 0, size);
  expect(decoder.output.subarray(size + 64, size + 128).every((byte) => byte === 0x5a)).toBe(true);
  return { ...result, content: decoder.output.slice(0, size) };
}

/** [MS-PATCH] 2.1.1 as a WIM uses it, naively. */
function undoCalls(content: readonly number[]): Uint8Array {
  const result = Uint8Array.from(content);
  const view = new DataView(result.buffer);
  for (let at = 0; at < result.length - 10; at += 1) {
    if (result[at] !== 0xe8) continue;
    const target = view.getInt32(at + 1, true);
    if (target >= 0 && target < 12_000_000) view.setInt32(at + 1, target - at, true);
    else if (target < 0 && target >= -at) view.setInt32(at + 1, target + 12_000_000, true);
    at += 4;
  }
  return result;
}

function expectDecoded(blocks: readonly LzxBlock[], windowOrder = 15): void {
  const content: number[] = [];
  for (const block of blocks) {
    const own = block.kind === "uncompressed" ? block.content : expand(block.tokens, content);
    for (const byte of own) content.push(byte);
  }
  const result = decode(encodeLzx(blocks, windowOrder), content.length, windowOrder);
  expect(result.problem).toBeNull();
  expect(result.slack).toBe(false);
  expect(Buffer.compare(result.content, undoCalls(content))).toBe(0);
}

const literal = (byte: number): Token => ({ literal: byte });

/** Tokens that are possible after `before` bytes, from numbers that need not be. */
function possible(numbers: readonly { kind: number; a: number; b: number }[], before: number): Token[] {
  let size = before;
  return numbers.map(({ kind, a, b }) => {
    const token: Token =
      kind < 2 || size === 0 ? literal(kind === 0 ? 0xe8 : a % 256) : { length: 2 + (a % 256), offset: 1 + (b % size) };
    size += "literal" in token ? 1 : token.length;
    return token;
  });
}

describe("LZX", () => {
  it("decodes literals, matches and recent offsets", () => {
    const tokens: Token[] = [...textTokens("abcdefgh"), { length: 4, offset: 8 }, { length: 2, offset: 3 }];
    tokens.push(
      { length: 7, offset: 8 },
      { length: 9, offset: 3 },
      { length: 257, offset: 1 },
      { length: 10, offset: 8 },
    );
    expectDecoded([{ kind: "verbatim", tokens }]);
    expectDecoded([{ kind: "aligned", tokens }]);
  });

  it.each([15, 16, 17, 18, 19, 20, 21])("reaches every offset slot of a window of 2^%i bytes", (windowOrder) => {
    const tokens: Token[] = [...textTokens("0123456789abcdef")];
    for (let size = 16; size + 500 < 2 ** windowOrder; size += 257)
      tokens.push({ length: 257, offset: 1 + (size % 13) });
    let offset = 2 ** windowOrder - 800;
    for (; offset > 0; offset = Math.floor(offset / 1.3)) tokens.push({ length: 2, offset });
    const total = tokens.reduce((sum, token) => sum + ("literal" in token ? 1 : token.length), 0);
    expect(total).toBeLessThanOrEqual(2 ** windowOrder);
    expectDecoded([{ kind: "aligned", tokens }], windowOrder);
    expectDecoded([{ kind: "verbatim", tokens }], windowOrder);
  });

  it("decodes a block of the default size", () => {
    const tokens: Token[] = [literal(1), ...Array.from({ length: 127 }, (): Token => ({ length: 257, offset: 1 }))];
    tokens.push({ length: 128, offset: 1 });
    expectDecoded([{ kind: "verbatim", tokens }]);
  });

  it("takes lengths of codewords over from the block before, and codewords of up to 15 bits", () => {
    const tokens = [...textTokens("the same again and again"), { length: 12, offset: 10 }];
    const mainLengths = skewedLengths(mainSymbolCount(15));
    const lengthLengths = skewedLengths(249);
    const skewed: LzxBlock = { kind: "verbatim", tokens, mainLengths, lengthLengths };
    const flat: LzxBlock = { kind: "aligned", tokens };
    expectDecoded([flat, flat, skewed, skewed, flat]);
  });

  it.each([1, 2, 3, 100, 4001])("copies an uncompressed block of %i bytes and goes on behind it", (size) => {
    const content = Array.from({ length: size }, (_, index) => (index * 7) % 256);
    const tokens = [...textTokens("and on"), { length: 5, offset: 6 }];
    expectDecoded([
      { kind: "uncompressed", content },
      { kind: "verbatim", tokens },
      { kind: "uncompressed", content },
    ]);
  });

  it("decodes whatever can be written", () => {
    const number = record({ kind: nat(5), a: nat(1000), b: nat(40_000) });
    const block = record({
      kind: constantFrom("verbatim", "aligned", "uncompressed"),
      numbers: array(number, { minLength: 1 }),
    });
    assert(
      property(array(block, { minLength: 1, maxLength: 4 }), (blocks) => {
        let size = 0;
        const written = blocks.map(({ kind, numbers }): LzxBlock => {
          const tokens = possible(numbers, kind === "uncompressed" ? 0 : size);
          const content = expand(
            tokens,
            Array.from({ length: size }, () => 0),
          );
          size += content.length;
          return kind === "uncompressed"
            ? { kind, content: content.map((byte, at) => byte ^ (at % 256)) }
            : { kind: kind === "aligned" ? "aligned" : "verbatim", tokens };
        });
        if (size <= 32768) expectDecoded(written);
      }),
      { numRuns: rounds(300) },
    );
  });
});

/** A block's header and zeros behind it. */
function header(type: number, length: number): Uint8Array {
  const writer = new UnitWriter();
  writer.put(type, 3);
  writer.put(0, 1);
  writer.put(length, 16);
  writer.align(true);
  return Uint8Array.from([...writer.bytes, ...Array.from({ length: 40 }, () => 0)]);
}

describe("LZX that is damaged", () => {
  const tokens = [...textTokens("something to decode, and then to decode"), { length: 20, offset: 9 }];
  const good = encodeLzx([{ kind: "verbatim", tokens }]);
  const size = expand(tokens).length;

  it("is refused where it ends too early, at every length", () => {
    for (let length = 0; length < good.length - 2; length += 1) {
      expect(decode(good.subarray(0, length), size).problem, `${length} bytes`).not.toBeNull();
    }
  });

  it("shows slack where something follows or unused bits are set", () => {
    expect(decode(Uint8Array.from([...good, 0, 0]), size)).toMatchObject({ problem: null, slack: true });
    const odd = encodeLzx([{ kind: "uncompressed", content: [1, 2, 3] }]);
    odd[odd.length - 1] = 1;
    expect(decode(odd, 3)).toMatchObject({ problem: null, slack: true });
  });

  it("is refused where a match begins before the chunk or runs over its block's end", () => {
    const before: Token[] = [literal(1), { length: 2, offset: 2 }];
    expect(decode(encodeLzx([{ kind: "verbatim", tokens: before }]), 3).problem).toMatch(/match lies outside/);
    const after: Token[] = [literal(1), { length: 100, offset: 1 }];
    expect(decode(encodeLzx([{ kind: "aligned", tokens: after, size: 100 }]), 200).problem).toMatch(
      /match lies outside/,
    );
  });

  it("is refused for its block type, its block size, and an offset of 0", () => {
    for (const type of [0, 4, 5, 6, 7]) expect(decode(header(type, 4), 4).problem).toMatch(/block's type or size/);
    expect(decode(header(1, 0), 4).problem).toMatch(/block's type or size/);
    expect(decode(header(1, 5), 4).problem).toMatch(/block's type or size/);
    expect(decode(header(3, 4), 4).problem).toMatch(/match lies outside/);
  });

  it("is refused where a code is over- or undersubscribed", () => {
    const mainLengths = flatLengths(mainSymbolCount(15));
    for (const length of [7, 9, 1]) {
      const wrong = mainLengths.with(3, length);
      expect(decode(encodeLzx([{ kind: "verbatim", tokens, mainLengths: wrong }]), size).problem).toMatch(
        /not complete/,
      );
    }
  });

  it("never leaves its buffers and never hangs, whatever the bytes", () => {
    const noise = uint8Array({ maxLength: 600 });
    const change = array(record({ at: nat(good.length - 1), value: nat(255) }), { minLength: 1, maxLength: 6 });
    const changed = change.map((changes) => {
      const data = good.slice();
      for (const { at, value } of changes) data[at] = value;
      return data;
    });
    assert(
      property(oneof(noise, changed), integer({ min: 15, max: 21 }), nat(32768), (data, windowOrder, length) => {
        const { problem } = decode(data, length, windowOrder);
        if (problem === null && length > 0) expect(data.length).toBeGreaterThan(0);
      }),
      { numRuns: rounds(3000) },
    );
  });
});
