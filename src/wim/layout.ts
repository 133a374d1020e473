/**
 * The layout of a planned WIM: header, resources, lookup table, XML data, integrity table, in this order and without a gap.
 * The header names the last four by `rhOffsetTable`, `rhXmlData`, `rhBootMetadata` and `rhIntegrity` (WIM specification,
 * `WIMHEADER_V1_PACKED`); an integrity table covers all from the header to the end of the lookup table ("Integrity table").
 * Resources are moved as they are, still compressed, as ranges of the old WIM. Splitting and editing both end here.
 */
import type { Extent } from "../extents/extent.js";
import { concatenate, fromBytes, fromSource, type LayoutPart } from "../extents/layout.js";
import { wimHeaderRecord } from "./header.js";
import type { Wim } from "./index.js";
import { encodeLookupTable } from "./lookup-table.js";
import type { ResourceHeader } from "./resource.js";
import { resourceHeaderRecord } from "./resource.js";
import type { ListedEntry } from "./split-allotment.js";

/** Bytes that are moved as a whole, and every entry that names them; its `resource.offset` is found here. */
export type PlannedRun = {
  /** Bytes. */
  readonly size: number;
  readonly content: readonly LayoutPart[];
  readonly entries: readonly ListedEntry[];
};

type WimContents = {
  /** In the order in which they are to lie. */
  readonly runs: readonly PlannedRun[];
  /** The XML data at `offset`, which its TOTALBYTES depends on. */
  readonly xmlDataAt: (offset: number) => LayoutPart;
  readonly partNumber: number;
  readonly totalParts: number;
  readonly flags: number;
  readonly imageCount: number;
  /** Counted from 1; 0 = none. */
  readonly bootIndex: number;
  /** The place in the lookup table of the metadata that the header names beside the boot index. */
  readonly bootEntry: number | undefined;
};

export type WimLayout = {
  readonly header: Uint8Array;
  /** All that lies between the header and the integrity table. */
  readonly body: readonly LayoutPart[];
  /** End of the lookup table: what an integrity table covers ends there. */
  readonly tableEnd: number;
  /** End of the XML data. */
  readonly end: number;
};

export type PlannedWim = {
  /** Bytes. */
  readonly size: number;
  /** From 0 to `size` without a gap; ranges are of the source that the WIM was opened from, or of added files. */
  readonly extents: readonly Extent[];
};

const noResource: ResourceHeader = { size: 0, flags: 0, offset: 0, originalSize: 0 };

/** The layout of a WIM with these contents; what `contents` does not say is `wim`'s own. It has no integrity table yet. */
export async function layOutWim(wim: Wim, contents: WimContents): Promise<WimLayout> {
  const { header, source } = wim;
  const body: LayoutPart[] = [];
  const listed: ListedEntry[] = [];
  let position = wimHeaderRecord.size;
  let bootMetadata = noResource;
  for (const { size, content, entries } of contents.runs) {
    for (const { index, entry } of entries) {
      const resource = { ...entry.resource, offset: position };
      listed.push({ index, entry: { ...entry, resource, partNumber: contents.partNumber } });
      if (index === contents.bootEntry) bootMetadata = resource;
    }
    body.push(...content);
    position += size;
  }
  // Images are numbered by the order of their entries.
  listed.sort((a, b) => a.index - b.index);
  const table = await lookupTablePart(wim, encodeLookupTable(listed.map(({ entry }) => entry)));
  const lookupTable = placed(header.lookupTable, position, table.length);
  const tableEnd = position + table.length;
  const xml = contents.xmlDataAt(tableEnd);
  const xmlData = placed(header.xmlData, tableEnd, xml.length);
  body.push(table, xml);
  const { flags, partNumber, totalParts, imageCount, bootIndex } = contents;
  const bytes = (await source.read(0, wimHeaderRecord.size)).slice();
  wimHeaderRecord.patch(bytes, 0, {
    flags,
    partNumber,
    totalParts,
    imageCount,
    lookupTable: resourceHeaderRecord.encode(lookupTable),
    xmlData: resourceHeaderRecord.encode(xmlData),
    bootMetadata: resourceHeaderRecord.encode(bootMetadata),
    bootIndex,
    integrityTable: resourceHeaderRecord.encode(noResource),
  });
  return { header: bytes, body, tableEnd, end: tableEnd + xml.length };
}

/** The WIM with this integrity table, which lies behind everything else; without one where it is null. */
export function finishWim(
  { header: { integrityTable } }: Wim,
  layout: WimLayout,
  table: LayoutPart | null,
): PlannedWim {
  const { body, end } = layout;
  const header = layout.header.slice();
  const parts = [fromBytes(header), ...body];
  if (table !== null) {
    const resource = placed(integrityTable, end, table.length);
    wimHeaderRecord.patch(header, 0, { integrityTable: resourceHeaderRecord.encode(resource) });
    parts.push(table);
  }
  return { size: end + (table?.length ?? 0), extents: concatenate(parts) };
}

/** A table or the XML data at a new place; it is stored, and has the flags that it had. */
function placed(resource: ResourceHeader, offset: number, size: number): ResourceHeader {
  return { ...resource, offset, size, originalSize: size };
}

/** A table that is the WIM's own is a range of it. */
async function lookupTablePart({ header, source }: Wim, table: Uint8Array): Promise<LayoutPart> {
  const { offset, size } = header.lookupTable;
  if (size !== table.length) return fromBytes(table);
  const own = await source.read(offset, size);
  return own.every((byte, index) => byte === table[index]) ? fromSource(source, offset, size) : fromBytes(table);
}

/** The WIM's XML data as it is. */
export function ownXmlData({ header: { xmlData }, source }: Wim): LayoutPart {
  return fromSource(source, xmlData.offset, xmlData.size);
}
