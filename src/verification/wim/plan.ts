/**
 * Cuts the verification of a WIM into steps: every blob once, in the order of the file, so that threads stay busy and little
 * memory is used. Small blobs are combined into batches; a large blob is cut into segments, so that several threads can work
 * on it. Metadata and the chunks of the integrity table come in between: all steps are in ascending order of their first
 * byte, because the file may be read only once, from beginning to end (low-water.ts).
 */
import { MiB } from "../../bytes/units.js";
import { chunkLayout } from "../../wim/compression/chunks.js";
import type { LookupTableEntry, ResourceHeader } from "../../wim/index.js";
import { sha1Length } from "../../wim/sha1.js";
import type { ListedBlob } from "./blob-list.js";
import type { PartRange } from "./low-water.js";
import type { OpenPart, OpenSet } from "./parts.js";
import { batchSize, RangeFeed } from "./range-feed.js";
import type { BatchStep, LargeBlob, MetadataStep, RangesStep, Step } from "./steps.js";
import type { BlobsTask, MetadataTask } from "./tasks.js";

/** Bytes from the first to the last of a batch: it must not have to wait for what lies between its blobs. */
const batchSpan = 2 * batchSize;
/** Blobs in a batch at most. */
const batchCount = 512;
/** Bytes of content from which a blob is cut into segments. */
const segmentedFrom = 16 * MiB;

/** All steps, part by part as these lie in the image. */
export function* planSteps(set: OpenSet): Generator<Step> {
  const place = (part: number): number => set.parts[part]!.part.file?.extents[0]?.offset ?? 0;
  for (const part of [...set.parts.keys()].toSorted((a, b) => place(a) - place(b))) {
    yield* planPart(set, part);
  }
}

/** Bytes of the WIM that `planSteps` reads, for progress. */
export function bytesToVerify(set: OpenSet): number {
  let bytes = 0;
  for (let id = 0; id < set.blobs.length; id += 1) bytes += set.blobs.get(id).entry.resource.size;
  for (const { resource } of set.parts[0]!.lookupTable.metadata) bytes += resource.size;
  for (const { integrityTable } of set.parts) {
    if (integrityTable !== null) bytes += integrityTable.end - integrityTable.start;
  }
  return bytes;
}

function* planPart(set: OpenSet, part: number): Generator<Step> {
  const open = set.parts[part]!;
  const ranges = new RangeFeed(open, part);
  for (const step of planResources(open, part, placesOf(set, part), ranges)) {
    yield* ranges.upTo(step.reads.start);
    yield step;
  }
  yield* ranges.upTo(Number.POSITIVE_INFINITY);
}

type Place = { readonly entry: LookupTableEntry } & ({ readonly blob: ListedBlob } | { readonly image: number });

/** The blobs and images' metadata of a part in ascending order of their first bytes, made one by one. */
function* placesOf({ parts, blobs }: OpenSet, part: number): Generator<Place> {
  const metadata = part === 0 ? parts[0]!.lookupTable.metadata : [];
  const images = metadata.map((entry, index) => ({ entry, image: index + 1 }));
  images.sort((a, b) => a.entry.resource.offset - b.entry.resource.offset);
  let next = 0;
  for (const id of blobs.inPart(part)) {
    const blob = blobs.get(id);
    const { offset } = blob.entry.resource;
    for (; next < images.length && images[next]!.entry.resource.offset < offset; next += 1) yield images[next]!;
    yield { entry: blob.entry, blob };
  }
  yield* images.slice(next);
}

function* planResources(open: OpenPart, part: number, places: Iterable<Place>, ranges: RangeFeed): Generator<Step> {
  let batch: ListedBlob[] = [];
  let bytes = 0;
  for (const place of places) {
    const { resource } = place.entry;
    const single = "blob" in place ? largeBlob(place.blob, open, ranges) : metadataStep(place.image, place.entry);
    const span = resource.offset + resource.size - (batch[0] ?? place).entry.resource.offset;
    const isFull = batch.length >= batchCount || bytes + resource.size > batchSize || span > batchSpan;
    if (batch.length > 0 && (single !== null || isFull)) {
      yield batchStep(part, batch);
      batch = [];
      bytes = 0;
    }
    if (single !== null) yield single;
    else if ("blob" in place) {
      batch.push(place.blob);
      bytes += resource.size;
    }
  }
  if (batch.length > 0) yield batchStep(part, batch);
}

function rangeOf(part: number, { offset, size }: ResourceHeader): PartRange {
  return { part, start: offset, end: offset + size };
}

function metadataStep(image: number, { resource, hash }: LookupTableEntry): MetadataStep {
  const task: MetadataTask = { kind: "metadata", part: 0, resource, hash: hash.slice() };
  return { kind: "metadata", task, image, reads: rangeOf(0, resource) };
}

function batchStep(part: number, batch: readonly ListedBlob[]): BatchStep {
  const hashes = new Uint8Array(batch.length * sha1Length);
  const resources: ResourceHeader[] = [];
  let end = 0;
  for (const [index, { entry }] of batch.entries()) {
    hashes.set(entry.hash, index * sha1Length);
    resources.push(entry.resource);
    end = Math.max(end, entry.resource.offset + entry.resource.size);
  }
  const task: BlobsTask = { kind: "blobs", part, resources, hashes };
  const reads: PartRange = { part, start: resources[0]!.offset, end };
  return { kind: "batch", task, ids: batch.map(({ id }) => id), reads };
}

/** Null where the blob is small, or cannot be what its entry says, which its batch will tell. */
function largeBlob(blob: ListedBlob, open: OpenPart, ranges: RangeFeed): LargeBlob | null {
  const { resource } = blob.entry;
  if (resource.originalSize < segmentedFrom) return null;
  try {
    const layout = chunkLayout(resource, open.format);
    const before = (offset: number): Generator<RangesStep> => ranges.upTo(offset);
    return { kind: "large", blob, name: open.format.name, layout, reads: rangeOf(blob.part, resource), before };
  } catch {
    // Reading it in a batch throws the same error, which is recorded there as this blob's failure.
    return null;
  }
}
