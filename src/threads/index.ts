/**
 * What is done on worker threads: hashing whole images, hashing what is written, verifying WIMs. What is checked of a WIM,
 * and how, is in verification/wim; here are the threads that do it, all from one entry (entry.ts), with files and hash
 * functions. Traps: a thread may be of another build than the one that started it, so that messages are checked where they
 * arrive; and a thread that waits for memory that nobody fills waits for ever, so that whoever starts threads ends them.
 */
export { hashFile } from "./hash-file.js";
export { hashSource } from "./hash-source.js";
export type { ImagePass } from "./image-pass.js";
export { createImagePass } from "./image-pass.js";
export type { WrittenHasher } from "./hash-written.js";
export { startWrittenHasher } from "./hash-written.js";
export type { ThreadSetup } from "./serve.js";
export { serveThread } from "./serve.js";
export { setThreadEntry } from "./thread.js";
export type { VerifyWimThreadOptions } from "./verify-wim.js";
export { verifyWim, wimPart } from "./verify-wim.js";
export type { WimCheck, WimCheckId, WimFailure, WimPart, WimPlace, WimReport } from "../verification/wim/index.js";
