/** Trees in memory, for tests of layouts. */
import { layoutEnd } from "../../src/extents/extent.js";
import { concatenate, fromSource, zeros, type LayoutPart } from "../../src/extents/layout.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { DirectoryNode, FileNode, FileTimes, TreeNode } from "../../src/tree/index.js";

const upTo250 = Uint8Array.from({ length: 251 }, (_unused, index) => index);

const counting = (length: number): Uint8Array => new Uint8Array(Buffer.alloc(length, upTo250).buffer);

/** A file of these parts, one behind the other. */
export function fileOf(name: string, parts: readonly LayoutPart[], times: FileTimes = {}): FileNode {
  const content = concatenate(parts);
  return { kind: "file", name, size: layoutEnd(content), content, times, attributes: {} };
}

/** A file of `content`, or of that many bytes counting up. */
export function file(name: string, content: Uint8Array | number = 0, times: FileTimes = {}): FileNode {
  const bytes = typeof content === "number" ? counting(content) : content;
  return fileOf(name, [fromSource(memorySource(bytes))], times);
}

/** A file of `size` bytes that are all zeros and no memory. */
export function hole(name: string, size: number): FileNode {
  return fileOf(name, [zeros(size)]);
}

export function directory(name: string, children: readonly TreeNode[] = []): DirectoryNode {
  return { kind: "directory", name, children, times: {}, attributes: {} };
}

export function tree(...children: TreeNode[]): DirectoryNode {
  return directory("", children);
}
