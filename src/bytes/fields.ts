/** The field kinds that records are declared from. Each takes the field's offset in the record, in bytes. */
import type { Field } from "./record.js";

type Get = (view: DataView, at: number) => number;
type Set = (view: DataView, at: number, value: number) => void;

function integer(offset: number, width: number, get: Get, set: Set): Field<number> {
  return { offset, width, get, set };
}

export const uint8 = (offset: number): Field<number> =>
  integer(
    offset,
    1,
    (view, at) => view.getUint8(at),
    (view, at, value) => view.setUint8(at, value),
  );
export const int8 = (offset: number): Field<number> =>
  integer(
    offset,
    1,
    (view, at) => view.getInt8(at),
    (view, at, value) => view.setInt8(at, value),
  );
export const uint16le = (offset: number): Field<number> =>
  integer(
    offset,
    2,
    (view, at) => view.getUint16(at, true),
    (view, at, value) => view.setUint16(at, value, true),
  );
export const int16le = (offset: number): Field<number> =>
  integer(
    offset,
    2,
    (view, at) => view.getInt16(at, true),
    (view, at, value) => view.setInt16(at, value, true),
  );
export const uint16be = (offset: number): Field<number> =>
  integer(
    offset,
    2,
    (view, at) => view.getUint16(at, false),
    (view, at, value) => view.setUint16(at, value, false),
  );
export const uint32le = (offset: number): Field<number> =>
  integer(
    offset,
    4,
    (view, at) => view.getUint32(at, true),
    (view, at, value) => view.setUint32(at, value, true),
  );
export const uint32be = (offset: number): Field<number> =>
  integer(
    offset,
    4,
    (view, at) => view.getUint32(at, false),
    (view, at, value) => view.setUint32(at, value, false),
  );

/** A 64-bit field as a number. Above 2^53 - 1 it throws RangeError: no size or offset of a real disc comes near. */
export const uint64le = (offset: number): Field<number> => ({
  offset,
  width: 8,
  get(view, at) {
    const value = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(value)) throw new RangeError(`64-bit value ${value} at ${at} is above 2^53 - 1`);
    return value;
  },
  set(view, at, value) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned 64-bit integer`);
    view.setUint32(at, value % 2 ** 32, true);
    view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  },
});

/** A 56-bit field (the size in a WIM resource header). Above 2^53 - 1 it throws RangeError, as `uint64le` does. */
export const uint56le = (offset: number): Field<number> => ({
  offset,
  width: 7,
  get(view, at) {
    const high = view.getUint16(at + 4, true) + view.getUint8(at + 6) * 0x10000;
    const value = view.getUint32(at, true) + high * 2 ** 32;
    if (!Number.isSafeInteger(value)) throw new RangeError(`56-bit value ${value} at ${at} is above 2^53 - 1`);
    return value;
  },
  set(view, at, value) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no unsigned 56-bit integer`);
    const high = Math.floor(value / 2 ** 32);
    view.setUint32(at, value % 2 ** 32, true);
    view.setUint16(at + 4, high & 0xffff, true);
    view.setUint8(at + 6, high >>> 16);
  },
});

/** A 64-bit field kept opaque (serial numbers, flags, FILETIME). */
export const biguint64le = (offset: number): Field<bigint> => ({
  offset,
  width: 8,
  get: (view, at) => view.getBigUint64(at, true),
  set: (view, at, value) => view.setBigUint64(at, value, true),
});

/** A 24-bit little-endian field (some WIM and NTFS records). */
export const uint24le = (offset: number): Field<number> =>
  integer(
    offset,
    3,
    (view, at) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000,
    (view, at, value) => {
      view.setUint16(at, value & 0xffff, true);
      view.setUint8(at + 2, value >>> 16);
    },
  );

/** ECMA-119 7.2.3: 16 bits in both byte orders, little-endian first; the little-endian half is the one read. */
export const bothEndian16 = (offset: number): Field<number> =>
  integer(
    offset,
    4,
    (view, at) => view.getUint16(at, true),
    (view, at, value) => {
      view.setUint16(at, value, true);
      view.setUint16(at + 2, value, false);
    },
  );

/** ECMA-119 7.3.3: 32 bits in both byte orders, little-endian first; the little-endian half is the one read. */
export const bothEndian32 = (offset: number): Field<number> =>
  integer(
    offset,
    8,
    (view, at) => view.getUint32(at, true),
    (view, at, value) => {
      view.setUint32(at, value, true);
      view.setUint32(at + 4, value, false);
    },
  );

/** `width` bytes as they are; a view of the record on decode, zero-padded on encode. */
export const bytes = (offset: number, width: number): Field<Uint8Array> => ({
  offset,
  width,
  get: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, width),
  set(view, at, value) {
    if (value.length > width) throw new RangeError(`${value.length} bytes do not fit a field of ${width}`);
    const field = new Uint8Array(view.buffer, view.byteOffset + at, width);
    field.fill(0);
    field.set(value);
  },
});

/** ASCII text of `width` bytes, one character a byte (Latin-1 on decode), padded with blanks on encode and not trimmed. */
export const ascii = (offset: number, width: number): Field<string> => ({
  offset,
  width,
  get(view, at) {
    let text = "";
    for (let index = 0; index < width; index += 1) text += String.fromCharCode(view.getUint8(at + index));
    return text;
  },
  set(view, at, value) {
    if (value.length > width) throw new RangeError(`"${value}" does not fit a field of ${width} characters`);
    for (let index = 0; index < width; index += 1) {
      const unit = index < value.length ? value.charCodeAt(index) : 0x20;
      if (unit > 0x7e) throw new RangeError(`"${value}" is not ASCII`);
      view.setUint8(at + index, unit);
    }
  },
});
