/** A thread of `wim-executor.ts`: it runs the tasks of a WIM's verification on files that it opens itself. */
import { createHash } from "node:crypto";
import type { BlobTable } from "../verification/wim/blob-index.js";
import type { FileExtent, FileRange, WimTask } from "../verification/wim/index.js";
import { TaskRunner } from "../verification/wim/index.js";
import type { ResourceFormat } from "../wim/compression/chunks.js";
import type { TakeBytes } from "./extent-source.js";
import { openExtents } from "./extent-source.js";
import type { RingMemory } from "./image-ring.js";
import { copyFromRing } from "./image-ring.js";
import type { RunTask } from "./messages.js";
import { expectShape, isNumber, objectOf, orNull, type Guard } from "./shape.js";
import { wimResults } from "./wim-results.js";

export type WimThreadSetup = {
  readonly files: readonly { readonly path: string; readonly extents: readonly FileExtent[] }[];
  readonly formats: readonly ResourceFormat[];
  readonly blobs: BlobTable;
  /** The ring that the image's bytes go through, and the number of the taker that all these threads are together. */
  readonly ring?: { readonly memory: RingMemory; readonly taker: number };
};

export type WimThreadRequest = {
  readonly task: WimTask;
  /** Bytes of the image's file to take from the ring; null where the task reads the file. */
  readonly range: FileRange | null;
};

const isTask: Guard<WimTask> = (value): value is WimTask =>
  typeof value === "object" && value !== null && "kind" in value && String(value.kind) in wimResults;
const isWimThreadRequest = objectOf<WimThreadRequest>({
  task: isTask,
  range: orNull(objectOf<FileRange>({ start: isNumber, end: isNumber })),
});

/** Tasks are answered with their results; a note says that a task has taken its range from the ring. */
export function wimTasks({ files, formats, blobs, ring }: WimThreadSetup): RunTask {
  /** The range of the running task. */
  let passing: FileRange | null = null;
  const take: TakeBytes = (position, target) => {
    if (ring === undefined || passing === null) return false;
    if (position < passing.start || position + target.length > passing.end) return false;
    copyFromRing(ring.memory, ring.taker, position, target);
    return true;
  };
  let runner: TaskRunner | undefined;
  /** Called by the first task, so that a failure to open the files is that task's answer. */
  const openRunner = (): TaskRunner => {
    const sources = files.map(({ path, extents }) => openExtents(path, extents, take));
    return new TaskRunner(sources, formats, blobs, () => createHash("sha1"));
  };
  return async (message, note) => {
    const { task, range } = expectShape(message, isWimThreadRequest, "a request to a thread that verifies WIMs");
    passing = range;
    const taken = (): void => {
      passing = null;
      if (range !== null) note("taken");
    };
    runner ??= openRunner();
    const result = await runner.run(task, taken);
    return { result, transfer: result.kind === "segment" ? [result.buffer] : [] };
  };
}
