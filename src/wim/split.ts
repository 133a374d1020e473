/**
 * Plans the parts of a split WIM (`.swm`; WIM specification, `FLAG_HEADER_SPANNED`, `usPartNumber`, `usTotalParts`). Resources
 * are moved as they are, still compressed: a part is a header, ranges of the WIM, a lookup table, and a copy of the XML data.
 * Only the tables are read. Traps: a resource cannot be divided; the images' metadata belongs in part 1, and every part lists
 * only its own resources (wimlib's split.c). The integrity table is left out, because hashing the parts would mean reading
 * all of them.
 */
import { fromSource } from "../extents/layout.js";
import { wimFlags, wimHeaderRecord } from "./header.js";
import type { Wim } from "./index.js";
import type { PlannedWim } from "./layout.js";
import { finishWim, layOutWim, ownXmlData } from "./layout.js";
import { metadataPlaces } from "./lookup-table.js";
import { wimError } from "./resource.js";
import type { StoredRun } from "./split-allotment.js";
import { allotRuns } from "./split-allotment.js";

/** Throws `wim-unsupported` for what cannot be laid out anew: a part of a set, and wimlib's pipable variant. */
export function checkWhole(wim: Wim): void {
  const { partNumber, totalParts, pipable } = wim.header;
  if (totalParts !== 1) throw wimError("wim-unsupported", wim, `it is part ${partNumber} of ${totalParts} already`);
  if (pipable) throw wimError("wim-unsupported", wim, "it is pipable, which only wimlib reads");
}

/**
 * The parts of `wim`, each of at most `partLimit` bytes: as few as its order allows, one where what is referred to fits
 * into one. Throws `wim-unsupported` for what cannot be split, and `wim-damaged`.
 */
export async function planParts(wim: Wim, partLimit: number): Promise<PlannedWim[]> {
  const { header } = wim;
  checkWhole(wim);
  const { entries } = await wim.lookupTable();
  const overhead = wimHeaderRecord.size + header.xmlData.size;
  const allotted = allotRuns([...entries], partLimit - overhead, wim);
  const bootEntry = metadataPlaces(entries)[header.bootIndex - 1];
  const { imageCount } = header;
  const totalParts = allotted.length;
  const parts: PlannedWim[] = [];
  for (const [index, runs] of allotted.entries()) {
    const layout = await layOutWim(wim, {
      runs: runs.map((run) => plannedRun(wim, run)),
      xmlDataAt: () => ownXmlData(wim),
      partNumber: index + 1,
      totalParts,
      flags: totalParts === 1 ? header.flags : (header.flags | wimFlags.spanned) >>> 0,
      imageCount,
      bootIndex: index === 0 ? header.bootIndex : 0,
      bootEntry,
    });
    parts.push(finishWim(wim, layout, null));
  }
  return parts;
}

/** A run, as a range of the WIM. */
export function plannedRun({ source }: Wim, { offset, size, entries }: StoredRun) {
  return { size, content: [fromSource(source, offset, size)], entries };
}
