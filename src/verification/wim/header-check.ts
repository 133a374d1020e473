/**
 * Checks the fields of the header (WIM specification, `WIMHEADER_V1_PACKED`) that are not needed to read the WIM. Every field
 * is compared with something else in the file where that is possible: not covered are the GUID of a WIM in one part, the
 * read-only and relative-path flags, and the chunk size of a WIM without compressed resources.
 */
import type { ResourceHeader } from "../../wim/index.js";
import { wimFlags, wimHeaderRecord } from "../../wim/header.js";
import { resourceFlags } from "../../wim/resource.js";
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
  const problems = [...flagProblems(open), ...bootProblems(open)];
  if (wim.header.pipable) problems.push(...firstCopyProblems(first, last));
  for (const problem of problems) {
    const message = `${part.name}: ${problem}`;
    report.fail({ check: "wim-header", wim: part.name, message, places: [] }, "wim-damaged");
  }
  const oddities = oddFields(open);
  if (wimHeaderRecord.decode(last).unused.some((byte) => byte !== 0)) {
    oddities.push("bytes of the header that mean nothing are not zero");
  }
  for (const oddity of oddities) report.note("wim-header", "warn", `${part.name}: ${oddity}`);
}

/** WIM specification, `FLAG_HEADER_*`: contradictions within `dwFlags`, and of `dwFlags` and `usTotalParts`. */
function flagProblems({ wim }: OpenPart): string[] {
  const { flags, totalParts } = wim.header;
  const problems: string[] = [];
  const seen = `the header's flags are 0x${(flags >>> 0).toString(16)}`;
  if ((flags & wimFlags.writeInProgress) !== 0) problems.push(`${seen}: writing it was interrupted`);
  const kinds = flags & compressionFlags;
  const isCompressed = (flags & wimFlags.compression) !== 0;
  // Exactly one kind of compression where there is any: one bit, a power of two.
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

/** `rhBootMetadata` repeats where the metadata of the image lies that `dwBootIndex` names. */
function bootProblems({ wim, lookupTable }: OpenPart): string[] {
  const { bootIndex, bootMetadata, partNumber } = wim.header;
  const expected = lookupTable.metadata[bootIndex - 1]?.resource;
  if (partNumber !== 1 || expected === undefined || sameExtent(bootMetadata, expected)) return [];
  return [`image ${bootIndex} is set to boot, but the boot metadata at ${bootMetadata.offset} is not that image's`];
}

/** Values that no sound file has, but that do not change what is read. */
function oddFields({ wim, lookupTable }: OpenPart): string[] {
  const { flags, bootIndex, bootMetadata, integrityTable, xmlData, lookupTable: table, partNumber } = wim.header;
  const odd: string[] = [];
  const tables = { "lookup table": table, "XML data": xmlData, "integrity table": integrityTable };
  if ((flags & ~knownFlags) !== 0) odd.push(`the header's flags 0x${(flags >>> 0).toString(16)} include unknown ones`);
  for (const [what, resource] of Object.entries(tables)) {
    if ((resource.flags & ~resourceFlags.metadata) !== 0) odd.push(`the ${what} has the flags ${resource.flags}`);
  }
  if (integrityTable.size === 0 && !sameExtent(integrityTable, noResource)) {
    odd.push("the integrity table has no bytes, but an offset");
  }
  const boot = bootIndex === 0 ? noResource : lookupTable.metadata[bootIndex - 1]?.resource;
  if (partNumber !== 1 || boot === undefined) return odd;
  if (bootIndex === 0 && !sameExtent(bootMetadata, boot))
    odd.push("no image is set to boot, but there is boot metadata");
  if (bootMetadata.flags !== boot.flags) odd.push(`the boot metadata has the flags ${bootMetadata.flags}`);
  return odd;
}

function sameExtent(a: ResourceHeader, b: ResourceHeader): boolean {
  return a.size === b.size && a.offset === b.offset && a.originalSize === b.originalSize;
}

/** A pipable WIM's first header (wimlib's write.c, `write_pipable_wim`) has the same fields as the last one, without offsets. */
function firstCopyProblems(first: Uint8Array, last: Uint8Array): string[] {
  const expected = last.slice();
  const { lookupTable, xmlData, bootMetadata, integrityTable } = wimHeaderRecord.fields;
  for (const { offset, width } of [lookupTable, xmlData, bootMetadata, integrityTable]) {
    expected.fill(0, offset, offset + width);
  }
  const same = first.every((byte, at) => byte === expected[at]);
  return same ? [] : ["the header at the beginning contradicts the one at the end"];
}
