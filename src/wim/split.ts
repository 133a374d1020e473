/**
 * A WIM as the parts of a split set (`.swm`), planned and not made: resources are moved as they are, still compressed, so
 * that a part is a header, ranges of the WIM, a lookup table, and the XML data once more. Nothing but the tables is read.
 * Traps: a resource cannot be divided; the images' metadata belongs into part 1, and every part lists its own resources
 * alone. The integrity table is left out: it would hash the parts' bytes, all of which would have to be read for it.
 */
import { wimFlags, wimHeaderRecord } from "./header.js";
import type { Wim } from "./index.js";
import type { LookupTableEntry } from "./lookup-table.js";
import { encodeLookupTable } from "./lookup-table.js";
import type { ResourceHeader } from "./resource.js";
import { resourceHeaderRecord, wimError } from "./resource.js";
import type { StoredRun } from "./split-allotment.js";
import { allotRuns } from "./split-allotment.js";

/** What a part is made of: bytes in memory, or a range of the WIM. */
export type PartPiece =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "range"; readonly offset: number; readonly length: number };

export type PlannedPart = {
  /** Bytes; the sum of the pieces' lengths. */
  readonly size: number;
  readonly pieces: readonly PartPiece[];
};

const noResource: ResourceHeader = { size: 0, flags: 0, offset: 0, originalSize: 0 };

/**
 * The parts of `wim`, each of at most `partLimit` bytes: as few as its order allows, one where what is referred to fits
 * into one. Throws `wim-unsupported` for what cannot be split, and `wim-damaged`.
 */
export async function planParts(wim: Wim, partLimit: number): Promise<PlannedPart[]> {
  const { header } = wim;
  if (header.totalParts !== 1) {
    throw wimError("wim-unsupported", wim, `it is part ${header.partNumber} of ${header.totalParts} already`);
  }
  if (header.pipable) throw wimError("wim-unsupported", wim, "it is pipable, which only wimlib reads");
  const { entries, metadata } = await wim.lookupTable();
  const overhead = wimHeaderRecord.size + header.xmlData.size;
  const allotted = allotRuns([...entries], partLimit - overhead, wim);
  const original = await wim.source.read(0, wimHeaderRecord.size);
  const boot = metadata[header.bootIndex - 1];
  return allotted.map((runs, index) => planPart(wim, original, { runs, number: index + 1, of: allotted.length, boot }));
}

type Part = {
  readonly runs: readonly StoredRun[];
  readonly number: number;
  readonly of: number;
  /** Metadata of the image that is set to boot. */
  readonly boot: LookupTableEntry | undefined;
};

function planPart({ header }: Wim, original: Uint8Array, { runs, number, of, boot }: Part): PlannedPart {
  const pieces: PartPiece[] = [];
  const listed: { index: number; entry: LookupTableEntry }[] = [];
  let position = wimHeaderRecord.size;
  let bootMetadata = noResource;
  for (const { offset, size, entries } of runs) {
    for (const { index, entry } of entries) {
      const resource = { ...entry.resource, offset: position };
      const { referenceCount, hash } = entry;
      listed.push({ index, entry: { resource, partNumber: number, referenceCount, hash } });
      if (boot !== undefined && isSame(entry.resource, boot.resource)) bootMetadata = resource;
    }
    appendRange(pieces, offset, size);
    position += size;
  }
  // Images are numbered by the order of their entries.
  listed.sort((a, b) => a.index - b.index);
  const table = encodeLookupTable(listed.map(({ entry }) => entry));
  const tableSizes = { size: table.length, originalSize: table.length };
  const lookupTable = { ...header.lookupTable, ...tableSizes, offset: position };
  const xmlData = { ...header.xmlData, offset: position + table.length };
  const bytes = original.slice();
  wimHeaderRecord.patch(bytes, 0, {
    flags: of === 1 ? header.flags : header.flags | wimFlags.spanned,
    partNumber: number,
    totalParts: of,
    lookupTable: resourceHeaderRecord.encode(lookupTable),
    xmlData: resourceHeaderRecord.encode(xmlData),
    bootMetadata: resourceHeaderRecord.encode(bootMetadata),
    bootIndex: number === 1 ? header.bootIndex : 0,
    integrityTable: resourceHeaderRecord.encode(noResource),
  });
  pieces.unshift({ kind: "bytes", bytes });
  if (table.length > 0) pieces.push({ kind: "bytes", bytes: table });
  appendRange(pieces, header.xmlData.offset, header.xmlData.size);
  return { size: xmlData.offset + xmlData.size, pieces };
}

function isSame(a: ResourceHeader, b: ResourceHeader): boolean {
  return a.offset === b.offset && a.size === b.size && a.flags === b.flags;
}

/** Ranges that continue one another become one. */
function appendRange(pieces: PartPiece[], offset: number, length: number): void {
  if (length === 0) return;
  const last = pieces.at(-1);
  if (last?.kind === "range" && last.offset + last.length === offset) {
    pieces[pieces.length - 1] = { ...last, length: last.length + length };
  } else {
    pieces.push({ kind: "range", offset, length });
  }
}
