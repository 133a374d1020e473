/** Opens the parts of a WIM, and lists every content of their lookup tables once. */
import type { ResourceFormat } from "../../wim/compression/chunks.js";
import { checkCompression, resourceFormat } from "../../wim/compression/chunks.js";
import type { IntegrityTable, LookupTable, Wim } from "../../wim/index.js";
import { openWim, wimError } from "../../wim/index.js";
import { partSetProblem } from "../../wim/part-set.js";
import { resourceFlags } from "../../wim/resource.js";
import { BlobList } from "./blob-list.js";
import type { WimPart } from "./ports.js";
import type { ReportBuilder, WimCheckId } from "./report.js";
import { isAboutTheWim } from "./wim-fault.js";

export type OpenPart = {
  readonly part: WimPart;
  readonly wim: Wim;
  readonly format: ResourceFormat;
  readonly lookupTable: LookupTable;
  readonly integrityTable: IntegrityTable | null;
};

export type OpenSet = {
  /** By part number - 1. */
  readonly parts: readonly OpenPart[];
  readonly blobs: BlobList;
};

/** Opens all parts in the order of their numbers. Problems go to the report; null where verification cannot go on. */
export async function openSet(given: readonly WimPart[], report: ReportBuilder): Promise<OpenSet | null> {
  const parts: OpenPart[] = [];
  for (const part of given) {
    const open = await openPart(part, report);
    if (open === null) return null;
    parts.push(open);
  }
  parts.sort((a, b) => a.wim.header.partNumber - b.wim.header.partNumber);
  if (!isWholeSet(parts, report)) return null;
  const tables = parts.map(({ wim, lookupTable: { entries } }) => ({ entries, partNumber: wim.header.partNumber }));
  return { parts, blobs: new BlobList(tables) };
}

async function openPart(part: WimPart, report: ReportBuilder): Promise<OpenPart | null> {
  let check: WimCheckId = "wim-header";
  try {
    const wim = await openWim(part.source, part.name);
    check = "wim-layout";
    const lookupTable = await wim.lookupTable();
    check = "wim-integrity-table";
    const integrityTable = await wim.integrityTable();
    const format = resourceFormat(part.name, wim.header);
    check = "wim-header";
    requireDecodable(lookupTable, format);
    return { part, wim, format, lookupTable, integrityTable };
  } catch (error) {
    if (!isAboutTheWim(error)) throw error;
    report.fail({ check, wim: part.name, message: error.message, places: [] }, error.code);
    return null;
  }
}

/** Throws `wim-unsupported` where not one compressed resource could be decoded: that is no damage of each of them. */
function requireDecodable({ entries }: LookupTable, format: ResourceFormat): void {
  const isCompressed = entries.flags.some((flags) => (flags & resourceFlags.compressed) !== 0);
  if (isCompressed && format.compression !== "none") checkCompression(format);
}

/** Whether these are all parts of one WIM, each once. */
function isWholeSet(parts: readonly OpenPart[], report: ReportBuilder): boolean {
  const problem = partSetProblem(parts.map(({ part, wim }) => ({ name: part.name, header: wim.header })));
  if (problem === null) return true;
  const { message, code } = wimError("wim-damaged", problem, problem.text);
  report.fail({ check: "wim-header", wim: problem.name, message, places: [] }, code);
  return false;
}
