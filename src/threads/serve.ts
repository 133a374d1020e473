/**
 * The working side of a thread: its setup says which kind of tasks it runs, and only the modules of that kind are loaded.
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

/** Runs the tasks that arrive at `port`, one after the other, because the tasks of a kind share their buffers. */
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
  const send = (message: Answer, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...transfer]);
  try {
    const { result, transfer } = await run(task, (note) => send({ id, note }));
    send({ id, result }, transfer);
  } catch (error) {
    const code = error instanceof Win7UsbError ? error.code : null;
    send({ id, error: { code, message: error instanceof Error ? error.message : String(error) } });
  }
}
