/** A worker thread from its creator's side: it is asked to run tasks, and answers each. */
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { ErrorCode } from "../errors.js";
import { exitCodes, Win7UsbError } from "../errors.js";
import type { Request } from "./messages.js";
import { isAnswer } from "./messages.js";
import { ownEntry, type ThreadEntry } from "./own-entry.js";
import type { ThreadSetup } from "./serve.js";
import { expectShape, type Guard } from "./shape.js";

/** Milliseconds in which a thread ends that computes; what it reads from a drive that does not answer may take for ever. */
const endsWithinMs = 1000;

let entry = ownEntry;

/**
 * Where threads start from now on, for whoever runs from something else than the package's own modules: a bundle, or
 * TypeScript in tests. It must do what `entry.ts` does.
 */
export function setThreadEntry(from: ThreadEntry): void {
  entry = from;
}

export type Asking<Result> = {
  readonly result: Guard<Result>;
  readonly onNote?: (note: unknown) => void;
  /** Buffers that are transferred instead of copied. */
  readonly transfer?: readonly ArrayBuffer[];
};

type Thread = {
  /** Number of tasks without an answer yet. */
  readonly waiting: number;
  /** Rejects with the task's error, or where the thread ends before it has answered. */
  ask<Result>(task: unknown, asking: Asking<Result>): Promise<Result>;
  /** Terminates the thread, even while it runs a task; one that waits for a drive is not waited for. */
  close(): Promise<void>;
};

type Waiting = {
  readonly onNote: ((note: unknown) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
};

export function startThread(setup: ThreadSetup): Thread {
  const worker = new Worker(entry, { workerData: setup, eval: typeof entry === "string" });
  const waiting = new Map<number, Waiting>();
  let ended: { readonly error: unknown } | undefined;
  let lastId = 0;
  // The tasks of a thread that dies would otherwise never settle.
  const end = (error: unknown): void => {
    ended ??= { error };
    for (const { reject } of waiting.values()) reject(ended.error);
    waiting.clear();
  };
  worker.on("error", end);
  worker.on("exit", (code) => end(new Error(`a thread (${setup.kind}) has ended with code ${code}`)));
  const take = (message: unknown): void => {
    const answer = expectShape(message, isAnswer, "a thread's answer");
    const asked = waiting.get(answer.id);
    if ("note" in answer) return asked?.onNote?.(answer.note);
    waiting.delete(answer.id);
    if ("error" in answer) asked?.reject(errorOf(answer.error.code, answer.error.message));
    else asked?.resolve(answer.result);
  };
  worker.on("message", (message: unknown) => {
    try {
      take(message);
    } catch (error) {
      end(error);
    }
  });
  return {
    get waiting() {
      return waiting.size;
    },
    async ask(task, { result, onNote, transfer = [] }) {
      if (ended !== undefined) throw ended.error;
      const answer = await new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { onNote, resolve, reject });
        worker.postMessage({ id: lastId, task } satisfies Request, [...transfer]);
      });
      return expectShape(answer, result, `the result of a thread (${setup.kind})`);
    },
    async close() {
      await Promise.race([worker.terminate(), delay(endsWithinMs, undefined, { ref: false })]);
    },
  };
}

/** The error that the thread sent: code and message are all that is left of it. */
function errorOf(code: string | null, message: string): Error {
  return isErrorCode(code) ? new Win7UsbError(code, message) : new Error(message);
}

function isErrorCode(code: string | null): code is ErrorCode {
  return code !== null && code in exitCodes;
}
