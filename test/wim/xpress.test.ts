/** The XPRESS decoder against streams written from [MS-XCA], token by token. */
import { array, assert, nat, oneof, property, record, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { createChunkDecoder } from "../../src/wim/compression/decoder.js";
import type { Token } from "../support/canonical-code.js";
import { expand, flatLengths, skewedLengths, textTokens } from "../support/canonical-code.js";
import { encodeXpress, xpressSymbols } from "../support/xpress-encoder.js";
import { rounds } from "../support/sample.js";

const decoder = createChunkDecoder(2 ** 18, 2 ** 18);

function decode(data: Uint8Array, size: number): { content: Uint8Array; problem: string | null; slack: boolean } {
  decoder.input.fill(0xa5, 0, data.length + 64);
  decoder.input.set(data);
  decoder.output.fill(0x5a, 0, size + 128);
  const result = decoder.decode("xpress", 65536, 0, data.length, 0, size);
  expect(decoder.output.subarray(size + 64, size + 128).every((byte) => byte === 0x5a)).toBe(true);
  return { ...result, content: decoder.output.slice(0, size) };
}

function expectDecoded(tokens: readonly Token[], options: Parameters<typeof encodeXpress>[1] = {}): void {
  const content = Uint8Array.from(expand(tokens));
  const result = decode(encodeXpress(tokens, options), content.length);
  expect(result.problem).toBeNull();
  expect(result.slack).toBe(false);
  expect(Buffer.compare(result.content, content)).toBe(0);
}

describe("XPRESS", () => {
  it.each([3, 17, 18, 19, 272, 273, 274, 1000, 60_000])(
    "decodes a match of %i bytes, wherever its length lies",
    (length) => {
      for (let before = 1; before < 20; before += 1) {
        const tokens: Token[] = [
          ...textTokens("x".repeat(before)),
          { length, offset: 1 },
          ...textTokens("end"),
          { length: 20, offset: 2 },
        ];
        expectDecoded(tokens);
        expectDecoded([...tokens, { length: 300, offset: 3 }]);
      }
    },
  );

  it("reaches every offset up to 64 KiB", () => {
    const tokens: Token[] = [...textTokens("0123456789abcdef"), { length: 64_000, offset: 16 }];
    for (let offset = 64_000; offset > 0; offset = Math.floor(offset / 1.4)) tokens.push({ length: 3, offset });
    expectDecoded(tokens);
  });

  it("decodes codewords of up to 14 bits, and an end-of-data symbol that is not needed", () => {
    const tokens = [...textTokens("some text and more of it"), { length: 40, offset: 12 }];
    expectDecoded(tokens, { lengths: skewedLengths(xpressSymbols) });
    expectDecoded(tokens, { endOfData: true });
  });

  it("decodes whatever can be written", () => {
    const number = record({ kind: nat(3), a: nat(400), b: nat(70_000) });
    assert(
      property(array(number, { minLength: 1, maxLength: 120 }), (numbers) => {
        let size = 0;
        const tokens = numbers.map(({ kind, a, b }): Token => {
          const token: Token =
            kind === 0 || size === 0
              ? { literal: a % 256 }
              : { length: 3 + a, offset: 1 + (b % Math.min(size, 65_535)) };
          size += "literal" in token ? 1 : token.length;
          return token;
        });
        if (size <= 65_536) expectDecoded(tokens);
      }),
      { numRuns: 500 },
    );
  });
});

describe("XPRESS that is damaged", () => {
  const tokens: Token[] = [...textTokens("something to decode, and then to decode"), { length: 20, offset: 9 }];
  const good = encodeXpress(tokens);
  const size = expand(tokens).length;

  it("is refused where it ends too early", () => {
    for (let length = 0; length < good.length - 4; length += 1) {
      expect(decode(good.subarray(0, length), size).problem, `${length} bytes`).not.toBeNull();
    }
  });

  it("shows slack where something follows or unused bits are set", () => {
    expect(decode(Uint8Array.from([...good, 0, 0]), size)).toMatchObject({ problem: null, slack: true });
    const changed = good.slice();
    changed[changed.length - 1] = 1;
    expect(decode(changed, size)).toMatchObject({ problem: null, slack: true });
  });

  it("is refused for a code that is not complete, or none", () => {
    for (const length of [8, 10, 0]) {
      const lengths = flatLengths(xpressSymbols).with(300, length);
      expect(decode(encodeXpress(tokens, { lengths }), size).problem).toMatch(/not complete/);
    }
    expect(decode(new Uint8Array(300), 10).problem).toMatch(/not complete/);
  });

  it("is refused for matches outside the chunk", () => {
    const before: Token[] = [...textTokens("abc"), { length: 3, offset: 4 }];
    expect(decode(encodeXpress(before), 6).problem).toMatch(/match lies outside/);
    const after: Token[] = [...textTokens("abc"), { length: 30, offset: 1 }];
    expect(decode(encodeXpress(after), 20).problem).toMatch(/match lies outside/);
  });

  it("never leaves its buffers and never hangs, whatever the bytes", () => {
    const noise = uint8Array({ maxLength: 600 });
    const change = array(record({ at: nat(good.length - 1), value: nat(255) }), { minLength: 1, maxLength: 6 });
    const changed = change.map((changes) => {
      const data = good.slice();
      for (const { at, value } of changes) data[at] = value;
      return data;
    });
    const afterCode = uint8Array({ maxLength: 300 }).map((data) =>
      Uint8Array.from([...good.subarray(0, 256), ...data]),
    );
    assert(
      property(oneof(noise, changed, afterCode), nat(65_536), (data, length) => {
        decode(data, length);
      }),
      { numRuns: rounds(3000) },
    );
  });
});
