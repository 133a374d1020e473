/** Interfaces to threads, files and cryptography, which this room does not import. */
import type { ByteSource } from "../../source/byte-source.js";
import type { ResourceFormat } from "../../wim/compression/chunks.js";
import type { BlobTable } from "./blob-index.js";
import type { FileExtent, FileRange } from "./extent-map.js";
import type { TaskOf, WimResults, WimTaskKind } from "./tasks.js";

export type { CreateSha1, Sha1 } from "../../wim/sha1.js";

/** One WIM, or one part of a split set. */
export type WimPart = {
  /** Its name in messages, such as `sources/install.wim`. */
  readonly name: string;
  readonly source: ByteSource;
  /** The extents of its bytes in a file, in order, so that other threads can read them; without it, this thread reads. */
  readonly file?: { readonly path: string; readonly extents: readonly FileExtent[] };
};

/** A pass that reads the whole image in order, and keeps the bytes that tasks have yet to take. */
export type ImageWindow = {
  /** The image's file. */
  readonly path: string;
  /** Bytes of the file that the pass reads. */
  readonly size: number;
  /** The longest range that a task can wait for. */
  readonly rangeLimit: number;
  /** Bytes below this may have been released. */
  readonly released: number;
  /** No bytes below `offset` are needed any more. */
  release(offset: number): void;
};

/** The range of the pass that a task takes its bytes from. */
export type Passage = {
  readonly range: FileRange;
  /** Called as soon as the task has all its bytes, where that is before its end. */
  readonly taken: () => void;
};

/** The setup of an executor: plain data, and the sources. */
export type ExecutorSetup = {
  readonly parts: readonly WimPart[];
  /** By part. */
  readonly formats: readonly ResourceFormat[];
  readonly blobs: BlobTable;
};

/** Runs tasks, several at a time where it can. */
export type WimExecutor = {
  readonly concurrency: number;
  /** The pass that tasks can take bytes from; absent where each task reads the WIM itself. */
  readonly window?: ImageWindow;
  /**
   * Tasks on the same thread run in the order of the calls. Rejects only for causes outside the WIM, such as a drive that
   * cannot be read.
   */
  run<K extends WimTaskKind>(task: TaskOf<K>, passage?: Passage): Promise<WimResults[K]>;
  close(): Promise<void>;
};
