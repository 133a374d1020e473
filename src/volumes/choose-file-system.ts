/** Which file system a tree goes into, without what lays it out. */
import { exactSize } from "../bytes/amounts.js";
import type { FileTree, PathNode } from "../tree/index.js";
import { walk } from "../tree/index.js";
import { largestFile } from "./fat32/records/directory-entry.js";
import type { FileSystemName } from "./plan.js";

/** The file system for `tree` and why: the one that was asked for, or the one that holds its largest file. */
export function chooseFileSystem(
  tree: FileTree,
  wanted: "auto" | FileSystemName,
): { fileSystem: FileSystemName; reason: string } {
  if (wanted !== "auto") return { fileSystem: wanted, reason: "as asked for" };
  const largest = largestFileOf(tree);
  if (largest === undefined || largest.node.size <= largestFile) {
    return { fileSystem: "fat32", reason: "no file is over 4 GiB - 1" };
  }
  return {
    fileSystem: "ntfs",
    reason: `${largest.path} has ${exactSize(largest.node.size)}, FAT32 holds files of less than 4 GiB`,
  };
}

function largestFileOf(tree: FileTree): (PathNode & { node: { size: number } }) | undefined {
  let largest: (PathNode & { node: { size: number } }) | undefined;
  for (const { path, node } of walk(tree)) {
    if (node.kind === "file" && (largest === undefined || node.size > largest.node.size)) largest = { path, node };
  }
  return largest;
}
