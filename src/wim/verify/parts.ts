/** The WIM's parts, opened, and everything their lookup tables list, in one table of blobs. */
import { Win7UsbError } from "../../errors.js";
import type { ResourceFormat } from "../compression/chunks.js";
import { resourceFormat } from "../compression/chunks.js";
import type { IntegrityTable, LookupTable, LookupTableEntry, Wim } from "../index.js";
import { openWim, resourceFlags, wimError } from "../index.js";
import { partSetProblem } from "../part-set.js";
import { compareHashes, sha1Length } from "./blob-index.js";
import type { BlobTable } from "./blob-index.js";
import type { WimPart } from "./ports.js";
import type { ReportBuilder, WimCheckId } from "./report.js";

export type OpenPart = {
  readonly part: WimPart;
  readonly wim: Wim;
  readonly format: ResourceFormat;
  readonly lookupTable: LookupTable;
  readonly integrityTable: IntegrityTable | null;
};

/** A blob with its place in `OpenSet.blobs`. */
export type ListedBlob = { readonly id: number; readonly part: number; readonly entry: LookupTableEntry };

export type OpenSet = {
  /** By part number - 1. */
  readonly parts: readonly OpenPart[];
  readonly blobs: BlobTable;
  /** By blob id. */
  readonly listed: readonly ListedBlob[];
};

/** Opens all parts in the order of their numbers; what is wrong goes to the report, and null means that nothing can follow. */
export async function openSet(given: readonly WimPart[], report: ReportBuilder): Promise<OpenSet | null> {
  const parts: OpenPart[] = [];
  for (const part of given) {
    const open = await openPart(part, report);
    if (open === null) return null;
    parts.push(open);
  }
  parts.sort((a, b) => a.wim.header.partNumber - b.wim.header.partNumber);
  if (!isWholeSet(parts, report)) return null;
  const listed = listBlobs(parts);
  const hashes = new Uint8Array(listed.length * sha1Length);
  const sizes = new Float64Array(listed.length);
  for (const { id, entry } of listed) {
    hashes.set(entry.hash, id * sha1Length);
    sizes[id] = entry.resource.originalSize;
  }
  return { parts, blobs: { hashes, sizes }, listed };
}

async function openPart(part: WimPart, report: ReportBuilder): Promise<OpenPart | null> {
  let check: WimCheckId = "wim-header";
  try {
    const wim = await openWim(part.source, part.name);
    check = "wim-layout";
    const lookupTable = await wim.lookupTable();
    check = "wim-integrity-table";
    const integrityTable = await wim.integrityTable();
    return { part, wim, format: resourceFormat(part.name, wim.header), lookupTable, integrityTable };
  } catch (error) {
    if (!(error instanceof Win7UsbError)) throw error;
    report.fail({ check, wim: part.name, message: error.message, places: [] }, error.code);
    return null;
  }
}

/** Whether these are all parts of one WIM, each once. */
function isWholeSet(parts: readonly OpenPart[], report: ReportBuilder): boolean {
  const problem = partSetProblem(parts.map(({ part, wim }) => ({ name: part.name, header: wim.header })));
  if (problem === null) return true;
  const { message, code } = wimError("wim-damaged", problem, problem.text);
  report.fail({ check: "wim-header", wim: problem.name, message, places: [] }, code);
  return false;
}

/**
 * Everything that is content, sorted by hash, the first of several entries for one hash. Entries for other parts than the
 * one that the table lies in are listed by that part too; those without a hash or content tell nothing.
 */
function listBlobs(parts: readonly OpenPart[]): ListedBlob[] {
  const found: Pick<ListedBlob, "part" | "entry">[] = [];
  for (const [part, { wim, lookupTable }] of parts.entries()) {
    for (const entry of lookupTable.entries) {
      const isMetadata = (entry.resource.flags & resourceFlags.metadata) !== 0;
      if (isMetadata || entry.partNumber !== wim.header.partNumber) continue;
      if (entry.resource.originalSize !== 0 && entry.hash.some((byte) => byte !== 0)) found.push({ part, entry });
    }
  }
  const hashes = new Uint8Array(found.length * sha1Length);
  for (const [index, { entry }] of found.entries()) hashes.set(entry.hash, index * sha1Length);
  const compare = (a: number, b: number): number => compareHashes(hashes, a * sha1Length, hashes, b * sha1Length);
  const order = Uint32Array.from(found.keys()).toSorted((a, b) => compare(a, b) || a - b);
  const unique = order.filter((index, place) => place === 0 || compare(order[place - 1]!, index) !== 0);
  return Array.from(unique, (index, id) => ({ id, part: found[index]!.part, entry: found[index]!.entry }));
}
