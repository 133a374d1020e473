/**
 * The work of verifying: every blob once, in the order of the file, cut so that threads stay busy and memory stays small.
 * Blobs are gathered into batches; a large one is cut into segments, so that it keeps more than one thread busy. Chunks of
 * the integrity table come just before the blobs that lie in them, while the file's bytes are on their way into memory.
 */
import { MiB } from "../../bytes/units.js";
import { chunkLayout } from "../compression/chunks.js";
import type { ResourceHeader } from "../index.js";
import { sha1Length } from "./blob-index.js";
import type { ListedBlob, OpenPart, OpenSet } from "./parts.js";
import type { BlobsTask, MetadataTask, RangesTask } from "./tasks.js";

/** Compressed bytes in a batch: some ten milliseconds of work. */
const batchSize = 2 * MiB;
/** Blobs in a batch, where they are tiny. */
const batchCount = 512;
/** Content from which a compressed blob is cut into segments. */
const segmentedFrom = 32 * MiB;
/** Content of a segment; a multiple of every chunk size. */
export const segmentSize = 4 * MiB;

/** A large blob: its segments are decoded side by side and hashed in order. */
export type LargeBlob = {
  readonly kind: "large";
  readonly blob: ListedBlob;
  readonly chunkCount: number;
  readonly chunksPerSegment: number;
};
export type BatchStep = { readonly kind: "batch"; readonly task: BlobsTask; readonly ids: readonly number[] };
export type RangesStep = { readonly kind: "ranges"; readonly task: RangesTask };
export type MetadataStep = { readonly kind: "metadata"; readonly task: MetadataTask; readonly image: number };
export type Step = MetadataStep | RangesStep | BatchStep | LargeBlob;

/** All steps, metadata first. */
export function* planSteps(set: OpenSet): Generator<Step> {
  for (const [index, { resource, hash }] of set.parts[0]!.lookupTable.metadata.entries()) {
    const task: MetadataTask = { kind: "metadata", part: 0, resource, hash: hash.slice() };
    yield { kind: "metadata", task, image: index + 1 };
  }
  const byPart: ListedBlob[][] = set.parts.map(() => []);
  for (const blob of set.listed) byPart[blob.part]!.push(blob);
  for (const [part, blobs] of byPart.entries()) {
    blobs.sort((a, b) => a.entry.resource.offset - b.entry.resource.offset);
    yield* planPart(set.parts[part]!, part, blobs);
  }
}

/** Bytes of the WIM that `planSteps` reads, for progress. */
export function plannedBytes(set: OpenSet): number {
  let bytes = 0;
  for (const { entry } of set.listed) bytes += entry.resource.size;
  for (const { resource } of set.parts[0]!.lookupTable.metadata) bytes += resource.size;
  for (const { integrityTable } of set.parts) {
    if (integrityTable !== null) bytes += integrityTable.end - integrityTable.start;
  }
  return bytes;
}

function* planPart(open: OpenPart, part: number, blobs: readonly ListedBlob[]): Generator<Step> {
  const ranges = planRanges(open, part);
  let range = ranges.next();
  let batch: ListedBlob[] = [];
  let bytes = 0;
  for (const blob of blobs) {
    const { resource } = blob.entry;
    const isFull = batch.length >= batchCount || bytes + resource.size > batchSize;
    const large = largeBlob(blob, open);
    if (batch.length > 0 && (isFull || large !== null)) {
      yield batchStep(part, batch);
      batch = [];
      bytes = 0;
    }
    for (; range.done !== true && range.value.offset <= resource.offset; range = ranges.next()) {
      yield { kind: "ranges", task: range.value.task };
    }
    if (large !== null) {
      yield large;
      continue;
    }
    batch.push(blob);
    bytes += resource.size;
  }
  if (batch.length > 0) yield batchStep(part, batch);
  for (; range.done !== true; range = ranges.next()) yield { kind: "ranges", task: range.value.task };
}

function batchStep(part: number, batch: readonly ListedBlob[]): BatchStep {
  const hashes = new Uint8Array(batch.length * sha1Length);
  const resources: ResourceHeader[] = [];
  for (const [index, { entry }] of batch.entries()) {
    hashes.set(entry.hash, index * sha1Length);
    resources.push(entry.resource);
  }
  return { kind: "batch", task: { kind: "blobs", part, resources, hashes }, ids: batch.map(({ id }) => id) };
}

/** Null where the blob is small, stored, or cannot be what its entry says, which its batch will tell. */
function largeBlob(blob: ListedBlob, open: OpenPart): LargeBlob | null {
  const { resource } = blob.entry;
  if (resource.originalSize < segmentedFrom || resource.size === resource.originalSize) return null;
  try {
    const layout = chunkLayout(resource, open.format);
    if (layout === null) return null;
    const chunksPerSegment = segmentSize / layout.chunkSize;
    return { kind: "large", blob, chunkCount: layout.chunkCount, chunksPerSegment };
  } catch {
    // Reading it in a batch throws the same, and there it is recorded as this blob's failure.
    return null;
  }
}

function* planRanges(open: OpenPart, part: number): Generator<{ offset: number; task: RangesTask }> {
  const table = open.integrityTable;
  if (table === null) return;
  for (let first = 0; first < table.hashes.length;) {
    // Small chunks are taken together, so that a table of many does not become as many tasks.
    const ranges: { offset: number; length: number }[] = [];
    const offset = table.start + first * table.chunkSize;
    let end = offset;
    while (first + ranges.length < table.hashes.length && (ranges.length === 0 || end - offset < batchSize)) {
      const length = Math.min(table.chunkSize, table.end - end);
      ranges.push({ offset: end, length });
      end += length;
    }
    const hashes = new Uint8Array(ranges.length * sha1Length);
    for (let index = 0; index < ranges.length; index += 1) {
      hashes.set(table.hashes[first + index]!, index * sha1Length);
    }
    yield { offset, task: { kind: "ranges", part, ranges, hashes } };
    first += ranges.length;
  }
}
