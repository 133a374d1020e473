/**
 * The field kinds that records are declared from. Each takes the field's offset in the record, in bytes. What is written
 * is checked first: a DataView would cut 70000 down to 16 bits without a word.
 */
import type { Field, Reserved } from "./record.js";

type Read = (view: DataView, at: number) => number;
type Write = (view: DataView, at: number, value: number) => void;

/** An integer of `width` bytes, from `least` to `most`. */
function integer(width: number, least: number, most: number, read: Read, write: Write) {
  return (offset: number): Field<number> => ({
    offset,
    width,
    read: (view, at) => read(view, at + offset),
    write(view, at, value) {
      if (!Number.isInteger(value) || value < least || value > most) throw outOfRange(value, least, most);
      write(view, at + offset, value);
    },
  });
}

function outOfRange(value: number | bigint, least: number | bigint, most: number | bigint): RangeError {
  return new RangeError(`${value} does not fit, expected an integer from ${least} to ${most}`);
}

const unsigned = (width: number, read: Read, write: Write) => integer(width, 0, 2 ** (8 * width) - 1, read, write);
const signed = (width: number, read: Read, write: Write) =>
  integer(width, -(2 ** (8 * width - 1)), 2 ** (8 * width - 1) - 1, read, write);

export const uint8 = unsigned(
  1,
  (view, at) => view.getUint8(at),
  (view, at, value) => view.setUint8(at, value),
);
export const int8 = signed(
  1,
  (view, at) => view.getInt8(at),
  (view, at, value) => view.setInt8(at, value),
);
export const uint16le = unsigned(
  2,
  (view, at) => view.getUint16(at, true),
  (view, at, value) => view.setUint16(at, value, true),
);
export const uint16be = unsigned(
  2,
  (view, at) => view.getUint16(at, false),
  (view, at, value) => view.setUint16(at, value, false),
);
export const int16le = signed(
  2,
  (view, at) => view.getInt16(at, true),
  (view, at, value) => view.setInt16(at, value, true),
);
export const uint32le = unsigned(
  4,
  (view, at) => view.getUint32(at, true),
  (view, at, value) => view.setUint32(at, value, true),
);
export const uint32be = unsigned(
  4,
  (view, at) => view.getUint32(at, false),
  (view, at, value) => view.setUint32(at, value, false),
);
export const int32le = signed(
  4,
  (view, at) => view.getInt32(at, true),
  (view, at, value) => view.setInt32(at, value, true),
);

/** ECMA-119 7.2.3: 16 bits in both byte orders, little-endian first; the little-endian half is the one read. */
export const bothEndian16 = integer(
  4,
  0,
  2 ** 16 - 1,
  (view, at) => view.getUint16(at, true),
  (view, at, value) => {
    view.setUint16(at, value, true);
    view.setUint16(at + 2, value, false);
  },
);

/** ECMA-119 7.3.3: 32 bits in both byte orders, little-endian first; the little-endian half is the one read. */
export const bothEndian32 = integer(
  8,
  0,
  2 ** 32 - 1,
  (view, at) => view.getUint32(at, true),
  (view, at, value) => {
    view.setUint32(at, value, true);
    view.setUint32(at + 4, value, false);
  },
);

/** `value` as read from a field of `bits` bits, where a number can hold it. */
function exact(value: number, bits: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`a ${bits}-bit field has ${value}, which is above 2^53 - 1`);
  return value;
}

/** A 64-bit field as a number. Above 2^53 - 1 it throws RangeError: no size or offset of a real disc comes near. */
export const uint64le = integer(
  8,
  0,
  Number.MAX_SAFE_INTEGER,
  (view, at) => exact(view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32, 64),
  (view, at, value) => {
    view.setUint32(at, value % 2 ** 32, true);
    view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  },
);

/** As `uint64le`, the high half first. */
export const uint64be = integer(
  8,
  0,
  Number.MAX_SAFE_INTEGER,
  (view, at) => exact(view.getUint32(at, false) * 2 ** 32 + view.getUint32(at + 4, false), 64),
  (view, at, value) => {
    view.setUint32(at, Math.floor(value / 2 ** 32), false);
    view.setUint32(at + 4, value % 2 ** 32, false);
  },
);

