/**
 * What the header says beyond what is needed to read the WIM. Every field is held against something else in the file where
 * there is anything: what remains uncovered are the GUID of a WIM in one part, the read-only and relative-path flags, and
 * the chunk size of a WIM without compressed resources.
 */
import type { ResourceHeader } from "../index.js";
import { wimFlags, wimHeaderRecord } from "../header.js";
import { resourceFlags } from "../resource.js";
import type { OpenPart } from "./parts.js";
import type { ReportBuilder } from "./report.js";

const compressionFlags =
  wimFlags.compressXpress | wimFlags.compressLzx | wimFlags.compressLzms | wimFlags.compressXpress2;
const knownFlags = Object.values(wimFlags).reduce((all, flag) => all | flag, 0);
const noResource: ResourceHeader = { size: 0, flags: 0, offset: 0, originalSize: 0 };

/** Checks one part's header; `report` gets `wim-header`. */
export async function checkHeader(open: OpenPart, report: ReportBuilder): Promise<void> {
  const { size } = wimHeaderRecord;
  const { part, wim } = open;
  const first = await part.source.read(0, size);
  const last = wim.header.pipable ? await part.source.read(part.source.size - size, size) : first;
  const problems = [...flagProblems(open), ...resourceProblems(open)];
  if (wim.header.pipable) problems.push(...firstCopyProblems(first, last));
  for (const problem of problems) {
    const message = `${part.name}: ${problem}`;
    report.fail({ check: "wim-header", wim: part.name, message, places: [] }, "wim-damaged");
  }
  if (wimHeaderRecord.decode(last).unused.some((byte) => byte !== 0)) {
    report.note("wim-header", "warn", `${part.name}: bytes of the header that mean nothing are not zero`);
  }
}

function flagProblems({ wim }: OpenPart): string[] {
  const { flags, totalParts } = wim.header;
  const problems: string[] = [];
  const seen = `the header's flags are 0x${(flags >>> 0).toString(16)}`;
  if ((flags & ~knownFlags) !== 0) problems.push(`${seen}, which include unknown ones`);
  if ((flags & wimFlags.writeInProgress) !== 0) problems.push(`${seen}: writing it was interrupted`);
  const kinds = flags & compressionFlags;
  const isCompressed = (flags & wimFlags.compression) !== 0;
  // One kind where there is compression, none where there is not; a power of two has one bit.
  const consistent = isCompressed ? kinds !== 0 && (kinds & (kinds - 1)) === 0 : kinds === 0;
  if (!consistent) problems.push(`${seen}: its compression flags contradict each other`);
  if ((flags & wimFlags.spanned) !== 0 && totalParts === 1) problems.push(`${seen}: a part of a set, but it is alone`);
  if ((flags & wimFlags.spanned) === 0 && totalParts > 1)
    problems.push(`${seen}: not a part of a set of ${totalParts}`);
  if ((flags & (wimFlags.resourceOnly | wimFlags.metadataOnly)) !== 0 && totalParts === 1) {
    problems.push(`${seen}: only resources or only metadata, but it is the whole WIM`);
  }
  return problems;
}

function resourceProblems({ wim, lookupTable }: OpenPart): string[] {
  const { bootIndex, bootMetadata, partNumber } = wim.header;
  const problems: string[] = [];
  const table = { "lookup table": wim.header.lookupTable, "XML data": wim.header.xmlData };
  for (const [what, resource] of Object.entries(table)) {
    if ((resource.flags & ~resourceFlags.metadata) !== 0) problems.push(`the ${what} has the flags ${resource.flags}`);
  }
  const { integrityTable } = wim.header;
  if (integrityTable.size === 0 && !sameResource(integrityTable, noResource)) {
    problems.push("the integrity table has no bytes, but an offset or flags");
  } else if ((integrityTable.flags & ~resourceFlags.metadata) !== 0) {
    problems.push(`the integrity table has the flags ${integrityTable.flags}`);
  }
  if (partNumber === 1) {
    const expected = bootIndex === 0 ? noResource : (lookupTable.metadata[bootIndex - 1]?.resource ?? noResource);
    if (!sameResource(bootMetadata, expected)) {
      const image = bootIndex === 0 ? "no image is" : `image ${bootIndex} is`;
      problems.push(`${image} set to boot, but the boot metadata at ${bootMetadata.offset} is not that image's`);
    }
  }
  return problems;
}

function sameResource(a: ResourceHeader, b: ResourceHeader): boolean {
  return a.size === b.size && a.flags === b.flags && a.offset === b.offset && a.originalSize === b.originalSize;
}

/** A pipable WIM's first header is written before anything else: it says the same, but nothing of where things lie. */
function firstCopyProblems(first: Uint8Array, last: Uint8Array): string[] {
  const expected = last.slice();
  const { lookupTable, xmlData, bootMetadata, integrityTable } = wimHeaderRecord.fields;
  for (const { offset, width } of [lookupTable, xmlData, bootMetadata, integrityTable]) {
    expected.fill(0, offset, offset + width);
  }
  const same = first.every((byte, at) => byte === expected[at]);
  return same ? [] : ["the header at the beginning contradicts the one at the end"];
}
