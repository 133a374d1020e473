/** Deep verification of WIMs with this machine's threads and its SHA-1. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { MiB } from "../bytes/units.js";
import { runsOfSource } from "../extents/layout.js";
import type { ByteSource } from "../source/byte-source.js";
import type { FileNode } from "../tree/index.js";
import { contentSource } from "../tree/index.js";
import type {
  CreateSha1,
  ExecutorSetup,
  VerifyWimOptions,
  WimExecutor,
  WimPart,
  WimReport,
} from "../verification/wim/index.js";
import { createInlineExecutor, verifyWimParts } from "../verification/wim/index.js";
import type { ImagePass } from "./image-pass.js";
import { createThreadExecutor } from "./wim-executor.js";

const createSha1: CreateSha1 = () => createHash("sha1");

/** Each thread takes some 20 MiB, and with more of them the drive is the limit. */
const threadLimit = 8;
/** Bytes: a smaller WIM is verified before threads would have started. */
const usualThreadsFrom = 8 * MiB;

export type VerifyWimThreadOptions = VerifyWimOptions & {
  /** Number of threads; 0: everything on the calling thread. Default: one for each processor. */
  readonly workers?: number;
  /** Bytes of the smallest WIM that has threads; only they take bytes from the pass. Default: 8 MiB. */
  readonly threadsFrom?: number;
  /** A pass that reads the image anyway: threads take bytes from it where they can. */
  readonly pass?: ImagePass;
};

/**
 * Verifies a WIM, or all parts of a split set in any order. The report holds whatever is wrong with it. Rejects with
 * `image-unreadable` where reading fails, and with the signal's reason.
 */
export function verifyWim(parts: readonly WimPart[], options: VerifyWimThreadOptions = {}): Promise<WimReport> {
  const bytes = parts.reduce((sum, part) => sum + part.source.size, 0);
  const count = Math.min(options.workers ?? Math.max(availableParallelism(), 1), threadLimit);
  const createExecutor = (setup: ExecutorSetup): WimExecutor => {
    const threads = count > 0 && bytes >= (options.threadsFrom ?? usualThreadsFrom);
    const executor = threads ? createThreadExecutor(setup, count, options.pass) : null;
    return executor ?? createInlineExecutor(setup, createSha1);
  };
  return verifyWimParts(parts, createExecutor, createSha1, options);
}

/** A WIM that is a file of an image: `image` is the source that the tree was read from, and its path where it has one. */
export function wimPart(
  name: string,
  file: FileNode,
  image: { path: string; isFile: boolean; source: ByteSource },
): WimPart {
  const source = contentSource(file);
  const extents = runsOfSource(file.content, image.source);
  // Content that does not lie in the image's own file cannot be opened by path.
  return extents === null || !image.isFile ? { name, source } : { name, source, file: { path: image.path, extents } };
}
