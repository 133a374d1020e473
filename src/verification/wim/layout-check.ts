/**
 * Checks the layout of a WIM: resources may not overlap, and bytes that belong to no resource are read and reported, because
 * no hash covers them. This finds a damaged size or offset in the lookup table whose content still decodes. A pipable WIM
 * has a header of 40 bytes in front of every resource, and a copy of the XML data behind its first header.
 */
import { exactSize } from "../../bytes/amounts.js";
import { biguint64le, bytes, uint32le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { MiB } from "../../bytes/units.js";
import type { ByteSource } from "../../source/byte-source.js";
import { wimHeaderRecord } from "../../wim/header.js";
import { integrityChunkSize } from "../../wim/integrity.js";
import type { ResourceHeader } from "../../wim/index.js";
import { resourceFlags } from "../../wim/resource.js";
import { compareHashes } from "./blob-index.js";
import type { OpenPart } from "./parts.js";
import type { CreateSha1 } from "./ports.js";
import type { ReportBuilder } from "./report.js";

/** wimlib's header in front of a pipable WIM's resources (`pwm_blob_hdr`). */
export const pipableBlobRecord = record("pwm_blob_hdr", 40, {
  magic: biguint64le(0),
  originalSize: biguint64le(8),
  hash: bytes(16, 20),
  flags: uint32le(36),
});
const pipableBlobMagic = 0x2b9b_9ba2_443d_b9d8n;

/** Bytes between resources that are read to see whether they are zero; a longer gap is reported without being read. */
const gapReadLimit = 64 * MiB;
/** Regions of a pipable WIM that have a blob header in front. */
const withBlobHeader: ReadonlySet<string> = new Set(["resource", "lookup table", "XML data"]);
/** The copy of the XML data that is written first in a pipable WIM. */
const earlyXmlLimit = 2 * MiB;

type Region = {
  readonly offset: number;
  readonly end: number;
  readonly what: string;
  readonly flags: number;
  readonly originalSize: number;
  /** Of a resource of the lookup table. */
  readonly hash: Uint8Array | null;
};
type Fail = (text: string) => void;

/** Checks one part; `report` gets `wim-layout`. */
export async function checkLayout(open: OpenPart, report: ReportBuilder, createSha1: CreateSha1): Promise<void> {
  const { part, wim } = open;
  const fail: Fail = (text) => {
    report.fail({ check: "wim-layout", wim: part.name, message: `${part.name}: ${text}`, places: [] }, "wim-damaged");
  };
  noteIntegrityChunk(open, report);
  const fixed = fixedRegions(wim);
  if (wim.header.pipable) fixed.push(...(await firstXmlRegion(open, createSha1, fail)));
  let end = 0;
  let gaps = 0;
  let filled = 0;
  for (const region of inOrder(fixed.toSorted(compareRegions), resourceRegions(open, fail))) {
    const start = wim.header.pipable ? await pipableStart(region, open, createSha1, fail) : region.offset;
    if (start < end) {
      fail(`the ${region.what} at ${start} overlaps what ends at ${end}`);
    } else if (start > end) {
      gaps += start - end;
      if (gaps > gapReadLimit || !(await isZero(part.source, end, start))) filled += start - end;
    }
    end = Math.max(end, region.end);
  }
  const leftOver = `${part.name}: ${exactSize(filled)} belong to nothing, and not all of it is zeros, as an edit leaves them`;
  if (filled > 0) report.note("wim-layout", "warn", leftOver);
  else if (gaps > 0) report.note("wim-layout", "warn", `${part.name}: ${exactSize(gaps)} of zeros belong to nothing`);
}

/**
 * Whether the resources together take no more than twice the bytes of the WIM, which allows for a wrong size. Where
 * thousands of entries name the same few compressed bytes, reading all of them would take for ever; `report` gets
 * `wim-layout`.
 */
export function isReadOnce({ part, wim, lookupTable: { entries } }: OpenPart, report: ReportBuilder): boolean {
  let taken = 0;
  for (let place = 0; place < entries.length; place += 1) {
    if (entries.partNumbers[place] === wim.header.partNumber) taken += entries.sizes[place]!;
  }
  if (taken <= 2 * part.source.size) return true;
  const message = `${part.name}: its resources take ${exactSize(taken)}, but it has ${exactSize(part.source.size)}`;
  report.fail({ check: "wim-layout", wim: part.name, message, places: [] }, "wim-damaged");
  return false;
}

/** WIM specification, "Integrity table". Hashes tell a wrong chunk size only where there are several chunks; 10 MiB is what every tool writes. */
function noteIntegrityChunk({ part, integrityTable }: OpenPart, report: ReportBuilder): void {
  if (integrityTable?.hashes.length !== 1 || integrityTable.chunkSize === integrityChunkSize) return;
  const seen = `chunks of ${integrityTable.chunkSize} bytes`;
  const message = `${part.name}: the integrity table has ${seen}, expected ${integrityChunkSize}`;
  report.note("wim-integrity-table", "warn", message);
}

/** The regions that the header (`WIMHEADER_V1_PACKED`) names, and the end of the file. */
function fixedRegions({ header, source }: OpenPart["wim"]): Region[] {
  const plain = { flags: 0, originalSize: 0, hash: null };
  const regions: Region[] = [{ ...plain, offset: 0, end: wimHeaderRecord.size, what: "header" }];
  if (header.pipable) {
    const offset = source.size - wimHeaderRecord.size;
    regions.push({ ...plain, offset, end: source.size, what: "second header" });
  }
  const tables = [
    ["lookup table", header.lookupTable],
    ["XML data", header.xmlData],
    ["integrity table", header.integrityTable],
  ] as const;
  for (const [what, resource] of tables) if (resource.size > 0) regions.push(regionOf(what, resource, null));
  return [...regions, { ...plain, offset: source.size, end: source.size, what: "end of the WIM" }];
}

/** The resources of the lookup table in the order of the file, made one by one. */
function* resourceRegions({ wim, lookupTable: { entries } }: OpenPart, fail: Fail): Generator<Region> {
  const known = Object.values(resourceFlags).reduce((all, flag) => all | flag, 0) & ~resourceFlags.spanned;
  const { flags, offsets, sizes, partNumbers } = entries;
  const inPart: number[] = [];
  for (let place = 0; place < entries.length; place += 1) {
    if ((flags[place]! & ~known) !== 0) fail(`the resource at ${offsets[place]} has the flags ${flags[place]}`);
    if (partNumbers[place] === wim.header.partNumber && sizes[place]! > 0) inPart.push(place);
  }
  const compare = (a: number, b: number): number => offsets[a]! - offsets[b]! || sizes[a]! - sizes[b]!;
  const order = Uint32Array.from(inPart).toSorted((a, b) => compare(a, b) || a - b);
  for (const [index, place] of order.entries()) {
    // Two entries may name one resource; it is one region.
    if (index > 0 && compare(order[index - 1]!, place) === 0) continue;
    const { resource, hash } = entries.get(place);
    yield regionOf("resource", resource, hash);
  }
}

function regionOf(what: string, resource: ResourceHeader, hash: Uint8Array | null): Region {
  const { offset, size, flags, originalSize } = resource;
  return { offset, end: offset + size, what, flags, originalSize, hash };
}

function compareRegions(a: Region, b: Region): number {
  return a.offset - b.offset || a.end - b.end;
}

/** Two lists in ascending order as one. */
function* inOrder(fixed: readonly Region[], resources: Iterable<Region>): Generator<Region> {
  let next = 0;
  for (const resource of resources) {
    for (; next < fixed.length && compareRegions(fixed[next]!, resource) <= 0; next += 1) yield fixed[next]!;
    yield resource;
  }
  yield* fixed.slice(next);
}

/** Where a region of a pipable WIM begins with its blob header, which must say the same as the lookup table. */
async function pipableStart(region: Region, { part }: OpenPart, createSha1: CreateSha1, fail: Fail): Promise<number> {
  const { offset, end, what, originalSize, flags } = region;
  const { size } = pipableBlobRecord;
  if (!withBlobHeader.has(what) || offset < size) return offset;
  const inline = pipableBlobRecord.decode(await part.source.read(offset - size, size));
  const expectedHash = region.hash ?? (await hashOf(part.source, offset, end, createSha1));
  const isHash = compareHashes(inline.hash, 0, expectedHash, 0) === 0;
  const isSame = inline.originalSize === BigInt(originalSize) && inline.flags === flags;
  if (inline.magic !== pipableBlobMagic || !isHash || !isSame) {
    fail(`the header in front of the ${what} at ${offset - size} contradicts the lookup table`);
  }
  return offset - size;
}

/** The copy of the XML data behind a pipable WIM's first header, with its blob header (wimlib's write_pipable_wim, write.c). */
async function firstXmlRegion({ part, wim }: OpenPart, createSha1: CreateSha1, fail: Fail): Promise<Region[]> {
  const { size } = pipableBlobRecord;
  const offset = wimHeaderRecord.size;
  const early = pipableBlobRecord.decode(await part.source.read(offset, size));
  const originalSize = Number(early.originalSize);
  const end = offset + size + originalSize;
  if (early.magic !== pipableBlobMagic || originalSize > earlyXmlLimit || end > part.source.size) {
    fail("the copy of the XML data behind the header is not there");
    return [];
  }
  const hash = await hashOf(part.source, offset + size, end, createSha1);
  if (compareHashes(early.hash, 0, hash, 0) !== 0 || early.flags !== wim.header.xmlData.flags) {
    fail("the copy of the XML data behind the header is damaged");
  }
  return [{ offset, end, what: "first XML data", flags: early.flags, originalSize, hash: null }];
}

async function hashOf(source: ByteSource, offset: number, end: number, createSha1: CreateSha1): Promise<Uint8Array> {
  const sha1 = createSha1();
  for (let at = offset; at < end; at += MiB) sha1.update(await source.read(at, Math.min(MiB, end - at)));
  return sha1.digest();
}

async function isZero(source: ByteSource, offset: number, end: number): Promise<boolean> {
  for (let at = offset; at < end; at += MiB) {
    const piece = await source.read(at, Math.min(MiB, end - at));
    if (piece.some((byte) => byte !== 0)) return false;
  }
  return true;
}
