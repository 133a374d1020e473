/**
 * A large blob cut into segments. The chunk table of a compressed blob, which comes first, says where they lie. It is read in
 * blocks: below a GiB of content one block is all of it, and a hostile table of many blocks cannot fill the memory.
 */
import { MiB } from "../../bytes/units.js";
import type { ChunkLayout } from "../../wim/compression/chunks.js";
import { chunkOffsets, tableRange } from "../../wim/compression/chunks.js";
import type { PartRange } from "./low-water.js";
import type { LargeBlob } from "./steps.js";
import type { ChunkTableResult, ChunkTableTask, SegmentTask, StoredSegmentTask } from "./tasks.js";
import { isAboutTheWim } from "./wim-fault.js";

/** Content of a segment; a multiple of every chunk size. */
export const segmentSize = 2 * MiB;
/** Bytes of a chunk table that are held at a time. */
const tableBlockSize = MiB;

type Segment =
  | {
      readonly problem: null;
      readonly reads: PartRange;
      readonly task: (buffer: ArrayBuffer) => SegmentTask | StoredSegmentTask;
    }
  /** Why the rest of it cannot be read. */
  | { readonly problem: string };

/** Runs a task that reads a chunk table; `reads` is null where it does not lie in the order of the file. */
type ReadChunkTable = (task: ChunkTableTask, reads: PartRange | null) => Promise<ChunkTableResult>;

/** Yields the segments in order; after a problem nothing follows. */
export async function* segmentsOf(step: LargeBlob, readTable: ReadChunkTable): AsyncGenerator<Segment> {
  if (step.layout === null) yield* storedSegments(step);
  else yield* compressedSegments(step, step.layout, readTable);
}

function* storedSegments({ blob: { part, entry } }: LargeBlob): Generator<Segment> {
  const { offset: start, size } = entry.resource;
  for (let done = 0; done < size; done += segmentSize) {
    const offset = start + done;
    const length = Math.min(segmentSize, size - done);
    const reads: PartRange = { part, start: offset, end: offset + length };
    yield { problem: null, reads, task: (buffer) => ({ kind: "stored-segment", part, offset, length, buffer }) };
  }
}

async function* compressedSegments(
  step: LargeBlob,
  layout: ChunkLayout,
  readTable: ReadChunkTable,
): AsyncGenerator<Segment> {
  const { part } = step.blob;
  const chunksPerSegment = segmentSize / layout.chunkSize;
  const segmentsPerBlock = Math.floor(tableBlockSize / layout.entrySize / chunksPerSegment);
  const chunksPerBlock = segmentsPerBlock * chunksPerSegment;
  for (let block = 0; block < layout.chunkCount; block += chunksPerBlock) {
    const blockEnd = Math.min(block + chunksPerBlock, layout.chunkCount);
    const { offset, length } = tableRange(layout, block, blockEnd);
    // A pipable WIM has the table behind the chunks.
    const isNext = block === 0 && offset < layout.dataOffset;
    const reads = isNext ? { part, start: offset, end: offset + length } : null;
    const { table, problem } = await readTable({ kind: "chunk-table", part, offset, length }, reads);
    if (problem !== null) {
      yield { problem };
      return;
    }
    for (let first = block; first < blockEnd; first += chunksPerSegment) {
      const end = Math.min(first + chunksPerSegment, blockEnd);
      const entries = tableRange(layout, first, end);
      const at = entries.offset - offset;
      const segment = compressedSegment(step, layout, first, end, table.subarray(at, at + entries.length));
      yield segment;
      if (segment.problem !== null) return;
    }
  }
}

function compressedSegment(
  { blob: { part, entry }, name }: LargeBlob,
  layout: ChunkLayout,
  first: number,
  end: number,
  table: Uint8Array,
): Segment {
  const { resource } = entry;
  try {
    const offsets = chunkOffsets(layout, resource, first, end, table, { name });
    const reads: PartRange = { part, start: offsets[0]!, end: offsets.at(-1)! };
    return { problem: null, reads, task: (buffer) => ({ kind: "segment", part, resource, first, offsets, buffer }) };
  } catch (error) {
    if (!isAboutTheWim(error)) throw error;
    return { problem: error.message };
  }
}
