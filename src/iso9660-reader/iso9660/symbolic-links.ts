/**
 * Symbolic links of Rock Ridge. A stick's file systems are read by Windows, to which they mean nothing: a link to a file
 * becomes that file once more (the same extents), and a link that leads to a directory, or nowhere, is left out.
 */
import type { DirectoryNode, FileNode, TreeNode } from "../../tree/index.js";
import { maximumLinksFollowed, maximumLinkSteps, maximumPathLength } from "../limits.js";
import type { Reading } from "../reading.js";
import { warn } from "../reading.js";

type LinkNode = Omit<FileNode, "kind" | "size" | "content"> & { readonly kind: "link"; readonly target: string };
export type LinkedDirectory = Omit<DirectoryNode, "children"> & { readonly children: readonly LinkedNode[] };
export type LinkedNode = FileNode | LinkedDirectory | LinkNode;

/** The tree with every link in it resolved against `root`. */
export function resolveLinks(reading: Reading, root: LinkedDirectory): DirectoryNode {
  return new LinkResolver(reading).resolve([root], "");
}

class LinkResolver {
  readonly #reading: Reading;
  readonly #names = new Map<LinkedDirectory, Map<string, LinkedNode>>();
  #steps = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** `way` are the directories from the root to the one that is resolved. */
  resolve(way: readonly LinkedDirectory[], path: string): DirectoryNode {
    const directory = way.at(-1)!;
    const children: TreeNode[] = [];
    for (const child of directory.children) {
      if (child.kind === "directory") children.push(this.resolve([...way, child], `${path}/${child.name}`));
      else if (child.kind === "file") children.push(child);
      else children.push(...this.#copyOf(child, way, `${path}/${child.name}`));
    }
    return { ...directory, children };
  }

  #copyOf({ name, target }: LinkNode, way: readonly LinkedDirectory[], path: string): FileNode[] {
    const found = this.#follow(way, target);
    if (found?.kind === "file") {
      warn(this.#reading, "symbolic-link", `the link ${path} becomes a copy of ${target}`);
      return [{ ...found, name }];
    }
    const isLimited = this.#steps > maximumLinkSteps || target.length > maximumPathLength;
    const unfollowed = isLimited ? "is not followed: a limit of win7usb" : "leads nowhere";
    const why = found === undefined ? unfollowed : "leads to a directory";
    warn(this.#reading, "symbolic-link-left-out", `the link ${path} is left out: ${target} ${why}`);
    return [];
  }

  /** What `target` leads to from the directory at the end of `way`; undefined where it leads nowhere. */
  #follow(way: readonly LinkedDirectory[], target: string): FileNode | LinkedDirectory | undefined {
    let at = target.startsWith("/") ? way.slice(0, 1) : [...way];
    let parts = partsOf(target);
    for (let followed = 0; parts.length > 0;) {
      this.#steps += 1;
      const [part, ...rest] = parts;
      parts = rest;
      if (part === "..") {
        // The root's parent is the root, as POSIX has it.
        if (at.length > 1) at = at.slice(0, -1);
        continue;
      }
      const node = this.#childrenOf(at.at(-1)!).get(part!);
      if (node === undefined) return undefined;
      if (node.kind === "directory") at = [...at, node];
      else if (node.kind === "file") return parts.length === 0 ? node : undefined;
      else {
        followed += 1;
        if (followed > maximumLinksFollowed || this.#steps > maximumLinkSteps) return undefined;
        if (node.target.startsWith("/")) at = at.slice(0, 1);
        parts = [...partsOf(node.target), ...parts];
      }
    }
    return at.at(-1);
  }

  #childrenOf(directory: LinkedDirectory): Map<string, LinkedNode> {
    let names = this.#names.get(directory);
    if (names === undefined) {
      names = new Map(directory.children.map((child) => [child.name, child]));
      this.#names.set(directory, names);
    }
    return names;
  }
}

/** Names and `..`; a path that is too long to be one leads nowhere. */
function partsOf(target: string): string[] {
  if (target.length > maximumPathLength) return ["\0"];
  return target.split("/").filter((part) => part !== "" && part !== ".");
}
