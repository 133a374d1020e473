/** Files that are added to an image: what they are made of, and their times. */
import { concatenate, fromSource } from "../../extents/layout.js";
import { memorySource } from "../../source/byte-source.js";
import type { FileNode, FileTimes, FileTree } from "../../tree/index.js";
import { walk } from "../../tree/index.js";

/**
 * The times that everything added has: the image's newest. Times of the files themselves change when they are copied or
 * fetched again; so the same image and the same added bytes make the same stick.
 */
export function additionTimes(tree: FileTree): FileTimes {
  let newest: number | undefined;
  for (const { node } of walk(tree)) {
    const { modified } = node.times;
    if (node.kind === "file" && modified !== undefined && (newest === undefined || modified > newest))
      newest = modified;
  }
  return newest === undefined ? {} : { created: newest, modified: newest, accessed: newest };
}

/** A file of bytes in memory. */
export function addedFile(name: string, bytes: Uint8Array, times: FileTimes): FileNode {
  const content = concatenate([fromSource(memorySource(bytes))]);
  return { kind: "file", name, size: bytes.length, content, times, attributes: {} };
}
