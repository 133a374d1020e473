/** Which file has which clusters: none may have two, and $Bitmap must agree (NTFS documentation, "$Bitmap (6)"). */
import { attributeTypes } from "../records/attributes.js";
import { bitmapSize, bitsPerByte, setBits } from "../records/bitmap.js";
import { clusterSize, systemRecords } from "../records/volume-format.js";
import { MiB } from "../../../bytes/units.js";
import type { Span } from "../../../extents/extent.js";
import { firstEndingBehind } from "../../../extents/search.js";
import type { NtfsFault } from "./fault.js";
import { attributeOf, type NtfsFiles } from "./files.js";
import type { NtfsGeometry } from "./geometry.js";
import { readStream, type NtfsStream } from "./mft.js";
import { partsOf } from "./runs.js";
import type { ReadBytes } from "../../../source/byte-source.js";

/** Clusters of one stream that follow each other, in bytes of the disk. */
export type OwnedClusters = Span & { readonly record: number; readonly typeCode: number; readonly name: string };

/** Ascending. */
export function clusterOwners({ files }: NtfsFiles): OwnedClusters[] {
  const owners: OwnedClusters[] = [];
  for (const { record, attributes } of files.values()) {
    for (const { typeCode, name, spans } of attributes) {
      for (const { start, end, disk } of spans) {
        if (disk !== null) owners.push({ start: disk, end: disk + end - start, record, typeCode, name });
      }
    }
  }
  return owners.toSorted((a, b) => a.start - b.start);
}

/** Clusters that two streams have, told of both. */
export function sharedClusters(owners: readonly OwnedClusters[], nameOf: (record: number) => string): NtfsFault[] {
  const faults: NtfsFault[] = [];
  let furthest: OwnedClusters | undefined;
  for (const next of owners) {
    if (furthest !== undefined && next.start < furthest.end) {
      const place = { offset: next.start, length: Math.min(next.end, furthest.end) - next.start, path: null };
      for (const [one, other] of [
        [next, furthest],
        [furthest, next],
      ] as const) {
        const reason = `it shares clusters with ${nameOf(other.record)}`;
        faults.push({ record: one.record, ...place, structure: `the place of ${nameOf(one.record)}`, reason });
      }
    }
    if (furthest === undefined || next.end > furthest.end) furthest = next;
  }
  return faults;
}

export type ClusterPiece = Span & { readonly owner: OwnedClusters | undefined };

/** `span` of the disk by who has its clusters; `owners` are ascending. */
export function* piecesByOwner(owners: readonly OwnedClusters[], span: Span): Generator<ClusterPiece> {
  let at = span.start;
  for (
    let index = firstEndingBehind(owners, at);
    index < owners.length && owners[index]!.start < span.end;
    index += 1
  ) {
    const owner = owners[index]!;
    if (owner.start > at) yield { start: at, end: owner.start, owner: undefined };
    const end = Math.min(owner.end, span.end);
    if (end > at) yield { start: Math.max(at, owner.start), end, owner };
    at = Math.max(at, end);
  }
  if (at < span.end) yield { start: at, end: span.end, owner: undefined };
}

type BitmapCheck = {
  readonly read: ReadBytes;
  readonly geometry: NtfsGeometry;
  readonly source: NtfsFiles;
  readonly owners: readonly OwnedClusters[];
};

/** Where $Bitmap does not say what the files say. */
export async function checkClusterBitmap({ read, geometry, source, owners }: BitmapCheck): Promise<NtfsFault[]> {
  const common = { record: null, path: null, structure: "$Bitmap" };
  const file = source.files.get(systemRecords.bitmap);
  const stream = file === undefined ? undefined : attributeOf(file, attributeTypes.data);
  const size = bitmapSize(geometry.clusterCount);
  if (stream === undefined || stream.value !== null || stream.size < size) {
    return [{ ...common, offset: geometry.start, length: clusterSize, reason: "it cannot be followed" }];
  }
  const faults: NtfsFault[] = [];
  for (let from = 0; from < size; from += MiB) {
    const length = Math.min(MiB, size - from);
    const actual = await readStream(read, stream, from, length);
    const expected = expectedBits(geometry, owners, from, length);
    if (Buffer.compare(actual, expected) === 0) continue;
    // What a broken file has is not known.
    const reason = reasonOf(actual, expected, source.broken.size > 0);
    if (reason !== null) faults.push({ ...common, ...placeOf(stream, from, actual, expected), reason });
  }
  return faults;
}

function expectedBits(geometry: NtfsGeometry, owners: readonly OwnedClusters[], from: number, length: number) {
  const bits = new Uint8Array(length);
  const { start, clusterCount } = geometry;
  const first = from * bitsPerByte;
  const last = (from + length) * bitsPerByte;
  for (let index = firstEndingBehind(owners, start + first * clusterSize); index < owners.length; index += 1) {
    const begin = (owners[index]!.start - start) / clusterSize;
    if (begin >= last) break;
    setBits(bits, Math.max(begin, first) - first, Math.min((owners[index]!.end - start) / clusterSize, last) - first);
  }
  if (clusterCount < last) setBits(bits, Math.max(clusterCount, first) - first, last - first);
  return bits;
}

function reasonOf(actual: Uint8Array, expected: Uint8Array, incomplete: boolean): string | null {
  if (expected.some((bits, at) => (bits & ~actual[at]!) !== 0)) {
    return "clusters that files have are marked as free: what is written next may overwrite them";
  }
  return incomplete ? null : "clusters are marked as in use that no file has";
}

function placeOf(stream: NtfsStream, from: number, actual: Uint8Array, expected: Uint8Array) {
  const differs = (byte: number, at: number): boolean => byte !== expected[at];
  const first = actual.findIndex(differs);
  const last = actual.findLastIndex(differs);
  const [part] = partsOf(stream.spans, from + first, from + last + 1);
  return { offset: part?.disk ?? 0, length: last + 1 - first };
}
