/** Entry of a worker thread: runs the tasks of `thread-executor.ts` over files that it opens itself. */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { Win7UsbError } from "../errors.js";
import type { ResourceFormat } from "../wim/compression/chunks.js";
import type { BlobTable } from "../verification/wim/blob-index.js";
import type { FileExtent, FileRange, WimTask } from "../verification/wim/index.js";
import { TaskRunner } from "../verification/wim/run-task.js";
import type { TakeBytes } from "./extent-source.js";
import { openExtents } from "./extent-source.js";
import type { RingMemory } from "./hash-ring.js";
import { copyFromRing } from "./hash-ring.js";

export type ThreadSetup = {
  readonly files: readonly { readonly path: string; readonly extents: readonly FileExtent[] }[];
  readonly formats: readonly ResourceFormat[];
  readonly blobs: BlobTable;
  /** Where the image's bytes pass, and which taker all these threads are together. */
  readonly ring?: { readonly memory: RingMemory; readonly taker: number };
};

export type ThreadRequest = {
  readonly id: number;
  readonly task: WimTask;
  /** Bytes of the image's file that are to be taken from the ring. */
  readonly range: FileRange | null;
};

/** A task's result, or the error that ended it, in a form that crosses threads; before that, that its range was taken. */
export type ThreadAnswer =
  | { readonly id: number; readonly taken: true }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string | null; readonly message: string } };

const port = parentPort;
if (port === null) throw new Error("this module is the entry of a worker thread");
const { files, formats, blobs, ring } = workerData as ThreadSetup;
let runner: TaskRunner | undefined;
/** The range of the task that runs. */
let passing: FileRange | null = null;

const take: TakeBytes = (position, target) => {
  if (ring === undefined || passing === null) return false;
  if (position < passing.start || position + target.length > passing.end) return false;
  copyFromRing(ring.memory, ring.taker, position, target);
  return true;
};

/** Opened with the first task, so that it is answered with what is wrong where that fails. */
function openRunner(): TaskRunner {
  const sources = files.map(({ path, extents }) => openExtents(path, extents, take));
  return new TaskRunner(sources, formats, blobs, () => createHash("sha1"));
}

// Tasks share buffers, so that one must be done before the next begins.
let last: Promise<void> = Promise.resolve();
port.on("message", (request: ThreadRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ id, task, range }: ThreadRequest): Promise<void> {
  passing = range;
  const taken = (): void => {
    passing = null;
    if (range !== null) port!.postMessage({ id, taken: true } satisfies ThreadAnswer, []);
  };
  try {
    runner ??= openRunner();
    const result = await runner.run(task, taken);
    const handed = result.kind === "segment" ? [result.buffer] : [];
    port!.postMessage({ id, result } satisfies ThreadAnswer, handed);
  } catch (error) {
    const code = error instanceof Win7UsbError ? error.code : null;
    const message = error instanceof Error ? error.message : String(error);
    port!.postMessage({ id, error: { code, message } } satisfies ThreadAnswer, []);
  }
}
