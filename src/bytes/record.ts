/**
 * On-disk records declared once, as data: `record("name", size, { field: uint32le(offset), ... })` gives `decode` and
 * `encode` with types derived from the declaration. That no field lies outside the record or over another is checked
 * when the module loads, so a mistyped offset fails at once instead of on a rare image.
 */

export type Field<T> = {
  readonly offset: number;
  readonly width: number;
  get(view: DataView, at: number): T;
  set(view: DataView, at: number, value: T): void;
};

export type FieldSet = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type Decoded<F extends FieldSet> = { -readonly [K in keyof F]: ValueOf<F[K]> };

export type RecordLayout<F extends FieldSet> = {
  readonly name: string;
  /** Bytes from the record's start to its end, trailing reserved bytes included. */
  readonly size: number;
  readonly fields: F;
  /** Reads the record at `offset` of `bytes`; throws RangeError when it does not lie wholly inside (callers bound first). */
  decode(bytes: Uint8Array, offset?: number): Decoded<F>;
  /** A new record; fields not given are zero. */
  encode(values: Partial<Decoded<F>>): Uint8Array<ArrayBuffer>;
  /** Writes the given fields into `bytes` at `offset`, leaving all other bytes alone. */
  patch(bytes: Uint8Array, offset: number, values: Partial<Decoded<F>>): void;
  /** A decoder of these fields alone, for records that are read by the thousand. */
  select<K extends keyof F & string>(...names: K[]): RecordDecoder<Decoded<Pick<F, K>>>;
};

export type RecordDecoder<T> = {
  readonly name: string;
  /** Of the whole record, whichever fields are read. */
  readonly size: number;
  decode(bytes: Uint8Array, offset?: number): T;
};

/** Declares a record; throws at load where a field leaves the record or overlaps another one. */
export function record<const F extends FieldSet>(name: string, size: number, fields: F): RecordLayout<F> {
  const entries = Object.entries(fields);
  checkDeclaration(name, size, entries);
  const patch = (bytes: Uint8Array, offset: number, values: Partial<Decoded<F>>): void => {
    const view = viewOf(name, size, bytes, offset);
    for (const [key, field] of entries) {
      const value = values[key];
      if (value !== undefined) field.set(view, field.offset, value);
    }
  };
  return {
    name,
    size,
    fields,
    decode: decoderOf(name, size, fields),
    select<K extends keyof F & string>(...names: K[]) {
      const chosen = Object.fromEntries(names.map((key) => [key, fields[key]])) as Pick<F, K>;
      return { name, size, decode: decoderOf(name, size, chosen) };
    },
    encode(values) {
      const bytes = new Uint8Array(size);
      patch(bytes, 0, values);
      return bytes;
    },
    patch,
  };
}

function decoderOf<F extends FieldSet>(name: string, size: number, fields: F) {
  const entries = Object.entries(fields);
  return (bytes: Uint8Array, offset = 0): Decoded<F> => {
    const view = viewOf(name, size, bytes, offset);
    const result: Record<string, unknown> = {};
    for (const [key, field] of entries) result[key] = field.get(view, field.offset);
    return result as Decoded<F>;
  };
}

function checkDeclaration(name: string, size: number, entries: [string, Field<unknown>][]): void {
  let end = 0;
  let previous = "";
  for (const [key, field] of entries.toSorted((a, b) => a[1].offset - b[1].offset)) {
    if (field.offset < end)
      throw new Error(`${name}: ${key} at ${field.offset} overlaps ${previous}, which ends at ${end}`);
    end = field.offset + field.width;
    previous = key;
    if (end > size) throw new Error(`${name}: ${key} ends at ${end}, beyond the record's ${size} bytes`);
  }
}

function viewOf(name: string, size: number, bytes: Uint8Array, offset: number): DataView {
  if (offset < 0 || offset + size > bytes.length) {
    throw new RangeError(`${name}: ${size} bytes at ${offset} do not lie inside ${bytes.length} bytes`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset + offset, size);
}
