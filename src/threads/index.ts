/**
 * Work on threads: hashing whole images, hashing what is written, verifying WIMs. What is checked of a WIM, and how, is in
 * verification/wim; here are the threads that do it, all with one entry (entry.ts), and the files and hash functions that
 * it needs. Traps: a thread may be of another build than its creator, so messages are checked on arrival; and a thread may
 * wait for memory that nobody fills any more, so the creator of threads must always end them.
 */
export { hashFile } from "./hash-file.js";
export { hashSource, PrefixHasher } from "./hash-source.js";
export type { ImagePass } from "./image-pass.js";
export { createImagePass } from "./image-pass.js";
export type { PassReader } from "./pass-reader.js";
export type { WrittenHasher } from "./hash-written.js";
export { startWrittenHasher } from "./hash-written.js";
export type { ThreadSetup } from "./serve.js";
export { serveThread } from "./serve.js";
export { setThreadEntry } from "./thread.js";
export type { VerifyWimThreadOptions } from "./verify-wim.js";
export { verifyWim, wimPart } from "./verify-wim.js";
export type { WimCheck, WimCheckId, WimFailure, WimPart, WimPlace, WimReport } from "../verification/wim/index.js";
