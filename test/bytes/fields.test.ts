/** Every kind of field: what a value looks like in bytes, both ways, and which values it does not take. */
import { describe, expect, it } from "vitest";
import {
  ascii,
  biguint64le,
  bothEndian16,
  bothEndian32,
  bytes,
  int16le,
  int32le,
  int64le,
  int8,
  list,
  uint16be,
  uint16le,
  uint32be,
  uint32le,
  uint56le,
  uint64le,
  uint8,
} from "../../src/bytes/fields.js";
import { toHex } from "../../src/bytes/hex.js";
import type { Field } from "../../src/bytes/record.js";

const kinds: Readonly<Record<string, (offset: number) => Field<unknown>>> = {
  uint8,
  int8,
  uint16le,
  uint16be,
  int16le,
  uint32le,
  uint32be,
  int32le,
  int64le,
  uint56le,
  uint64le,
  biguint64le,
  bothEndian16,
  bothEndian32,
  "bytes of 3": (offset) => bytes(offset, 3),
  "ascii of 4": (offset) => ascii(offset, 4),
  "list of 3 uint16le": (offset) => list(uint16le, offset, 3),
};

/** Where the field lies in its record, and the record in the view: both must be heeded. */
const offset = 3;
const at = 2;
const filler = 0xee;

function written(kind: string, value: unknown): string {
  const field = kinds[kind]!(offset);
  const target = new Uint8Array(at + offset + field.width + 4).fill(filler);
  field.write(new DataView(target.buffer), at, value);
  const around = [...target.subarray(0, at + offset), ...target.subarray(at + offset + field.width)];
  expect(around.every((byte) => byte === filler)).toBe(true);
  return toHex(target.subarray(at + offset, at + offset + field.width));
}

function read(kind: string, hexadecimal: string): unknown {
  const data = Buffer.concat([Buffer.alloc(at + offset, filler), Buffer.from(hexadecimal, "hex")]);
  return kinds[kind]!(offset).read(new DataView(data.buffer, data.byteOffset, data.length), at);
}

describe("a field's value and its bytes", () => {
  it.each<[string, unknown, string]>([
    ["uint8", 0, "00"],
    ["uint8", 255, "ff"],
    ["int8", -128, "80"],
    ["int8", 127, "7f"],
    ["uint16le", 0x1234, "3412"],
    ["uint16le", 65_535, "ffff"],
    ["uint16be", 0x1234, "1234"],
    ["int16le", -2, "feff"],
    ["int16le", -32_768, "0080"],
    ["uint32le", 0x12345678, "78563412"],
    ["uint32le", 2 ** 32 - 1, "ffffffff"],
    ["uint32be", 0x12345678, "12345678"],
    ["int32le", -(2 ** 31), "00000080"],
    ["int32le", 2 ** 31 - 1, "ffffff7f"],
    ["uint56le", 0x0102_0304_0506, "06050403020100"],
    ["uint56le", 2 ** 53 - 1, "ffffffffffff1f"],
    ["uint64le", 2 ** 32 + 5, "0500000001000000"],
    ["uint64le", 2 ** 53 - 1, "ffffffffffff1f00"],
    ["int64le", -1, "ffffffffffffffff"],
    ["int64le", 1 - 2 ** 53, "010000000000e0ff"],
    ["int64le", 2 ** 53 - 1, "ffffffffffff1f00"],
    ["biguint64le", 0x0102_0304_0506_0708n, "0807060504030201"],
    ["biguint64le", 2n ** 64n - 1n, "ffffffffffffffff"],
    ["bothEndian16", 0x1234, "34121234"],
    ["bothEndian32", 0x12345678, "7856341212345678"],
    ["bytes of 3", Uint8Array.of(1, 2, 3), "010203"],
    ["ascii of 4", "a ~\0", "61207e00"],
    ["list of 3 uint16le", [1, 2, 0xffff], "01000200ffff"],
  ])("%s of %s", (kind, value, hexadecimal) => {
    expect(written(kind, value)).toBe(hexadecimal);
    expect(read(kind, hexadecimal)).toEqual(value);
  });

  it.each<[string, unknown, string]>([
    ["bytes of 3", Uint8Array.of(1), "010000"],
    ["ascii of 4", "a", "61202020"],
    ["list of 3 uint16le", [1], "010000000000"],
  ])("%s is filled up behind what is too short", (kind, value, hexadecimal) => {
    expect(written(kind, value)).toBe(hexadecimal);
  });

  it.each<[string, string, unknown]>([
    ["bothEndian16", "34120000", 0x1234],
    ["bothEndian32", "7856341200000000", 0x12345678],
    ["ascii of 4", "41e9ff20", "Aéÿ "],
  ])("%s reads %s, which it would not write", (kind, hexadecimal, value) => {
    expect(read(kind, hexadecimal)).toBe(value);
  });

  it.each<[string, string]>([
    ["uint56le", "00000000000020"],
    ["uint64le", "0000000000002000"],
    ["uint64le", "ffffffffffffffff"],
  ])("%s of %s is above 2^53 - 1", (kind, hexadecimal) => {
    expect(() => read(kind, hexadecimal)).toThrow(RangeError);
  });
});

describe("what does not fit", () => {
  it.each<[string, unknown, RegExp]>([
    ["uint8", 256, /^256 does not fit, expected an integer from 0 to 255$/],
    ["uint8", -1, /^-1 does not fit/],
    ["int8", 128, /expected an integer from -128 to 127$/],
    ["int8", -129, /^-129 does not fit/],
    ["uint16le", 70_000, /^70000 does not fit, expected an integer from 0 to 65535$/],
    ["uint16be", 65_536, /^65536 does not fit/],
    ["int16le", 32_768, /expected an integer from -32768 to 32767$/],
    ["uint32le", 2 ** 32 + 5, /^4294967301 does not fit, expected an integer from 0 to 4294967295$/],
    ["uint32le", -1, /^-1 does not fit/],
    ["uint32le", 1.5, /^1\.5 does not fit/],
    ["uint32le", Number.NaN, /^NaN does not fit/],
    ["uint32le", Number.POSITIVE_INFINITY, /^Infinity does not fit/],
    ["uint32be", 2 ** 32, /^4294967296 does not fit/],
    ["int32le", 2 ** 31, /^2147483648 does not fit/],
    ["uint56le", 2 ** 53, /expected an integer from 0 to 9007199254740991$/],
    ["uint64le", 2 ** 53, /expected an integer from 0 to 9007199254740991$/],
    ["uint64le", 0.5, /^0\.5 does not fit/],
    ["uint64le", -1, /^-1 does not fit/],
    ["biguint64le", -1n, /^-1 does not fit/],
    ["biguint64le", 2n ** 64n, /expected an integer from 0 to 18446744073709551615$/],
    ["bothEndian16", 65_536, /^65536 does not fit/],
    ["bothEndian32", 2 ** 32, /^4294967296 does not fit/],
    ["bytes of 3", new Uint8Array(4), /^4 bytes do not fit, expected at most 3$/],
    ["ascii of 4", "abcde", /^"abcde" does not fit, expected at most 4 characters$/],
    ["ascii of 4", "ä", /^"ä" is not ASCII$/],
    ["list of 3 uint16le", [1, 2, 3, 4], /^4 elements do not fit, expected at most 3$/],
    ["list of 3 uint16le", [1, 70_000], /^70000 does not fit/],
  ])("%s of %s", (kind, value, message) => {
    const write = (): unknown => written(kind, value);
    expect(write).toThrow(RangeError);
    expect(write).toThrow(message);
  });
});
