/** Worker threads for verification: each opens the image itself, and only small messages and segments cross. */
import { Worker } from "node:worker_threads";
import type { ErrorCode } from "../errors.js";
import { exitCodes, Win7UsbError } from "../errors.js";
import type { ExecutorSetup, Passage, WimExecutor, WimTask, WimTaskResult } from "../verification/wim/index.js";
import type { ImagePass } from "./image-pass.js";
import type { ThreadAnswer, ThreadRequest, ThreadSetup } from "./wim-thread.js";

/** Where the thread's entry lies once everything is built. */
const builtEntry = new URL("./wim-thread.js", import.meta.url);

export type ThreadExecutorOptions = {
  /** The pass over the image that the threads take bytes from. */
  readonly pass?: ImagePass | undefined;
  /** Entry of the threads, where the modules do not run from the build. */
  readonly entry?: URL | undefined;
};

type Waiting = {
  readonly passage: Passage | undefined;
  resolve(result: WimTaskResult): void;
  reject(error: unknown): void;
};
type Thread = { readonly worker: Worker; readonly waiting: Map<number, Waiting> };

/** An executor with `count` threads; null where a part does not lie in a file that threads could open. */
export function createThreadExecutor(
  setup: ExecutorSetup,
  count: number,
  { pass, entry = builtEntry }: ThreadExecutorOptions = {},
): WimExecutor | null {
  const files = setup.parts.map(({ file }) => file);
  if (files.includes(undefined)) return null;
  const workerData: ThreadSetup = {
    files: files.filter((file) => file !== undefined),
    formats: setup.formats,
    blobs: setup.blobs,
    ...(pass === undefined ? {} : { ring: { memory: pass.memory, taker: pass.deepTaker } }),
  };
  const threads = Array.from({ length: count }, () => startThread(entry, workerData));
  let nextId = 0;
  return {
    concurrency: count,
    ...(pass === undefined ? {} : { window: pass }),
    run(task, passage) {
      const thread = threads.reduce((idle, other) => (other.waiting.size < idle.waiting.size ? other : idle));
      nextId += 1;
      return send(thread, nextId, task, passage);
    },
    async close() {
      await Promise.all(threads.map(stopThread));
    },
  };
}

function startThread(entry: URL, workerData: ThreadSetup): Thread {
  const worker = new Worker(entry, { workerData });
  const waiting = new Map<number, Waiting>();
  worker.on("message", (answer: ThreadAnswer) => {
    const asked = waiting.get(answer.id);
    if ("taken" in answer) {
      asked?.passage?.taken();
      return;
    }
    waiting.delete(answer.id);
    if ("error" in answer) asked?.reject(errorOf(answer.error.code, answer.error.message));
    else asked?.resolve(answer.result as WimTaskResult);
  });
  // A thread that dies takes all its tasks with it; without this, whoever waits for them would wait for ever.
  const rejectAll = (error: unknown): void => {
    for (const asked of waiting.values()) asked.reject(error);
    waiting.clear();
  };
  worker.on("error", rejectAll);
  worker.on("exit", (code) => rejectAll(new Error(`a verification thread ended with code ${code}`)));
  return { worker, waiting };
}

function send({ worker, waiting }: Thread, id: number, task: WimTask, passage?: Passage): Promise<WimTaskResult> {
  return new Promise((resolve, reject) => {
    waiting.set(id, { passage, resolve, reject });
    const request: ThreadRequest = { id, task, range: passage?.range ?? null };
    worker.postMessage(request, "buffer" in task ? [task.buffer] : []);
  });
}

async function stopThread({ worker }: Thread): Promise<void> {
  await worker.terminate();
}

function errorOf(code: string | null, message: string): Error {
  return code !== null && code in exitCodes ? new Win7UsbError(code as ErrorCode, message) : new Error(message);
}
