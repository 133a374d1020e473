/**
 * FileTree: what every reader produces and every layout consumes. Names and times are the image's; a file's content is
 * a list of extents of a ByteSource, so that nothing is copied before it is written.
 */
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { checkRange } from "../source/byte-source.js";

/** A run of a file's bytes: a range of a source, or a hole that reads as zeros (`source: null`). */
export type ContentExtent = { readonly source: ByteSource | null; readonly offset: number; readonly length: number };

/** Instants in milliseconds since 1970-01-01T00:00:00Z; what the image does not record is absent. */
export type FileTimes = { readonly created?: number; readonly modified?: number; readonly accessed?: number };

export type FileAttributes = {
  readonly readOnly?: boolean;
  readonly hidden?: boolean;
  readonly system?: boolean;
  readonly archive?: boolean;
};

type NodeBase = { readonly name: string; readonly times: FileTimes; readonly attributes: FileAttributes };

export type FileNode = NodeBase & {
  readonly kind: "file";
  /** Bytes; the sum of the extents' lengths. */
  readonly size: number;
  /** In file order. */
  readonly extents: readonly ContentExtent[];
};

export type DirectoryNode = NodeBase & { readonly kind: "directory"; readonly children: readonly TreeNode[] };
export type TreeNode = FileNode | DirectoryNode;

/** The root directory; its name is empty. */
export type FileTree = DirectoryNode;

/** A node with its path from the root: names joined by `/`, no leading slash. */
export type PathNode<N extends TreeNode = TreeNode> = { readonly path: string; readonly node: N };

/** Every node below the root, parents before children, children in the tree's order. */
export function* walk(tree: DirectoryNode, prefix = ""): Generator<PathNode> {
  for (const node of tree.children) {
    const path = prefix + node.name;
    yield { path, node };
    if (node.kind === "directory") yield* walk(node, `${path}/`);
  }
}

/** The node at `path` (separator `/`), matched without regard to case as Windows does; undefined where there is none. */
export function find(tree: DirectoryNode, path: string): TreeNode | undefined {
  let node: TreeNode = tree;
  for (const part of path.split("/")) {
    if (node.kind !== "directory") return undefined;
    const wanted = part.toUpperCase();
    const next: TreeNode | undefined = node.children.find((child) => child.name.toUpperCase() === wanted);
    if (next === undefined) return undefined;
    node = next;
  }
  return node;
}

/** A file's content as a source of its own. */
export function contentSource(file: FileNode): ByteSource {
  const starts: number[] = [];
  let total = 0;
  for (const extent of file.extents) {
    starts.push(total);
    total += extent.length;
  }
  const readInto = async (offset: number, target: Uint8Array): Promise<void> => {
    checkRange(total, offset, target.length);
    let filled = 0;
    for (let index = lastAtOrBelow(starts, offset); filled < target.length; index += 1) {
      const extent = file.extents[index]!;
      const skip = offset + filled - starts[index]!;
      const count = Math.min(extent.length - skip, target.length - filled);
      const part = target.subarray(filled, filled + count);
      if (extent.source === null) part.fill(0);
      else await extent.source.readInto(extent.offset + skip, part);
      filled += count;
    }
  };
  return {
    size: total,
    readInto,
    async read(offset, length) {
      checkRange(total, offset, length);
      const target = new Uint8Array(length);
      await readInto(offset, target);
      return target;
    },
  };
}

/** Tells the extents of windows of a file's content: `[offset, offset + length)`, inside of the file. */
export function contentWindows({ extents }: FileNode): (offset: number, length: number) => ContentExtent[] {
  const starts: number[] = [];
  let total = 0;
  for (const extent of extents) {
    starts.push(total);
    total += extent.length;
  }
  return (offset, length) => {
    checkRange(total, offset, length);
    const window: ContentExtent[] = [];
    let left = length;
    for (let index = lastAtOrBelow(starts, offset); left > 0; index += 1) {
      const extent = extents[index]!;
      const skip = offset + length - left - starts[index]!;
      const part = { ...extent, offset: extent.offset + skip, length: Math.min(extent.length - skip, left) };
      window.push(part);
      left -= part.length;
    }
    return window;
  };
}

function lastAtOrBelow(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}

/** A whole small file; throws `image-damaged` where it is larger than `limit` bytes. */
export async function readSmallFile(file: FileNode, limit: number): Promise<Uint8Array> {
  if (file.size > limit) {
    throw new Win7UsbError("image-damaged", `${file.name} has ${file.size} bytes, expected at most ${limit}`, {
      hint: "The image is damaged, or not what its name says.",
    });
  }
  return contentSource(file).read(0, file.size);
}
