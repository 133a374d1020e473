/**
 * FileTree: what every reader produces and every layout consumes. Names and times are the image's; a file's content is
 * a layout of extents, so that nothing is copied before it is written.
 */
import { upCase } from "../bytes/up-case.js";
import { layoutEnd, type Extent } from "../extents/extent.js";
import { layoutSource } from "../extents/layout-source.js";
import type { ByteSource } from "../source/byte-source.js";

/** Instants in milliseconds since 1970-01-01T00:00:00Z; what the image does not record is absent. */
export type FileTimes = { readonly created?: number; readonly modified?: number; readonly accessed?: number };

/** The attributes that FAT and NTFS share; an absent one is not set. */
export type FileAttributes = {
  readonly readOnly?: boolean;
  readonly hidden?: boolean;
  readonly system?: boolean;
  readonly archive?: boolean;
};

/** What files and directories have in common. */
export type NodeFacts = { readonly name: string; readonly times: FileTimes; readonly attributes: FileAttributes };

/** A file; its content is read where it is wanted. */
export type FileNode = NodeFacts & {
  readonly kind: "file";
  /** Bytes; the sum of the extents' lengths. */
  readonly size: number;
  /** Where the bytes come from: a layout from 0 to `size` without a gap. */
  readonly content: readonly Extent[];
  /** The content of the file in whose place an edit put it: on a disk it takes that one's place, so that others keep theirs. */
  readonly replaces?: readonly Extent[];
};

/** A directory; its children in the order of the image. */
export type DirectoryNode = NodeFacts & { readonly kind: "directory"; readonly children: readonly TreeNode[] };
/** What a directory holds. */
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
    const wanted = upCase(part);
    const next: TreeNode | undefined = node.children.find((child) => upCase(child.name) === wanted);
    if (next === undefined) return undefined;
    node = next;
  }
  return node;
}

/** A file's content as a source of its own. */
export function contentSource({ content }: FileNode): ByteSource {
  return layoutSource(content, layoutEnd(content));
}

/** A file's first bytes, at most `limit` of them. */
export async function readStart(file: FileNode, limit: number): Promise<Uint8Array> {
  return contentSource(file).read(0, Math.min(file.size, limit));
}
