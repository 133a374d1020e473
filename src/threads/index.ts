/**
 * The part of verification that has effects: worker threads, file handles and hash functions. What is checked and how is in
 * wim/verify; this room starts threads for it, and hashes whole images.
 */
export type { FileHashes, HashAlgorithm, HashedFile, HashFileOptions } from "./hash-file.js";
export { hashFile } from "./hash-file.js";
export { hashSource } from "./hash-source.js";
export type { ImagePass } from "./image-pass.js";
export { createImagePass } from "./image-pass.js";
export type { VerifyWimThreadOptions } from "./verify-wim.js";
export { verifyWim, wimPart } from "./verify-wim.js";
export type { WimCheck, WimCheckId, WimFailure, WimPart, WimPlace, WimReport } from "../verification/wim/index.js";
