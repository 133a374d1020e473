/** Records: what a declaration must cover, decoding and encoding, reads in place, and errors that name the field. */
import { describe, expect, it } from "vitest";
import { ascii, bytes, list, reserved, uint16le, uint32le, uint64le, uint8 } from "../../src/bytes/fields.js";
import { toHex } from "../../src/bytes/hex.js";
import type { FieldSet } from "../../src/bytes/record.js";
import { nested, record } from "../../src/bytes/record.js";

const point = record("point", 4, { x: uint16le(0), y: uint16le(2) });
const shape = record("shape", 20, {
  tag: ascii(0, 2),
  zeros: reserved(2, 1),
  mark: reserved(3, 2, Uint8Array.of(0x55, 0xaa)),
  kind: uint8(5),
  origin: nested(point)(6),
  corners: list(nested(point), 10, 2),
  size: uint16le(18),
});

const whole = { tag: "ab", kind: 7, origin: { x: 1, y: 2 }, corners: [square(3), square(4)], size: 0x1234 };
const wholeBytes = ["616200", "55aa", "07", "01000200", "03000300", "04000400", "3412"].join("");

function square(value: number) {
  return { x: value, y: value };
}

describe("a declaration", () => {
  it.each<[string, number, FieldSet, RegExp]>([
    [
      "a gap at the start",
      4,
      { a: uint16le(2) },
      /^r: a at 2 leaves a gap behind the record's start, which ends at 0$/,
    ],
    ["a gap between", 6, { a: uint16le(0), b: uint16le(4) }, /^r: b at 4 leaves a gap behind a, which ends at 2$/],
    ["a gap at the end", 6, { a: uint32le(0) }, /^r: a ends at 4, expected the record's end at 6$/],
    ["an overlap", 6, { a: uint32le(0), b: uint32le(2) }, /^r: b at 2 overlaps a, which ends at 4$/],
    ["a field over all of another", 8, { a: uint64le(0), b: uint8(2) }, /^r: b at 2 overlaps a/],
    [
      "a field behind the end",
      6,
      { a: uint32le(0), b: uint32le(4) },
      /^r: b ends at 8, expected the record's end at 6$/,
    ],
    ["reserved bytes over a field", 4, { a: uint32le(0), b: reserved(3, 1) }, /^r: b at 3 overlaps a/],
    ["no field", 4, {}, /^r: the record's start ends at 0, expected the record's end at 4$/],
  ])("with %s fails", (_, size, fields, message) => {
    expect(() => record("r", size, fields)).toThrow(message);
  });

  it("fails where reserved bytes have a value of another length", () => {
    expect(() => reserved(4, 2, Uint8Array.of(1))).toThrow(/at 4 have a value of 1 bytes, expected 2/);
  });

  it("may name its fields in any order", () => {
    expect(record("r", 4, { b: uint16le(2), a: uint16le(0) }).decode(Uint8Array.of(1, 0, 2, 0))).toEqual({
      a: 1,
      b: 2,
    });
  });
});

describe("a record", () => {
  it("is encoded with its reserved bytes, and decoded without", () => {
    expect(toHex(shape.encode(whole))).toBe(wholeBytes);
    expect(shape.decode(Buffer.from(wholeBytes, "hex"))).toEqual(whole);
  });

  it("has zeros where nothing is given", () => {
    expect(toHex(shape.encode({}))).toBe(`00000055aa${"00".repeat(15)}`);
  });

  it("is decoded whatever its reserved bytes are", () => {
    const data = Buffer.from(wholeBytes, "hex").fill(0xff, 2, 5);
    expect(shape.decode(data)).toEqual(whole);
  });

  it("is patched where fields are given, in a nested record, too", () => {
    const data = new Uint8Array(26).fill(0xee);
    shape.patch(data, 4, { kind: 1, origin: { y: 2 } });
    const expected = new Uint8Array(26).fill(0xee);
    expected.set([1], 9);
    expected.set([2, 0], 12);
    expect(data).toEqual(expected);
  });

  it("is read at an offset of a view into a larger buffer", () => {
    const large = Buffer.concat([Buffer.alloc(9), Buffer.from(wholeBytes, "hex"), Buffer.alloc(9)]);
    expect(shape.decode(large.subarray(5), 4)).toEqual(whole);
    expect(shape.select("size", "kind").decode(large.subarray(5), 4)).toEqual({ kind: 7, size: 0x1234 });
  });

  it.each([-1, 1, 100])("does not lie in its bytes at %i", (offset) => {
    const message = `shape: 20 bytes at ${offset} do not lie inside 20 bytes`;
    expect(() => shape.decode(new Uint8Array(20), offset)).toThrow(message);
    expect(() => shape.select("size").decode(new Uint8Array(20), offset)).toThrow(message);
    expect(() => shape.patch(new Uint8Array(20), offset, {})).toThrow(message);
  });

  it("has fields that are read and written in place", () => {
    const data = Buffer.concat([Buffer.alloc(9), Buffer.from(wholeBytes, "hex")]);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const { size, origin } = shape.fields;
    expect(size.read(view, 9)).toBe(0x1234);
    expect(origin.read(view, 9)).toEqual({ x: 1, y: 2 });
    size.write(view, 9, 5);
    origin.write(view, 9, { x: 6 });
    expect(shape.decode(data, 9)).toEqual({ ...whole, size: 5, origin: { x: 6, y: 2 } });
  });
});

describe("a value that does not fit names record and field", () => {
  const target = new Uint8Array(20);
  it.each<[string, () => unknown, RegExp]>([
    ["encoded", () => shape.encode({ size: 70_000 }), /^shape\.size: 70000 does not fit/],
    ["patched", () => shape.patch(target, 0, { kind: -1 }), /^shape\.kind: -1 does not fit/],
    ["written in place", () => shape.fields.size.write(new DataView(target.buffer), 0, 0.5), /^shape\.size: 0\.5/],
    ["of text", () => shape.encode({ tag: "abc" }), /^shape\.tag: "abc" does not fit/],
    ["in a nested record", () => shape.encode({ origin: { x: 2 ** 32 + 5 } }), /^shape\.origin: point\.x: 4294967301/],
    ["in a list", () => shape.encode({ corners: [{ y: Number.NaN }] }), /^shape\.corners: point\.y: NaN/],
    ["behind the view", () => shape.fields.size.write(new DataView(target.buffer), 1, 0), /^shape\.size: .*bounds/],
  ])("%s", (_, write, message) => {
    expect(write).toThrow(RangeError);
    expect(write).toThrow(message);
  });

  it("and other errors stay as they are", () => {
    const broken = record("broken", 1, {
      field: {
        ...bytes(0, 1),
        write() {
          throw new TypeError("no range");
        },
      },
    });
    expect(() => broken.encode({ field: Uint8Array.of(1) })).toThrow(new TypeError("no range"));
  });
});

describe("a record as a field of another", () => {
  it("is written with its reserved bytes", () => {
    const inner = record("inner", 4, { x: uint16le(0), y: reserved(2, 2, Uint8Array.of(7, 9)) });
    const outer = record("outer", 5, { mark: uint8(0), head: nested(inner)(1) });
    expect([...outer.encode({ mark: 5, head: { x: 1 } })]).toEqual([5, 1, 0, 7, 9]);
  });
});
