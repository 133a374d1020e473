/** Runs the tasks of executors, on any thread. */
import type { ByteSource } from "../../source/byte-source.js";
import type { ResourceFormat } from "../../wim/compression/chunks.js";
import type { ContentSink, ResourceReader } from "../../wim/compression/resource-reader.js";
import { readMetadata } from "../../wim/compression/read-metadata.js";
import { createResourceReader } from "../../wim/compression/resource-reader.js";
import type { ResourceHeader } from "../../wim/resource.js";
import { wimError } from "../../wim/resource.js";
import { toHex } from "../../bytes/hex.js";
import type { BlobTable } from "./blob-index.js";
import { compareHashes } from "./blob-index.js";
import { sha1Length } from "../../wim/sha1.js";
import { findPaths, tallyImage } from "./image-tally.js";
import type { CreateSha1 } from "./ports.js";
import type { BlobsTask, ChunkTableTask, MetadataTask, PathsTask, RangesTask } from "./tasks.js";
import type { SegmentTask, StoredSegmentTask, TaskOf, WimResults, WimTaskKind, WimTasks } from "./tasks.js";
import { isAboutTheWim } from "./wim-fault.js";

/** Runs tasks one after the other; `sources` and `formats` are by part. */
export class TaskRunner {
  readonly #readers: readonly ResourceReader[];
  readonly #formats: readonly ResourceFormat[];
  readonly #blobs: BlobTable;
  readonly #createSha1: CreateSha1;
  readonly #runners: {
    readonly [K in WimTaskKind]: (task: WimTasks[K], taken?: () => void) => Promise<WimResults[K]>;
  } = {
    blobs: (task) => this.#checkBlobs(task),
    segment: (task) => this.#readSegment(task),
    "stored-segment": (task) => this.#readSegment(task),
    "chunk-table": (task) => this.#readChunkTable(task),
    ranges: (task) => this.#checkRanges(task),
    metadata: (task, taken) => this.#checkMetadata(task, taken),
    paths: (task) => this.#findPaths(task),
  };

  constructor(
    sources: readonly ByteSource[],
    formats: readonly ResourceFormat[],
    blobs: BlobTable,
    createSha1: CreateSha1,
  ) {
    this.#readers = formats.map((format, part) => lazyReader(sources[part]!, format));
    this.#formats = formats;
    this.#blobs = blobs;
    this.#createSha1 = createSha1;
  }

  /** `taken` is called as soon as a task has read all its bytes, where much work follows. */
  run<K extends WimTaskKind>(task: TaskOf<K>, taken?: () => void): Promise<WimResults[K]> {
    const kind: K = task.kind;
    return this.#runners[kind](task, taken);
  }

  async #checkBlobs({ part, resources, hashes }: BlobsTask): Promise<WimResults["blobs"]> {
    const reader = this.#readers[part]!;
    const slackBefore = reader.slackChunks;
    const problems: { index: number; message: string }[] = [];
    const limit = Math.max(...resources.map((resource) => resource.offset + resource.size));
    for (const [index, resource] of resources.entries()) {
      const sha1 = this.#createSha1();
      const sink: ContentSink = (content) => void sha1.update(content);
      const problem = await damageIn(reader.read(resource, sink, limit));
      const message = problem ?? compareDigest(sha1.digest(), hashes, index);
      if (message !== null) problems.push({ index, message });
    }
    return { kind: "blobs", problems, slackChunks: reader.slackChunks - slackBefore };
  }

  async #readSegment(task: SegmentTask | StoredSegmentTask): Promise<WimResults["segment"]> {
    const { buffer } = task;
    const reader = this.#readers[task.part]!;
    const slackBefore = reader.slackChunks;
    const target = new Uint8Array(buffer);
    let length = 0;
    const sink: ContentSink = (content) => {
      target.set(content, length);
      length += content.length;
    };
    const work =
      task.kind === "segment"
        ? reader.readChunks(task.resource, task.first, task.offsets, sink)
        : reader.readRaw(task.offset, task.length, sink);
    const problem = await damageIn(work);
    return { kind: "segment", buffer, length, problem, slackChunks: reader.slackChunks - slackBefore };
  }

  async #readChunkTable({ part, offset, length }: ChunkTableTask): Promise<WimResults["chunk-table"]> {
    const table = new Uint8Array(length);
    let filled = 0;
    const sink: ContentSink = (bytes) => {
      table.set(bytes, filled);
      filled += bytes.length;
    };
    const problem = await damageIn(this.#readers[part]!.readRaw(offset, length, sink));
    return { kind: "chunk-table", table, problem };
  }

  async #checkRanges({ part, ranges, hashes }: RangesTask): Promise<WimResults["ranges"]> {
    const wrong: number[] = [];
    for (const [index, { offset, length }] of ranges.entries()) {
      const sha1 = this.#createSha1();
      await this.#readers[part]!.readRaw(offset, length, (content) => void sha1.update(content));
      if (compareDigest(sha1.digest(), hashes, index) !== null) wrong.push(index);
    }
    return { kind: "ranges", wrong };
  }

  async #checkMetadata({ part, resource, hash }: MetadataTask, taken?: () => void): Promise<WimResults["metadata"]> {
    const slackBefore = this.#readers[part]!.slackChunks;
    let tally: WimResults["metadata"]["tally"] = null;
    const check = async (): Promise<void> => {
      const data = await this.#readMetadata(part, resource);
      taken?.();
      const problem = compareDigest(this.#createSha1Of(data), hash, 0);
      if (problem !== null) throw wimError("wim-damaged", this.#formats[part]!, problem);
      tally = tallyImage(data, this.#blobs, this.#formats[part]!);
    };
    let limit: string | null = null;
    const problem = await damageIn(
      check().catch((error: unknown) => {
        if (!isAboutTheWim(error) || error.code !== "wim-unsupported") throw error;
        limit = error.message;
      }),
    );
    return { kind: "metadata", problem, limit, tally, slackChunks: this.#readers[part]!.slackChunks - slackBefore };
  }

  async #findPaths({ part, resource, blobs, limit }: PathsTask): Promise<WimResults["paths"]> {
    const data = await this.#readMetadata(part, resource);
    return { kind: "paths", paths: findPaths(data, this.#blobs, blobs, limit, this.#formats[part]!) };
  }

  #readMetadata(part: number, resource: ResourceHeader): Promise<Uint8Array> {
    return readMetadata(this.#readers[part]!, resource, this.#formats[part]!);
  }

  #createSha1Of(data: Uint8Array): Uint8Array {
    const sha1 = this.#createSha1();
    sha1.update(data);
    return sha1.digest();
  }
}

/** The reader of a part, made when a task first needs it, because its buffers take megabytes. */
function lazyReader(source: ByteSource, format: ResourceFormat): ResourceReader {
  let reader: ResourceReader | undefined;
  const get = (): ResourceReader => (reader ??= createResourceReader(source, format));
  return {
    get slackChunks() {
      return reader?.slackChunks ?? 0;
    },
    read: (resource, sink, limit) => get().read(resource, sink, limit),
    readChunks: (resource, first, offsets, sink) => get().readChunks(resource, first, offsets, sink),
    readRaw: (offset, length, sink, limit) => get().readRaw(offset, length, sink, limit),
  };
}

/** Awaits `work`; where the WIM is damaged, returns the message. Other errors are thrown on. */
async function damageIn(work: Promise<void>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (isAboutTheWim(error)) return error.message;
    throw error;
  }
}

function compareDigest(digest: Uint8Array, hashes: Uint8Array, index: number): string | null {
  const at = index * sha1Length;
  if (compareHashes(digest, 0, hashes, at) === 0) return null;
  return `its content has the SHA-1 ${toHex(digest)}, expected ${toHex(hashes.subarray(at, at + sha1Length))}`;
}
