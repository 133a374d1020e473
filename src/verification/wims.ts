/** The WIMs of an image: finds them, checks that their tables agree, and in a deep verification checks every byte. */
import { count } from "../bytes/amounts.js";
import type { FileNode, FileTree } from "../tree/index.js";
import { contentSource, walk } from "../tree/index.js";
import type { WimCheck, WimFailure, WimReport } from "./wim/index.js";
import { openWim } from "../wim/index.js";
import type { Check } from "./verdict.js";
import { outcomeOf } from "./read-image.js";

/** A WIM, or all parts of a split one. */
export type WimSet = {
  /** Path of the file, or of the first part. */
  readonly name: string;
  readonly parts: readonly { readonly path: string; readonly file: FileNode }[];
  /** Further parts, which are not looked at. */
  readonly more: number;
  /** Its first byte in the image. */
  readonly start: number;
};

/** Windows 7's discs have two; a disc with very many is no installation disc, and would fill the report. */
const wimSetLimit = 64;

/** Parts of one set that are examined: install.wim has gigabytes, and a part usually some hundred MiB. */
const partLimit = 100;

const partEnding = ".swm";

/**
 * What a file has in common with the other parts of its set: the path without the number in front of `.swm`; the path of
 * any other file. A pattern would try every place that the number could begin at.
 */
function setKey(path: string): string {
  let end = path.length - partEnding.length;
  const ending = path.slice(end);
  if (ending.toLowerCase() !== partEnding) return path;
  while (end > 0 && isDigit(path.charCodeAt(end - 1))) end -= 1;
  return `${path.slice(0, end)}${ending}`.toLowerCase();
}

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

/** Every WIM of the tree by its extension, in the order in which they lie in the image. */
export function wimSets(tree: FileTree): WimSet[] {
  const sets = new Map<string, { path: string; file: FileNode }[]>();
  const more = new Map<string, number>();
  for (const { path, node } of walk(tree)) {
    if (node.kind !== "file" || !/\.(?:wim|swm|esd)$/i.test(path)) continue;
    const key = setKey(path);
    const known = sets.get(key);
    if (known !== undefined) {
      if (known.length < partLimit) known.push({ path, file: node });
      else more.set(key, (more.get(key) ?? 0) + 1);
    } else if (sets.size < wimSetLimit) sets.set(key, [{ path, file: node }]);
  }
  return [...sets]
    .map(([key, found]) => {
      const parts = found.toSorted((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
      return { name: parts[0]!.path, parts, more: more.get(key) ?? 0, start: startOf(parts) };
    })
    .toSorted((a, b) => a.start - b.start);
}

function startOf(parts: WimSet["parts"]): number {
  let start = Infinity;
  for (const { source } of parts.flatMap(({ file }) => file.content)) {
    if (source.kind === "range") start = Math.min(start, source.offset);
  }
  return start;
}

export type WimOutcome = {
  readonly set: WimSet;
  readonly checks: readonly Check[];
  readonly failures: readonly WimFailure[];
  readonly failureCount: number;
  /** Blobs and bytes that were compared with their SHA-1; null where that was not requested or is not possible. */
  readonly compared: { readonly blobs: number; readonly bytes: number } | null;
  /** Why it cannot be verified in depth, such as an ESD; null where it can. */
  readonly unsupported: string | null;
};

/** Decodes every blob of a WIM and compares its SHA-1. */
export type VerifyWimSet = (set: WimSet) => Promise<WimReport>;

/** Examines the WIMs in their order; where `verify` is null, only their tables. */
export async function examineWims(sets: readonly WimSet[], verify: VerifyWimSet | null): Promise<WimOutcome[]> {
  const outcomes: WimOutcome[] = [];
  for (const set of sets) {
    if (set.more > 0) outcomes.push(tooManyParts(set));
    else outcomes.push(verify === null ? await checkTables(set) : contentOutcome(set, await verify(set)));
  }
  return outcomes;
}

/** A set with too many parts: checking only the first of them would say nothing about the set. */
function tooManyParts(set: WimSet): WimOutcome {
  const files = set.parts.length + set.more;
  const message = `${set.name}: it is a set of ${count(files, "file")}, and at most ${partLimit} are looked at: a limit of win7usb, not damage`;
  const check = { id: "wim", file: set.name, kind: "soundness", status: "warn", code: "wim-unsupported" } as const;
  return { set, checks: [{ ...check, message }], ...nothingCompared, unsupported: message };
}

const nothingCompared = { failures: [], failureCount: 0, compared: null };

/** Checks what is read to open a WIM: header, XML data and tables, but no content. */
async function checkTables(set: WimSet): Promise<WimOutcome> {
  const base = { id: "wim", file: set.name, kind: "soundness" } as const;
  const words: string[] = [];
  for (const { path, file } of set.parts) {
    const opened = await outcomeOf(readTables(path, file));
    if (opened.value !== null) {
      words.push(opened.value);
      continue;
    }
    const { code, message } = opened.problem;
    const isUnsupported = code === "wim-unsupported";
    const check: Check = { ...base, status: isUnsupported ? "warn" : "fail", code, message };
    return { set, checks: [check], ...nothingCompared, unsupported: isUnsupported ? message : null };
  }
  const message = `${words.join("; ")}: header, XML data and tables agree`;
  return { set, checks: [{ ...base, status: "pass", message }], ...nothingCompared, unsupported: null };
}

async function readTables(path: string, file: FileNode): Promise<string> {
  const wim = await openWim(contentSource(file), path);
  const { entries } = await wim.lookupTable();
  const integrity = await wim.integrityTable();
  const compression = wim.header.compression === "none" ? "stored" : wim.header.compression.toUpperCase();
  const table = integrity === null ? "no integrity table" : "an integrity table";
  return `${path} (${count(wim.images.length, "image")}, ${count(entries.length, "resource")}, ${compression}, ${table})`;
}

/** Checks of every blob, the metadata and the integrity table, from the report of `verifyWim`. */
function contentOutcome(set: WimSet, report: WimReport): WimOutcome {
  const beyond = report.checks.find(({ code }) => code === "wim-unsupported");
  const unsupported = beyond?.message ?? null;
  // What could not be opened was reported as a failure; a limit in one image says nothing of what else was found.
  const isOpened = beyond?.status !== "fail";
  return {
    set,
    checks: report.checks.map((check) => checkOf(check, set.name)),
    failures: isOpened ? report.failures : [],
    failureCount: isOpened ? report.failureCount : 0,
    compared: unsupported === null ? comparedBy(report) : null,
    unsupported,
  };
}

function comparedBy({ blobCount, contentBytes }: WimReport): { blobs: number; bytes: number } {
  return { blobs: blobCount, bytes: contentBytes };
}

/** A WIM that this version cannot read is not damaged. */
function checkOf({ id, status, message, code }: WimCheck, file: string): Check {
  const shown = code === "wim-unsupported" ? "warn" : status;
  return { id, kind: "soundness", status: shown, message, file, ...(code === undefined ? {} : { code }) };
}
