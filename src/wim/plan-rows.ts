/** Which resources a planned WIM has: those of the old one that are still referred to, and what edits bring. */
import { exactSize } from "../bytes/amounts.js";
import { toHex } from "../bytes/hex.js";
import { fromBytes } from "../extents/layout.js";
import type { ImagesPlan } from "./image-plan.js";
import { countReferences } from "./image-plan.js";
import type { Wim } from "./index.js";
import type { PlannedRun } from "./layout.js";
import type { LookupTableEntry } from "./lookup-table.js";
import { lookupTableEntryRecord, lookupTableLimit, metadataPlaces } from "./lookup-table.js";
import type { StoredContent } from "./new-contents.js";
import { resourceFlags, wimLimit } from "./resource.js";
import type { CreateSha1 } from "./sha1.js";
import { plannedRun } from "./split.js";
import { listRuns, type ListedEntry } from "./split-allotment.js";

type PlannedResources = {
  /** In the order in which they are to lie: the old ones as they lay, new contents, new metadata. */
  readonly runs: readonly PlannedRun[];
  readonly addedContents: number;
  readonly droppedContents: number;
};

/**
 * The resources of a WIM of which the images `staying` stay, changed by `plan`. A reference count is the old one and what
 * the changes add to it; a content whose count would fall to 0 is counted in all trees, because tools write wrong counts,
 * and left out where none refers to it. Throws `wim-damaged` and `wim-unsupported`.
 */
export async function planResources(
  wim: Wim,
  staying: readonly number[],
  plan: ImagesPlan,
  createSha1: CreateSha1,
): Promise<PlannedResources> {
  const { entries } = await wim.lookupTable();
  const listed = [...entries].map((entry, index) => ({ index, entry }));
  const imageAt = new Map(metadataPlaces(entries).map((place, image) => [place, image + 1]));
  const contents = listed.filter(({ index }) => !imageAt.has(index));
  const kept = await keptContents(wim, staying, plan, contents);
  const stored = [...kept.rows];
  const metadata: PlannedRun[] = [];
  for (const [index, image] of imageAt) {
    const changed = plan.metadata.get(image);
    if (!staying.includes(image)) continue;
    if (changed === undefined) stored.push(listed[index]!);
    else metadata.push(metadataRun(index, changed, createSha1));
  }
  const added = [...plan.contents].filter(([hash]) => !kept.known.has(hash) && (plan.references.get(hash) ?? 0) > 0);
  const addedRuns = added.map(([hash, content], index) =>
    contentRun(listed.length + index, content, plan.references.get(hash)!),
  );
  const oldRuns = listRuns(stored, wim).map((run) => plannedRun(wim, run));
  checkTableSize(stored.length + metadata.length + added.length, wim);
  const droppedContents = contents.length - kept.rows.length;
  return { runs: [...oldRuns, ...addedRuns, ...metadata], addedContents: added.length, droppedContents };
}

/** The rows that are still referred to, with their new counts; `known` are the hashes of all rows where any changes. */
async function keptContents(wim: Wim, staying: readonly number[], plan: ImagesPlan, rows: readonly ListedEntry[]) {
  const { references } = plan;
  const known = new Set<string>();
  if (references.size === 0) return { rows, known };
  const counts = new Map<string, number>();
  const doubtful = new Set<string>();
  for (const { entry } of rows) {
    const hash = toHex(entry.hash);
    known.add(hash);
    const change = references.get(hash) ?? 0;
    if (change === 0) continue;
    const count = entry.referenceCount + change;
    if (count > 0) counts.set(hash, count);
    else doubtful.add(hash);
  }
  const counted =
    doubtful.size === 0 ? new Map<string, number>() : await countReferences(wim, staying, plan.metadata, doubtful);
  for (const hash of doubtful) counts.set(hash, counted.get(hash) ?? 0);
  const keptRows = rows.flatMap(({ index, entry }): ListedEntry[] => {
    const referenceCount = counts.get(toHex(entry.hash)) ?? entry.referenceCount;
    const isDropped = referenceCount === 0 && entry.referenceCount !== 0;
    return isDropped ? [] : [{ index, entry: { ...entry, referenceCount } }];
  });
  return { rows: keptRows, known };
}

function checkTableSize(count: number, wim: Wim): void {
  const size = count * lookupTableEntryRecord.size;
  if (size <= lookupTableLimit) return;
  throw wimLimit(wim, `its lookup table takes ${exactSize(size)}, expected at most ${exactSize(lookupTableLimit)}`);
}

function metadataRun(index: number, bytes: Uint8Array, createSha1: CreateSha1): PlannedRun {
  const sha1 = createSha1();
  sha1.update(bytes);
  const entry = storedEntry(bytes.length, resourceFlags.metadata, Uint8Array.from(sha1.digest()), 1);
  return { size: bytes.length, content: [fromBytes(bytes)], entries: [{ index, entry }] };
}

function contentRun(index: number, { hash, size, content }: StoredContent, references: number): PlannedRun {
  return { size, content, entries: [{ index, entry: storedEntry(size, 0, hash, references) }] };
}

/** An entry of a resource that is stored as it is; it has no place yet. */
function storedEntry(size: number, flags: number, hash: Uint8Array, referenceCount: number): LookupTableEntry {
  return { resource: { size, flags, offset: 0, originalSize: size }, partNumber: 1, referenceCount, hash };
}
