/** Tasks for executors, and their results. Plain data, because both are sent between threads. */
import type { ResourceHeader } from "../../wim/resource.js";
import type { ImageTally } from "./image-tally.js";

/** Blobs that are decoded and hashed by one thread. */
export type BlobsTask = {
  readonly kind: "blobs";
  readonly part: number;
  readonly resources: readonly ResourceHeader[];
  /** Their SHA-1s in the lookup table, 20 bytes each. */
  readonly hashes: Uint8Array;
};
export type BlobsResult = {
  readonly kind: "blobs";
  /** What is wrong with which of the task's blobs. */
  readonly problems: readonly { readonly index: number; readonly message: string }[];
  readonly slackChunks: number;
};

/** A run of a large blob's chunks. The caller hashes segments in order, while the next ones are decoded. */
export type SegmentTask = {
  readonly kind: "segment";
  readonly part: number;
  readonly resource: ResourceHeader;
  /** The first chunk. */
  readonly first: number;
  /** The offset of each chunk in the WIM, and then the end of the last one. */
  readonly offsets: Float64Array;
  /** Large enough for the content; it is transferred to the thread and back. */
  readonly buffer: ArrayBuffer;
};
/** A run of bytes of a large blob that is stored uncompressed. */
export type StoredSegmentTask = {
  readonly kind: "stored-segment";
  readonly part: number;
  /** In the WIM. */
  readonly offset: number;
  readonly length: number;
  readonly buffer: ArrayBuffer;
};
export type SegmentResult = {
  readonly kind: "segment";
  readonly buffer: ArrayBuffer;
  /** Bytes of content in the buffer. */
  readonly length: number;
  readonly problem: string | null;
  readonly slackChunks: number;
};

/** A part of a large blob's chunk table, which tells where its segments lie. */
export type ChunkTableTask = {
  readonly kind: "chunk-table";
  readonly part: number;
  /** In the WIM. */
  readonly offset: number;
  readonly length: number;
};
export type ChunkTableResult = {
  readonly kind: "chunk-table";
  readonly table: Uint8Array;
  /** Null where all of it could be read. */
  readonly problem: string | null;
};

/** Chunks of the integrity table: bytes of the WIM as they are. */
export type RangesTask = {
  readonly kind: "ranges";
  readonly part: number;
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
  readonly hashes: Uint8Array;
};
export type RangesResult = { readonly kind: "ranges"; readonly wrong: readonly number[] };

/** One image's metadata: its hash, its tree, and what the tree refers to. */
export type MetadataTask = {
  readonly kind: "metadata";
  readonly part: number;
  readonly resource: ResourceHeader;
  readonly hash: Uint8Array;
};
export type MetadataResult = {
  readonly kind: "metadata";
  /** What is damaged; null where the tree was walked to its end. */
  readonly problem: string | null;
  /** Why it was not walked to its end although nothing is damaged. */
  readonly limit: string | null;
  readonly tally: ImageTally | null;
  readonly slackChunks: number;
};

/** Which files of an image have these blobs as content. */
export type PathsTask = {
  readonly kind: "paths";
  readonly part: number;
  readonly resource: ResourceHeader;
  readonly blobs: readonly number[];
  /** Paths for each blob. */
  readonly limit: number;
};
type PathsResult = {
  readonly kind: "paths";
  readonly paths: readonly { readonly blob: number; readonly path: string }[];
};

/** Tasks and their results by the task's kind. */
export type WimTasks = {
  readonly blobs: BlobsTask;
  readonly segment: SegmentTask;
  readonly "stored-segment": StoredSegmentTask;
  readonly "chunk-table": ChunkTableTask;
  readonly ranges: RangesTask;
  readonly metadata: MetadataTask;
  readonly paths: PathsTask;
};
export type WimResults = {
  readonly blobs: BlobsResult;
  readonly segment: SegmentResult;
  readonly "stored-segment": SegmentResult;
  readonly "chunk-table": ChunkTableResult;
  readonly ranges: RangesResult;
  readonly metadata: MetadataResult;
  readonly paths: PathsResult;
};
export type WimTaskKind = keyof WimTasks;
export type WimTask = WimTasks[WimTaskKind];
/** A task of one kind. */
export type TaskOf<K extends WimTaskKind> = { readonly kind: K } & WimTasks[K];
