/**
 * Trees edited: one laid over another, and without a node. A tree is never changed; the edited one shares the nodes that
 * stay. Names are compared as Windows does, without regard to case, and what is replaced keeps the name that it has.
 */
import { upCase } from "../bytes/up-case.js";
import { Win7UsbError } from "../errors.js";
import type { DirectoryNode, FileNode, FileTimes, FileTree, TreeNode } from "./index.js";
import { find } from "./index.js";

/** What an edit did to a file, or to a directory that is empty. */
export type TreeChange = {
  /** In the edited tree; of what was removed in the tree before. */
  readonly path: string;
  readonly action: "added" | "replaced" | "removed";
  /** Bytes of the file that is there now, or was removed; 0 of a directory. */
  readonly size: number;
};

export type EditedTree = { readonly tree: FileTree; readonly changes: readonly TreeChange[] };

/**
 * `tree` with all of `over` in it: directories of the same name become one, a file takes the place of one of its name.
 * Throws `edit-conflict` where one is a file and the other a directory, and for two names of a directory of `over` that differ
 * in case alone.
 */
export function overlay(tree: FileTree, over: DirectoryNode): EditedTree {
  const changes: TreeChange[] = [];
  return { tree: merged(tree, over, "", changes), changes };
}

/** The tree without the node at `path`, and the same tree where there is none. */
export function without(tree: FileTree, path: string): EditedTree {
  const node = find(tree, path);
  if (node === undefined) return { tree, changes: [] };
  const changes: TreeChange[] = [];
  return { tree: cut(tree, path.split("/"), "", changes), changes };
}

/** A tree of `node` alone, named as the last of `path` is. */
export function treeWith(path: string, node: FileNode | DirectoryNode, times: FileTimes = {}): FileTree {
  const names = path.split("/");
  let child: TreeNode = { ...node, name: names.pop()! };
  for (const name of names.toReversed()) {
    child = { kind: "directory", name, times, attributes: {}, children: [child] };
  }
  return { kind: "directory", name: "", times, attributes: {}, children: [child] };
}

function merged(tree: DirectoryNode, over: DirectoryNode, prefix: string, changes: TreeChange[]): DirectoryNode {
  const children = [...tree.children];
  const places = new Map(children.map(({ name }, index) => [upCase(name), index]));
  const taken = new Map<string, string>();
  for (const node of over.children) {
    const key = upCase(node.name);
    const other = taken.get(key);
    if (other !== undefined) throw nameCollision(prefix + other, prefix + node.name);
    taken.set(key, node.name);
    const place = places.get(key);
    if (place === undefined) children.push(added(node, prefix, changes));
    else children[place] = replaced(children[place]!, node, prefix, changes);
  }
  return { ...tree, children };
}

function replaced(before: TreeNode, node: TreeNode, prefix: string, changes: TreeChange[]): TreeNode {
  const path = prefix + before.name;
  if (before.kind === "directory" && node.kind === "directory") return merged(before, node, `${path}/`, changes);
  if (before.kind !== node.kind) {
    const is = before.kind === "directory" ? "a directory" : "a file";
    const message = `${path} is ${is}, and what is to be added there is not`;
    throw new Win7UsbError("edit-conflict", message, { hint: "Give it another name.", data: { path } });
  }
  changes.push({ path, action: "replaced", size: sizeOf(node) });
  if (before.kind === "directory" || node.kind === "directory") return { ...node, name: before.name };
  return { ...node, name: before.name, replaces: before.replaces ?? before.content };
}

/** A directory is told by what is in it; within it names may collide as well. */
function added(node: TreeNode, prefix: string, changes: TreeChange[]): TreeNode {
  const path = prefix + node.name;
  if (node.kind === "directory" && node.children.length > 0) {
    return merged({ ...node, children: [] }, node, `${path}/`, changes);
  }
  changes.push({ path, action: "added", size: sizeOf(node) });
  return node;
}

function cut(
  tree: DirectoryNode,
  [name, ...rest]: readonly string[],
  prefix: string,
  changes: TreeChange[],
): DirectoryNode {
  const key = upCase(name!);
  const children = tree.children.flatMap((child): readonly TreeNode[] => {
    if (upCase(child.name) !== key) return [child];
    const path = prefix + child.name;
    if (rest.length > 0) return child.kind === "directory" ? [cut(child, rest, `${path}/`, changes)] : [child];
    changes.push({ path, action: "removed", size: sizeOf(child) });
    return [];
  });
  return { ...tree, children };
}

function sizeOf(node: TreeNode): number {
  return node.kind === "file" ? node.size : 0;
}

/** Of two paths that are one to Windows. */
export function nameCollision(one: string, other: string): Win7UsbError {
  const message = `${JSON.stringify(one)} and ${JSON.stringify(other)} differ in case only`;
  return new Win7UsbError("edit-conflict", message, {
    hint: "Rename one of them: Windows cannot tell them apart.",
    data: { paths: [one, other] },
  });
}
