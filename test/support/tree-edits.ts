/** Trees with one file replaced, added or removed; the tree given stays as it is. */
import { file } from "../../fixtures/windows7/nodes.js";
import type { DirectoryNode, TreeNode } from "../../src/tree/index.js";

/** Puts a file at `path`, whose directories exist, in place of what is there. */
export function replaceFile(tree: DirectoryNode, path: string, content: Uint8Array | string): DirectoryNode {
  return edit(tree, path.split("/"), (name) => [file(name, content)]);
}

export function withoutNode(tree: DirectoryNode, path: string): DirectoryNode {
  return edit(tree, path.split("/"), () => []);
}

function edit(tree: DirectoryNode, path: readonly string[], make: (name: string) => TreeNode[]): DirectoryNode {
  const [name, ...rest] = path;
  const others = tree.children.filter((child) => child.name !== name);
  const found = tree.children.find((child) => child.name === name);
  if (rest.length === 0) return { ...tree, children: [...others, ...make(name!)] };
  if (found?.kind !== "directory") throw new Error(`${name} is no directory of the tree`);
  return { ...tree, children: [...others, edit(found, rest, make)] };
}
