/** Trees in memory, for tests of layouts. */
import { memorySource } from "../../src/source/byte-source.js";
import type { DirectoryNode, FileNode, FileTimes, TreeNode } from "../../src/tree/index.js";

function counting(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = index % 251;
  return bytes;
}

/** A file of `content`, or of that many bytes counting up. */
export function file(name: string, content: Uint8Array | number = 0, times: FileTimes = {}): FileNode {
  const bytes = typeof content === "number" ? counting(content) : content;
  const extents = bytes.length === 0 ? [] : [{ source: memorySource(bytes), offset: 0, length: bytes.length }];
  return { kind: "file", name, size: bytes.length, extents, times, attributes: {} };
}

/** A file of `size` bytes that are all zeros and no memory. */
export function hole(name: string, size: number): FileNode {
  return { kind: "file", name, size, extents: [{ source: null, offset: 0, length: size }], times: {}, attributes: {} };
}

export function directory(name: string, children: readonly TreeNode[] = []): DirectoryNode {
  return { kind: "directory", name, children, times: {}, attributes: {} };
}

export function tree(...children: TreeNode[]): DirectoryNode {
  return directory("", children);
}
