/** The composite fields that ECMA-167 builds its records from. Each takes the field's offset in the record, in bytes. */
import { ascii, int16le, uint16le, uint32le, uint8 } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import type { Decoded, Field, FieldSet, RecordLayout } from "../../bytes/record.js";

/** A whole record as one field of another. */
function nested<F extends FieldSet>(layout: RecordLayout<F>): (offset: number) => Field<Decoded<F>> {
  const entries = Object.entries<Field<unknown>>(layout.fields);
  return (offset) => ({
    offset,
    width: layout.size,
    get(view, at) {
      const result: Record<string, unknown> = {};
      for (const [key, field] of entries) result[key] = field.get(view, at + field.offset);
      return result as Decoded<F>;
    },
    set: (view, at, value) => layout.patch(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), at, value),
  });
}

/** ECMA-167 3/7.1 extent_ad: bytes, and the block of the volume where they begin. */
export const extentDescriptor = record("extent descriptor", 8, { length: uint32le(0), location: uint32le(4) });
export const extentField = nested(extentDescriptor);

/** ECMA-167 4/14.14.1: `length` has the extent's type in its upper two bits; the partition is that of the ICB. */
export const shortAllocationDescriptor = record("short allocation descriptor", 8, {
  lengthAndType: uint32le(0),
  position: uint32le(4),
});

/** ECMA-167 4/14.14.2: as the short one, and the partition reference number of the extent. */
export const longAllocationDescriptor = record("long allocation descriptor", 16, {
  lengthAndType: uint32le(0),
  position: uint32le(4),
  partitionReference: uint16le(8),
});
export const longAllocationField = nested(longAllocationDescriptor);
export type LongAllocation = Decoded<(typeof longAllocationDescriptor)["fields"]>;

/** ECMA-167 1/7.4 regid, with the suffix of UDF 2.1.5.2 (domains): the revision in binary-coded decimal, 0x0102. */
export const entityIdentifier = record("entity identifier", 32, {
  flags: uint8(0),
  identifier: ascii(1, 23),
  udfRevision: uint16le(24),
});
export const entityField = nested(entityIdentifier);

/** ECMA-167 1/7.3 timestamp. */
export const timestamp = record("timestamp", 12, {
  typeAndTimeZone: uint16le(0),
  year: int16le(2),
  month: uint8(4),
  day: uint8(5),
  hour: uint8(6),
  minute: uint8(7),
  second: uint8(8),
  centiseconds: uint8(9),
  hundredsOfMicroseconds: uint8(10),
  microseconds: uint8(11),
});
