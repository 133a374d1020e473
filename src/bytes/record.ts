/**
 * On-disk records declared once, as data: `record("name", size, { field: uint32le(offset), ... })` gives `decode`,
 * `encode` and reads in place with types derived from the declaration. Every byte is declared, as a field or as
 * `reserved`: a gap, an overlap or a wrong size fails when the module loads instead of on a rare image. A value that does
 * not fit its field is a RangeError that names record and field, never cut.
 */

/** A field of a record. `at` is where the record begins in `view`: no caller adds the field's own offset. */
export type Field<T, W = T> = {
  /** Bytes from the record's start. */
  readonly offset: number;
  /** Bytes. */
  readonly width: number;
  read(view: DataView, at: number): T;
  /** Throws RangeError where `value` does not fit. */
  write(view: DataView, at: number, value: W): void;
};

/** Bytes without a meaning, which are no part of the decoded record. */
export type Reserved = {
  readonly offset: number;
  readonly width: number;
  /** What a new record has there; null for zeros. */
  readonly value: Uint8Array | null;
};

export type FieldSet = Readonly<Record<string, Field<unknown> | Reserved>>;
type FieldNames<F extends FieldSet> = { [K in keyof F]: F[K] extends Reserved ? never : K }[keyof F];
export type Decoded<F extends FieldSet> = {
  -readonly [K in FieldNames<F>]: F[K] extends { read(view: DataView, at: number): infer T } ? T : never;
};
/** What a record is made of or changed by; a nested record, too, by some of its fields. */
export type Values<F extends FieldSet> = {
  readonly [K in FieldNames<F>]?: F[K] extends { write(view: DataView, at: number, value: infer W): void } ? W : never;
};

export type RecordLayout<F extends FieldSet> = {
  readonly name: string;
  /** Bytes that the declaration covers: all of the record, or the head of one whose length varies. */
  readonly size: number;
  readonly fields: F;
  /** Reads the record at `offset` of `bytes`; throws RangeError when it does not lie wholly inside (callers bound first). */
  decode(bytes: Uint8Array, offset?: number): Decoded<F>;
  /** A new record; fields not given are zero, reserved bytes what they must be. Throws RangeError for what does not fit. */
  encode(values: Values<F>): Uint8Array<ArrayBuffer>;
  /** Writes the given fields into `bytes` at `offset`, leaving all other bytes alone. Throws RangeError as `encode` does. */
  patch(bytes: Uint8Array, offset: number, values: Values<F>): void;
  /** A decoder of these fields alone, for records that are read by the thousand. */
  select<K extends keyof Decoded<F> & string>(...names: K[]): RecordDecoder<Pick<Decoded<F>, K>>;
};

export type RecordDecoder<T> = {
  readonly name: string;
  /** Of the whole record, whichever fields are read. */
  readonly size: number;
  decode(bytes: Uint8Array, offset?: number): T;
};

/** Declares a record of `size` bytes; throws at load where a byte of it is declared twice, or not at all. */
export function record<const F extends FieldSet>(name: string, size: number, declared: F): RecordLayout<F> {
  checkDeclaration(name, size, Object.entries(declared));
  const fields: [string, Field<unknown>][] = [];
  const fixed: { readonly offset: number; readonly value: Uint8Array }[] = [];
  for (const [key, field] of Object.entries(declared)) {
    if ("read" in field) fields.push([key, withName(`${name}.${key}`, field)]);
    else if (field.value !== null) fixed.push({ offset: field.offset, value: field.value });
  }
  const patch = (bytes: Uint8Array, offset: number, values: Values<F>): void => {
    const view = viewOf(name, size, bytes, offset);
    for (const [key, field] of fields) {
      const value = (values as Readonly<Record<string, unknown>>)[key];
      if (value !== undefined) field.write(view, 0, value);
    }
  };
  const decoder =
    (chosen: [string, Field<unknown>][]) =>
    (bytes: Uint8Array, offset = 0) => {
      const view = viewOf(name, size, bytes, offset);
      const result: Record<string, unknown> = {};
      for (const [key, field] of chosen) result[key] = field.read(view, 0);
      return result;
    };
  return {
    name,
    size,
    fields: { ...declared, ...Object.fromEntries(fields) },
    decode: decoder(fields) as RecordLayout<F>["decode"],
    select<K extends keyof Decoded<F> & string>(...names: K[]) {
      const decode = decoder(fields.filter(([key]) => (names as string[]).includes(key)));
      return { name, size, decode: decode as RecordDecoder<Pick<Decoded<F>, K>>["decode"] };
    },
    encode(values) {
      const bytes = new Uint8Array(size);
      for (const { offset, value } of fixed) bytes.set(value, offset);
      patch(bytes, 0, values);
      return bytes;
    },
    patch,
  };
}

/** The same field, whose errors say which one it is. */
function withName(name: string, field: Field<unknown>): Field<unknown> {
  return {
    ...field,
    write(view, at, value) {
      try {
        field.write(view, at, value);
      } catch (error) {
        throw error instanceof RangeError ? new RangeError(`${name}: ${error.message}`, { cause: error }) : error;
      }
    },
  };
}

function checkDeclaration(name: string, size: number, entries: [string, Field<unknown> | Reserved][]): void {
  let end = 0;
  let previous = "the record's start";
  for (const [key, { offset, width }] of entries.toSorted((a, b) => a[1].offset - b[1].offset)) {
    if (offset !== end) {
      const fault = offset < end ? "overlaps" : "leaves a gap behind";
      throw new Error(`${name}: ${key} at ${offset} ${fault} ${previous}, which ends at ${end}`);
    }
    end = offset + width;
    previous = key;
  }
  if (end !== size) throw new Error(`${name}: ${previous} ends at ${end}, expected the record's end at ${size}`);
}

function viewOf(name: string, size: number, bytes: Uint8Array, offset: number): DataView {
  if (offset < 0 || offset + size > bytes.length) {
    throw new RangeError(`${name}: ${size} bytes at ${offset} do not lie inside ${bytes.length} bytes`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset + offset, size);
}

/** A whole record as one field of another. */
export function nested<F extends FieldSet>(layout: RecordLayout<F>): (offset: number) => Field<Decoded<F>, Values<F>> {
  const entries = Object.entries(layout.fields).filter(
    (entry): entry is [string, Field<unknown>] => "read" in entry[1],
  );
  const fixed = Object.values(layout.fields).flatMap((field) =>
    "value" in field && field.value !== null ? [{ offset: field.offset, value: field.value }] : [],
  );
  return (offset) => ({
    offset,
    width: layout.size,
    read(view, at) {
      const result: Record<string, unknown> = {};
      for (const [key, field] of entries) result[key] = field.read(view, at + offset);
      return result as Decoded<F>;
    },
    write(view, at, value) {
      for (const each of fixed)
        new Uint8Array(view.buffer, view.byteOffset + at + offset + each.offset).set(each.value);
      const values = value as Readonly<Record<string, unknown>>;
      for (const [key, field] of entries) if (values[key] !== undefined) field.write(view, at + offset, values[key]);
    },
  });
}
