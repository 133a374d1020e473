/** What verification needs from outside, so that it knows nothing of threads, files or cryptography. */
import type { ByteSource } from "../../source/byte-source.js";
import type { ResourceFormat } from "../../wim/compression/chunks.js";
import type { BlobTable } from "./blob-index.js";
import type { FileExtent, FileRange } from "./extent-map.js";
import type { TaskOf, WimResults, WimTaskKind } from "./tasks.js";

export type { CreateSha1, Sha1 } from "../../wim/sha1.js";

/** One WIM, or one part of a split set. */
export type WimPart = {
  /** How messages call it, such as `sources/install.wim`. */
  readonly name: string;
  readonly source: ByteSource;
  /** Where its bytes lie in a file, in order, so that other threads can read them; without it, this thread does all. */
  readonly file?: { readonly path: string; readonly extents: readonly FileExtent[] };
};

/** A pass that reads the whole image in order, and keeps what tasks have still to take of it. */
export type ImageWindow = {
  /** The image's file. */
  readonly path: string;
  /** Bytes of it that pass. */
  readonly size: number;
  /** The longest range that a task can wait for. */
  readonly rangeLimit: number;
  /** Bytes below this may have been let go of. */
  readonly released: number;
  /** No bytes below `offset` are needed any more. */
  release(offset: number): void;
};

/** A task's bytes on their way past. */
export type Passage = {
  readonly range: FileRange;
  /** Called as soon as the task has them all, if that is before it is done. */
  readonly taken: () => void;
};

/** What executors are started with. Plain data beside the sources. */
export type ExecutorSetup = {
  readonly parts: readonly WimPart[];
  /** By part. */
  readonly formats: readonly ResourceFormat[];
  readonly blobs: BlobTable;
};

/** Runs tasks, several at a time where it can. */
export type WimExecutor = {
  readonly concurrency: number;
  /** What tasks can take bytes from; absent where each reads the WIM itself. */
  readonly window?: ImageWindow;
  /**
   * Tasks that share a thread are done in the order of the calls. Rejects only where something other than the WIM is at
   * fault, such as a drive that cannot be read.
   */
  run<K extends WimTaskKind>(task: TaskOf<K>, passage?: Passage): Promise<WimResults[K]>;
  close(): Promise<void>;
};
