/** What verification needs from outside, so that it knows nothing of threads, files or cryptography. */
import type { ByteSource } from "../../source/byte-source.js";
import type { ResourceFormat } from "../compression/chunks.js";
import type { BlobTable } from "./blob-index.js";
import type { WimTask, WimTaskResult } from "./tasks.js";

/** A SHA-1 in the making; Node's own `Hash` is one. */
export type Sha1 = { update(data: Uint8Array): unknown; digest(): Uint8Array };
export type CreateSha1 = () => Sha1;

/** One WIM, or one part of a split set. */
export type WimPart = {
  /** How messages call it, such as `sources/install.wim`. */
  readonly name: string;
  readonly source: ByteSource;
  /** Where its bytes lie in a file, in order, so that other threads can read them; without it, this thread does all. */
  readonly file?: { readonly path: string; readonly extents: readonly FileExtent[] };
};

export type FileExtent = { readonly offset: number; readonly length: number };

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
  /** Rejects only where something other than the WIM is at fault, such as a drive that cannot be read. */
  run(task: WimTask): Promise<WimTaskResult>;
  close(): Promise<void>;
};
