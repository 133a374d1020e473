/** The file that every worker thread starts from. */
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadSetup } from "./serve.js";
import { serveThread } from "./serve.js";

if (parentPort === null) throw new Error("this module is the entry of worker threads");
// Written by startThread of the same build, which is typed: the requests that follow say if it is not.
await serveThread(parentPort, workerData as ThreadSetup);