/** A signed 64-bit field as a number (a VCN); RangeError below -2^53 and above 2^53 - 1. */
export const int64le = integer(
  8,
  Number.MIN_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER,
  (view, at) => exact(view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32, 64),
  (view, at, value) => {
    const high = Math.floor(value / 2 ** 32);
    view.setUint32(at, value - high * 2 ** 32, true);
    view.setInt32(at + 4, high, true);
  },
);

/** A 56-bit field (the size in a WIM resource header). Above 2^53 - 1 it throws RangeError, as `uint64le` does. */
export const uint56le = integer(
  7,
  0,
  Number.MAX_SAFE_INTEGER,
  (view, at) =>
    exact(view.getUint32(at, true) + (view.getUint16(at + 4, true) + view.getUint8(at + 6) * 0x10000) * 2 ** 32, 56),
  (view, at, value) => {
    const high = Math.floor(value / 2 ** 32);
    view.setUint32(at, value % 2 ** 32, true);
    view.setUint16(at + 4, high % 0x10000, true);
    view.setUint8(at + 6, high >>> 16);
  },
);

const largestUint64 = 2n ** 64n - 1n;

/** A 64-bit field kept opaque (serial numbers, flags, FILETIME). */
export const biguint64le = (offset: number): Field<bigint> => ({
  offset,
  width: 8,
  read: (view, at) => view.getBigUint64(at + offset, true),
  write(view, at, value) {
    if (value < 0n || value > largestUint64) throw outOfRange(value, 0, largestUint64);
    view.setBigUint64(at + offset, value, true);
  },
});

/** `width` bytes as they are; a view of the record when read, padded with zeros when written. */
export const bytes = (offset: number, width: number): Field<Uint8Array> => ({
  offset,
  width,
  read: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at + offset, width),
  write(view, at, value) {
    if (value.length > width) throw new RangeError(`${value.length} bytes do not fit, expected at most ${width}`);
    const field = new Uint8Array(view.buffer, view.byteOffset + at + offset, width);
    field.fill(0);
    field.set(value);
  },
});

/** Text of `width` bytes, one character a byte (Latin-1) when read and not trimmed; ASCII padded with blanks when written. */
export const ascii = (offset: number, width: number): Field<string> => ({
  offset,
  width,
  read(view, at) {
    let text = "";
    for (let index = 0; index < width; index += 1) text += String.fromCharCode(view.getUint8(at + offset + index));
    return text;
  },
  write(view, at, value) {
    if (value.length > width) {
      throw new RangeError(`${JSON.stringify(value)} does not fit, expected at most ${width} characters`);
    }
    for (let index = 0; index < width; index += 1) {
      const unit = index < value.length ? value.charCodeAt(index) : 0x20;
      if (unit > 0x7e) throw new RangeError(`${JSON.stringify(value)} is not ASCII`);
      view.setUint8(at + offset + index, unit);
    }
  },
});

/** `count` fields of one kind behind one another; where fewer are written, zeros are behind them. */
export function list<T>(kind: (offset: number) => Field<T>, offset: number, count: number): Field<readonly T[]> {
  const { width } = kind(0);
  const items = Array.from({ length: count }, (_, index) => kind(offset + index * width));
  return {
    offset,
    width: width * count,
    read: (view, at) => items.map((item) => item.read(view, at)),
    write(view, at, value) {
      if (value.length > count) throw new RangeError(`${value.length} elements do not fit, expected at most ${count}`);
      new Uint8Array(view.buffer, view.byteOffset + at + offset, width * count).fill(0);
      for (const [index, element] of value.entries()) items[index]!.write(view, at, element);
    },
  };
}

/** `width` bytes that mean nothing and are zero, or `value`, in a new record. */
export function reserved(offset: number, width: number, value?: Uint8Array): Reserved {
  if (value !== undefined && value.length !== width) {
    throw new Error(`reserved bytes at ${offset} have a value of ${value.length} bytes, expected ${width}`);
  }
  return { offset, width, value: value ?? null };
}
