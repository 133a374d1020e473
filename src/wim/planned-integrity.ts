/**
 * The integrity table of a planned WIM. It hashes all bytes between the header and the end of the lookup table (WIM
 * specification, "Integrity table"), so recomputing it reads them; chunks that have not moved keep their hash unread.
 */
import { concatenate, fromBytes, fromSource, piecesIn, zeros, type LayoutPart } from "../extents/layout.js";
import { layoutSource } from "../extents/layout-source.js";
import { layoutEnd, type Extent } from "../extents/extent.js";
import { MiB } from "../bytes/units.js";
import { wimHeaderRecord } from "./header.js";
import type { IntegrityTable, Wim } from "./index.js";
import { encodeIntegrityTable } from "./integrity.js";
import type { WimLayout } from "./layout.js";
import type { CreateSha1 } from "./sha1.js";

/** Bytes read at once. */
const pieceSize = MiB;

export type PlannedIntegrity = {
  readonly table: LayoutPart | null;
  /** `none`: the WIM had none. `kept`: nothing that it covers is moved. `left-out`: it had one, the plan has none. */
  readonly state: "none" | "kept" | "recomputed" | "left-out";
};

/** The table of `layout`, in chunks of the old one's size. With `leave-out` nothing is read. */
export async function planIntegrity(
  wim: Wim,
  layout: WimLayout,
  choice: "recompute" | "leave-out",
  createSha1: CreateSha1,
): Promise<PlannedIntegrity> {
  const { header, source } = wim;
  if (header.integrityTable.size === 0) return { table: null, state: "none" };
  const { tableEnd } = layout;
  const extents = concatenate([zeros(wimHeaderRecord.size), ...layout.body]);
  const oldEnd = header.lookupTable.offset + header.lookupTable.size;
  if (tableEnd === oldEnd && isInPlace(extents, wim, wimHeaderRecord.size, tableEnd)) {
    const { offset, size } = header.integrityTable;
    return { table: fromSource(source, offset, size), state: "kept" };
  }
  if (choice === "leave-out") return { table: null, state: "left-out" };
  const old = (await wim.integrityTable())!;
  const hashes = await chunkHashes(extents, wim, old, tableEnd, createSha1);
  return { table: fromBytes(encodeIntegrityTable(old.chunkSize, hashes)), state: "recomputed" };
}

/** Whether the bytes [start, end) are the WIM's own, at the place where they lie in it. */
function isInPlace(extents: readonly Extent[], { source }: Wim, start: number, end: number): boolean {
  for (const { extent } of piecesIn(extents, start, end)) {
    const from = extent.source;
    if (from.kind !== "range" || from.source !== source || from.offset !== extent.offset) return false;
  }
  return true;
}

async function chunkHashes(
  extents: readonly Extent[],
  wim: Wim,
  old: IntegrityTable,
  end: number,
  createSha1: CreateSha1,
): Promise<Uint8Array[]> {
  const layout = layoutSource(extents, layoutEnd(extents));
  const hashes: Uint8Array[] = [];
  for (let start = old.start; start < end; start += old.chunkSize) {
    const chunkEnd = Math.min(start + old.chunkSize, end);
    const known = old.hashes[hashes.length];
    const isSameChunk = chunkEnd === Math.min(start + old.chunkSize, old.end);
    if (known !== undefined && isSameChunk && isInPlace(extents, wim, start, chunkEnd)) {
      hashes.push(known);
      continue;
    }
    const sha1 = createSha1();
    for (let at = start; at < chunkEnd; at += pieceSize) {
      sha1.update(await layout.read(at, Math.min(pieceSize, chunkEnd - at)));
    }
    hashes.push(sha1.digest());
  }
  return hashes;
}
