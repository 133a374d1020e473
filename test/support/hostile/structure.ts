/** What a fuzzer knows of a file that it changes: where its records and their fields lie, and what makes them sound again. */
import type { FieldSet, RecordLayout } from "../../../src/bytes/record.js";

/** A field of a record, in bytes of the file. */
export type Site = { readonly offset: number; readonly width: number };

/** A record of a kind, in bytes of the file: one may be copied over another. */
export type Place = { readonly kind: string; readonly offset: number; readonly length: number };

/** Makes checksums right again after a change to `[start, end)`; must bear whatever the bytes are by then. */
export type Seal = { readonly start: number; readonly end: number; readonly repair: (data: Uint8Array) => void };

export type Structure = {
  /** By the kind of record that they belong to. */
  readonly sites: ReadonlyMap<string, readonly Site[]>;
  readonly places: readonly Place[];
  readonly seals: readonly Seal[];
  /** Compressed data: bits of it are changed. */
  readonly streams: readonly Place[];
};

export class StructureBuilder implements Structure {
  readonly sites = new Map<string, Site[]>();
  readonly places: Place[] = [];
  readonly seals: Seal[] = [];
  readonly streams: Place[] = [];

  /** Every field of a record at `offset`; `length` where it is longer than its fixed part. */
  record<F extends FieldSet>(layout: RecordLayout<F>, offset: number, length = layout.size): void {
    for (const field of Object.values(layout.fields)) {
      if (!("read" in field)) continue;
      // Composite fields are changed by their words, where lengths and positions stand.
      const { width } = field;
      const step = width <= 8 ? width : 4;
      for (let at = 0; at + step <= width; at += step) this.site(layout.name, offset + field.offset + at, step);
    }
    this.places.push({ kind: layout.name, offset, length });
  }

  site(kind: string, offset: number, width: number): void {
    const known = this.sites.get(kind);
    if (known === undefined) this.sites.set(kind, [{ offset, width }]);
    else known.push({ offset, width });
  }

  /** 32-bit words of `[offset, end)`, each a field. */
  words(kind: string, offset: number, end: number): void {
    for (let at = offset; at + 4 <= end; at += 4) this.site(kind, at, 4);
  }

  place(kind: string, offset: number, length: number): void {
    this.places.push({ kind, offset, length });
  }

  stream(offset: number, length: number): void {
    if (length > 0) this.streams.push({ kind: "stream", offset, length });
  }

  seal(start: number, end: number, repair: (data: Uint8Array) => void): void {
    this.seals.push({ start, end, repair });
  }

  /** Takes over what is known of a file that lies at `offset` of this one. */
  include(inner: Structure, offset: number): void {
    const moved = <T extends { readonly offset: number }>(all: readonly T[]): T[] =>
      all.map((one) => ({ ...one, offset: one.offset + offset }));
    for (const [kind, sites] of inner.sites)
      for (const site of sites) this.site(kind, site.offset + offset, site.width);
    this.places.push(...moved(inner.places));
    this.streams.push(...moved(inner.streams));
    for (const { start, end, repair } of inner.seals) {
      this.seal(start + offset, end + offset, (data) => repair(data.subarray(offset)));
    }
  }
}
