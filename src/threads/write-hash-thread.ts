/**
 * Entry of a hashing thread, and what is said between it and the thread that starts it (hasher.ts): one task at the
 * start, then parts of the disk in ascending order, each answered with `null` when its memory may be used again, then
 * `"digest"`, answered with the digests.
 */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { createTaskHash, type HashTask } from "./write-hash-task.js";

export type HashPart = { readonly offset: number; readonly bytes: Uint8Array };
export type HashQuestion = HashPart | "digest";
export type HashAnswer = Uint8Array | null;

if (isMainThread || parentPort === null) throw new Error("this module is the entry of a hashing thread");
const port = parentPort;
const hash = createTaskHash(workerData as HashTask);

port.on("message", (question: HashQuestion) => {
  if (question === "digest") {
    answer(hash.digest());
  } else {
    hash.update(question.offset, question.bytes);
    answer(null);
  }
});

function answer(value: HashAnswer): void {
  port.postMessage(value, []);
}
