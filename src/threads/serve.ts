/**
 * The side of a thread that works: what it is started with says which kind of tasks it does, and only the modules of that
 * kind are loaded.
 */
import type { MessagePort } from "node:worker_threads";
import { Win7UsbError } from "../errors.js";
import type { HashFileSetup } from "./hash-file-thread.js";
import type { HashWrittenSetup } from "./hash-written-thread.js";
import type { Answer, Request, RunTask } from "./messages.js";
import { isRequest } from "./messages.js";
import { expectShape } from "./shape.js";
import type { WimThreadSetup } from "./wim-thread.js";

export type ThreadSetup =
  | ({ readonly kind: "hash-file" } & HashFileSetup)
  | ({ readonly kind: "hash-written" } & HashWrittenSetup)
  | ({ readonly kind: "wim" } & WimThreadSetup);

/** Does what is asked through `port`, one request after the other, because a kind's tasks share their buffers. */
export async function serveThread(port: MessagePort, setup: ThreadSetup): Promise<void> {
  const run = await tasksFor(setup);
  let last: Promise<void> = Promise.resolve();
  port.on("message", (message: unknown) => {
    const request = expectShape(message, isRequest, "a request to a thread");
    last = last.then(() => answer(port, run, request));
  });
}

async function tasksFor(setup: ThreadSetup): Promise<RunTask> {
  if (setup.kind === "hash-file") return (await import("./hash-file-thread.js")).hashFileTasks(setup);
  if (setup.kind === "hash-written") return (await import("./hash-written-thread.js")).hashWrittenTasks(setup);
  return (await import("./wim-thread.js")).wimTasks(setup);
}

async function answer(port: MessagePort, run: RunTask, { id, task }: Request): Promise<void> {
  const tell = (said: Answer, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(said, [...transfer]);
  try {
    const { result, transfer } = await run(task, (note) => tell({ id, note }));
    tell({ id, result }, transfer);
  } catch (error) {
    const code = error instanceof Win7UsbError ? error.code : null;
    tell({ id, error: { code, message: error instanceof Error ? error.message : String(error) } });
  }
}
