/** The steps of a verification, which `plan.ts` makes and `schedule.ts` runs. */
import type { ChunkLayout } from "../../wim/compression/chunks.js";
import type { PartRange } from "./low-water.js";
import type { ListedBlob } from "./blob-list.js";
import type { BlobsResult, BlobsTask, MetadataResult, MetadataTask, RangesResult, RangesTask } from "./tasks.js";

type Reading = { readonly reads: PartRange };
export type MetadataStep = Reading & {
  readonly kind: "metadata";
  readonly task: MetadataTask;
  readonly image: number;
};
export type RangesStep = Reading & { readonly kind: "ranges"; readonly task: RangesTask };
export type BatchStep = Reading & {
  readonly kind: "batch";
  readonly task: BlobsTask;
  readonly ids: readonly number[];
};
/** A large blob: its segments are read in parallel and hashed in order. */
export type LargeBlob = Reading & {
  readonly kind: "large";
  readonly blob: ListedBlob;
  /** The name, in messages, of the part that it lies in. */
  readonly name: string;
  /** Null where it is stored. */
  readonly layout: ChunkLayout | null;
  /** The other steps to start before those that read the blob from `offset` of the part on. */
  readonly before: (offset: number) => Iterable<RangesStep>;
};
export type Step = MetadataStep | RangesStep | BatchStep | LargeBlob;

export type StepEvents = {
  readonly batchDone: (step: BatchStep, result: BlobsResult) => void;
  readonly rangesDone: (step: RangesStep, result: RangesResult) => void;
  readonly metadataDone: (step: MetadataStep, result: MetadataResult) => void;
  /** Progress: more bytes of a large blob are done. */
  readonly largeAdvanced: (bytes: number) => void;
  /** The result of a large blob: its digest, or what is wrong with it. */
  readonly largeDone: (step: LargeBlob, digest: Uint8Array | null, problem: string | null, slackChunks: number) => void;
};
