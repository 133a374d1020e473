/**
 * Where everything lies: resources may not overlap, and bytes that belong to nothing are read and told, because no hash
 * covers them. That is what finds a damaged size or offset in the lookup table whose content still decodes. A pipable WIM
 * has a header of 40 bytes in front of every resource, and a copy of the XML data behind its first header.
 */
import { biguint64le, bytes, uint32le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { MiB } from "../../bytes/units.js";
import type { ByteSource } from "../../source/byte-source.js";
import { wimHeaderRecord } from "../header.js";
import type { LookupTableEntry, ResourceHeader } from "../index.js";
import { resourceFlags } from "../resource.js";
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
export const pipableBlobMagic = 0x2b9b_9ba2_443d_b9d8n;

/** Bytes between resources that are read to see whether they are zero; more than that is told without being read. */
const gapReadLimit = 64 * MiB;
const usualIntegrityChunk = 10 * MiB;
/** XML data as it was when a pipable WIM was begun. */
const earlyXmlLimit = 2 * MiB;

type Region = {
  offset: number;
  readonly end: number;
  readonly what: string;
  readonly flags: number;
  readonly originalSize: number;
  readonly entry: LookupTableEntry | null;
};

/** Checks one part; `report` gets `wim-layout`. */
export async function checkLayout(open: OpenPart, report: ReportBuilder, createSha1: CreateSha1): Promise<void> {
  const { part, wim } = open;
  const fail = (text: string): void => {
    report.fail({ check: "wim-layout", wim: part.name, message: `${part.name}: ${text}`, places: [] }, "wim-damaged");
  };
  noteIntegrityChunk(open, report);
  const regions = listRegions(open, fail);
  if (wim.header.pipable) await checkPipable(open, regions, createSha1, fail);
  regions.sort(compareRegions);
  let end = 0;
  let gaps = 0;
  let filled = 0;
  for (const region of [...regions, { offset: part.source.size, end: part.source.size, what: "end of the WIM" }]) {
    if (region.offset < end) {
      fail(`the ${region.what} at ${region.offset} overlaps what ends at ${end}`);
    } else if (region.offset > end) {
      gaps += region.offset - end;
      if (gaps > gapReadLimit || !(await isZero(part.source, end, region.offset))) filled += region.offset - end;
    }
    end = Math.max(end, region.end);
  }
  const leftOver = `${part.name}: ${filled} bytes belong to nothing, and not all are zero, as an edit leaves them`;
  if (filled > 0) report.note("wim-layout", "warn", leftOver);
  else if (gaps > 0) report.note("wim-layout", "warn", `${part.name}: ${gaps} zero bytes belong to nothing`);
}

/**
 * Whether the resources together take no more bytes than the WIM has, twice that allowed for one wrong size. Where
 * thousands of entries name the same few compressed bytes, reading all of them would not end; `report` gets `wim-layout`.
 */
export function isReadOnce({ part, wim, lookupTable }: OpenPart, report: ReportBuilder): boolean {
  let taken = 0;
  for (const { resource, partNumber } of lookupTable.entries) {
    if (partNumber === wim.header.partNumber) taken += resource.size;
  }
  if (taken <= 2 * part.source.size) return true;
  const message = `${part.name}: its resources take ${taken} bytes, but it has ${part.source.size}`;
  report.fail({ check: "wim-layout", wim: part.name, message, places: [] }, "wim-damaged");
  return false;
}

/** Hashes tell a wrong chunk size only where there are several chunks; 10 MiB is what every tool writes. */
function noteIntegrityChunk({ part, integrityTable }: OpenPart, report: ReportBuilder): void {
  if (integrityTable?.hashes.length !== 1 || integrityTable.chunkSize === usualIntegrityChunk) return;
  const seen = `chunks of ${integrityTable.chunkSize} bytes`;
  const message = `${part.name}: the integrity table has ${seen}, expected ${usualIntegrityChunk}`;
  report.note("wim-integrity-table", "warn", message);
}

function listRegions({ wim, lookupTable }: OpenPart, fail: (text: string) => void): Region[] {
  const { header } = wim;
  const ofHeader = { flags: 0, originalSize: 0, entry: null };
  const resources: Region[] = [];
  const regions: Region[] = [{ ...ofHeader, offset: 0, end: wimHeaderRecord.size, what: "header" }];
  if (header.pipable) {
    const { size } = wim.source;
    regions.push({ ...ofHeader, offset: size - wimHeaderRecord.size, end: size, what: "second header" });
  }
  const known = Object.values(resourceFlags).reduce((all, flag) => all | flag, 0) & ~resourceFlags.spanned;
  for (const entry of lookupTable.entries) {
    const { resource, partNumber } = entry;
    if ((resource.flags & ~known) !== 0) fail(`the resource at ${resource.offset} has the flags ${resource.flags}`);
    if (partNumber === header.partNumber && resource.size > 0) resources.push(regionOf("resource", resource, entry));
  }
  resources.sort(compareRegions);
  for (const [index, region] of resources.entries()) {
    // Two entries may name one resource; it is one region.
    if (index === 0 || compareRegions(resources[index - 1]!, region) !== 0) regions.push(region);
  }
  const tables = [
    ["lookup table", header.lookupTable],
    ["XML data", header.xmlData],
    ["integrity table", header.integrityTable],
  ] as const;
  for (const [what, resource] of tables) if (resource.size > 0) regions.push(regionOf(what, resource, null));
  return regions;
}

function regionOf(what: string, resource: ResourceHeader, entry: LookupTableEntry | null): Region {
  const { offset, size, flags, originalSize } = resource;
  return { offset, end: offset + size, what, flags, originalSize, entry };
}

function compareRegions(a: Region, b: Region): number {
  return a.offset - b.offset || a.end - b.end;
}

/** Moves every region back to its blob header, which must say the same as the lookup table. */
async function checkPipable(
  { part, wim }: OpenPart,
  regions: Region[],
  createSha1: CreateSha1,
  fail: (text: string) => void,
): Promise<void> {
  const { size } = pipableBlobRecord;
  for (const region of regions) {
    if (region.what.endsWith("header") || region.what === "integrity table") continue;
    if (region.offset < size) continue;
    const inline = pipableBlobRecord.decode(await part.source.read(region.offset - size, size));
    region.offset -= size;
    const expectedHash =
      region.entry?.hash ?? (await hashOf(part.source, region.offset + size, region.end, createSha1));
    const isHash = compareHashes(inline.hash, 0, expectedHash, 0) === 0;
    const isSame = inline.originalSize === BigInt(region.originalSize) && inline.flags === region.flags;
    if (inline.magic !== pipableBlobMagic || !isHash || !isSame) {
      fail(`the header in front of the ${region.what} at ${region.offset} contradicts the lookup table`);
    }
  }
  const offset = wimHeaderRecord.size;
  const early = pipableBlobRecord.decode(await part.source.read(offset, size));
  const originalSize = Number(early.originalSize);
  const end = offset + size + originalSize;
  if (early.magic !== pipableBlobMagic || originalSize > earlyXmlLimit || end > part.source.size) {
    fail("the copy of the XML data behind the header is not there");
    return;
  }
  regions.push({ offset, end, what: "first XML data", flags: early.flags, originalSize, entry: null });
  const hash = await hashOf(part.source, offset + size, end, createSha1);
  if (compareHashes(early.hash, 0, hash, 0) !== 0 || early.flags !== wim.header.xmlData.flags) {
    fail("the copy of the XML data behind the header is damaged");
  }
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
