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
  /** WIMs of which this is the first and of which none is looked at, because there are too many; 0 for one that is. */
  readonly leftOut: number;
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

/**
 * Every WIM of the tree by its extension, in the order in which they lie in the image, and behind them one that stands for
 * those beyond the limit. `isWanted`: by the path of a file.
 */
export function wimSets(tree: FileTree, isWanted: (path: string) => boolean = () => true): WimSet[] {
  const sets = new Map<string, { path: string; file: FileNode }[]>();
  const more = new Map<string, number>();
  const leftOut = new Map<string, { path: string; file: FileNode }>();
  for (const { path, node } of walk(tree)) {
    if (node.kind !== "file" || !/\.(?:wim|swm|esd)$/i.test(path) || !isWanted(path)) continue;
    const key = setKey(path);
    const known = sets.get(key);
    if (known !== undefined) {
      if (known.length < partLimit) known.push({ path, file: node });
      else more.set(key, (more.get(key) ?? 0) + 1);
    } else if (sets.size < wimSetLimit) sets.set(key, [{ path, file: node }]);
    else if (!leftOut.has(key)) leftOut.set(key, { path, file: node });
  }
  const found = [...sets].map(([key, files]) => setOf(files, more.get(key) ?? 0, 0));
  const [first] = leftOut.values();
  const others = first === undefined ? [] : [setOf([first], 0, leftOut.size)];
  return [...found.toSorted((a, b) => a.start - b.start), ...others];
}

function setOf(files: WimSet["parts"], more: number, leftOut: number): WimSet {
  const parts = files.toSorted((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  return { name: parts[0]!.path, parts, more, leftOut, start: startOf(parts) };
}

/** Whether its parts are looked at: no limit stands against it. */
export const isLookedAt = ({ more, leftOut }: WimSet): boolean => more === 0 && leftOut === 0;

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
    if (!isLookedAt(set)) outcomes.push(set.leftOut > 0 ? tooManySets(set) : tooManyParts(set));
    else outcomes.push(verify === null ? await checkTables(set) : contentOutcome(set, await verify(set)));
  }
  return outcomes;
}

/** WIMs behind the last that is looked at. */
function tooManySets(set: WimSet): WimOutcome {
  const message = `${count(set.leftOut, "further WIM")}, the first of them ${set.name}, ${set.leftOut === 1 ? "is" : "are"} not looked at: at most ${wimSetLimit} of a disc are, a limit of win7usb, not damage`;
  return beyondLimit(set, message);
}

/** A set with too many parts: checking only the first of them would say nothing about the set. */
function tooManyParts(set: WimSet): WimOutcome {
  const files = set.parts.length + set.more;
  const message = `${set.name}: it is a set of ${count(files, "file")}, and at most ${partLimit} are looked at: a limit of win7usb, not damage`;
  return beyondLimit(set, message);
}

function beyondLimit(set: WimSet, message: string): WimOutcome {
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
