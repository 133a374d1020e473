/** What a plan changes of a stick, found without writing a byte: which bytes of it are to be others, and what would have to move. */
import { KiB, MiB, roundDown, roundUp } from "../../bytes/units.js";
import { changedRanges } from "../../extents/changed-ranges.js";
import { runEnd, type Extent, type Span } from "../../extents/extent.js";
import { readLayout } from "../../extents/layout-source.js";
import { coalesce, coverage } from "../../extents/spans.js";
import { overlapping } from "../../extents/search.js";
import { noFile, ownersOf } from "../../manifest/hash-units.js";
import type { ByteSource, ReadBytes } from "../../source/byte-source.js";
import type { DiskPlan } from "../../volumes/plan.js";
import { sectorSize } from "../../volumes/plan.js";

export type Changes = {
  /** The sectors that differ, as they are to be; ascending. The manifest, which is known last, is not among them. */
  readonly changed: readonly Extent[];
  /** Places of the plan whose bytes lie elsewhere on the stick now. */
  readonly moved: readonly Span[];
};

/**
 * Bytes that may move without the image, all together: what NTFS keeps of small files in its table, whose records move when a file before them
 * comes or goes. They are held in memory while they are on their way.
 */
const mostHeld = 256 * KiB;

/** A plan with what moves in it in memory, and those bytes where they lie on the stick now, ascending; the plan as it is where they are too many. */
export async function holdingMoved(
  plan: DiskPlan,
  stick: ByteSource,
  read: ReadBytes,
): Promise<{ readonly plan: DiskPlan; readonly held: readonly Extent[] }> {
  const moves = ({ source, offset }: Extent): boolean =>
    source.kind === "range" && source.source === stick && source.offset !== offset;
  const total = plan.extents.filter(moves).reduce((sum, { length }) => sum + length, 0);
  if (total > mostHeld) return { plan, held: [] };
  const held: Extent[] = [];
  const extents: Extent[] = [];
  for (const extent of plan.extents) {
    const { source, length } = extent;
    if (source.kind !== "range" || !moves(extent)) {
      extents.push(extent);
      continue;
    }
    const bytes = { kind: "bytes", bytes: await read(source.offset, length) } as const;
    held.push({ offset: source.offset, length, source: bytes });
    extents.push({ ...extent, source: bytes });
  }
  return { plan: { ...plan, extents }, held: held.toSorted((one, other) => one.offset - other.offset) };
}

/** `stick`: the source in the plan that stands for the disk as it is, of which `read` reads. */
export async function changesOf(plan: DiskPlan, stick: ByteSource, read: ReadBytes): Promise<Changes> {
  const differing: Span[] = [];
  const moved: Span[] = [];
  for (const extent of plan.extents) {
    const { source, offset } = extent;
    if (source.kind === "manifest") continue;
    if (source.kind !== "range" || source.source !== stick) differing.push(...(await differencesIn(extent, read)));
    else if (source.offset !== offset) moved.push({ start: offset, end: runEnd(extent) });
  }
  const changed: Extent[] = [];
  for (const { start, end } of coalesce(differing)) {
    // All of a sector is written, and read back.
    const bytes = await read(start, end - start);
    await readLayout(plan.extents, start, bytes, { gaps: "kept" });
    changed.push({ offset: start, length: bytes.length, source: { kind: "bytes", bytes } });
  }
  return { changed, moved };
}

/** Whole sectors, ascending. */
async function differencesIn(extent: Extent, read: ReadBytes): Promise<Span[]> {
  const spans: Span[] = [];
  const end = runEnd(extent);
  for (let at = extent.offset; at < end; at = Math.min(end, roundDown(at, MiB) + MiB)) {
    const wanted = new Uint8Array(Math.min(end, roundDown(at, MiB) + MiB) - at);
    await readLayout([extent], at, wanted, { gaps: "kept" });
    for (const range of changedRanges(at, await read(at, wanted.length), wanted, sectorSize)) {
      spans.push({ start: roundDown(range.start, sectorSize), end: roundUp(range.end, sectorSize) });
    }
  }
  return spans;
}

/** A file, or a structure by its name, and the bytes of it that are meant. */
export type ChangedPlace = { readonly name: string; readonly offset: number; readonly bytes: number };

/** Which parts of the disk `spans` are of; each once, in the disk's order. */
export function placesOf(plan: DiskPlan, spans: readonly Span[]): ChangedPlace[] {
  const { extents, files, clusterSize, diskSize, structures = [] } = plan;
  const owners = ownersOf(coverage(extents, diskSize), files, clusterSize);
  const places = new Map<string, ChangedPlace>();
  for (const span of spans) {
    for (const owner of overlapping(owners, span.start, span.end)) {
      const offset = Math.max(owner.start, span.start);
      const bytes = Math.min(owner.end, span.end) - offset;
      const structure = structures.find((each) => each.offset <= offset && offset < runEnd(each));
      const name = owner.file === noFile ? (structure?.name ?? "unused clusters") : files[owner.file]!.path;
      const before = places.get(name);
      places.set(name, { name, offset: before?.offset ?? offset, bytes: (before?.bytes ?? 0) + bytes });
    }
  }
  return [...places.values()];
}
