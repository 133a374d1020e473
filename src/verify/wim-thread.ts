/** Entry of a worker thread: runs the tasks of `thread-executor.ts` over files that it opens itself. */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { Win7UsbError } from "../errors.js";
import type { ResourceFormat } from "../wim/compression/chunks.js";
import type { BlobTable } from "../wim/verify/blob-index.js";
import type { FileExtent, WimTask } from "../wim/verify/index.js";
import { TaskRunner } from "../wim/verify/run-task.js";
import { openExtents } from "./extent-source.js";

export type ThreadSetup = {
  readonly files: readonly { readonly path: string; readonly extents: readonly FileExtent[] }[];
  readonly formats: readonly ResourceFormat[];
  readonly blobs: BlobTable;
};

export type ThreadRequest = { readonly id: number; readonly task: WimTask };

/** A task's result, or the error that ended it, in a form that crosses threads. */
export type ThreadAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string | null; readonly message: string } };

const port = parentPort;
if (port === null) throw new Error("this module is the entry of a worker thread");
const { files, formats, blobs } = workerData as ThreadSetup;
let runner: TaskRunner | undefined;

/** Opened with the first task, so that it is answered with what is wrong where that fails. */
function openRunner(): TaskRunner {
  const sources = files.map(({ path, extents }) => openExtents(path, extents));
  return new TaskRunner(sources, formats, blobs, () => createHash("sha1"));
}

// Tasks share buffers, so that one must be done before the next begins.
let last: Promise<void> = Promise.resolve();
port.on("message", (request: ThreadRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ id, task }: ThreadRequest): Promise<void> {
  try {
    runner ??= openRunner();
    const result = await runner.run(task);
    const handed = result.kind === "segment" ? [result.buffer] : [];
    port!.postMessage({ id, result } satisfies ThreadAnswer, handed);
  } catch (error) {
    const code = error instanceof Win7UsbError ? error.code : null;
    const message = error instanceof Error ? error.message : String(error);
    port!.postMessage({ id, error: { code, message } } satisfies ThreadAnswer, []);
  }
}
