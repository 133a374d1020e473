/**
 * Folders of one directory whose names are one to Windows: a disc may have `EFI` beside `efi`, which on a stick can only be
 * one folder with what both hold. Joined before anything is looked for in the tree, because the file that is looked for may
 * lie in either of them.
 */
import { firstFew } from "../bytes/amounts.js";
import { upCase } from "../bytes/up-case.js";
import type { Warning } from "../errors.js";
import type { Extent } from "../extents/extent.js";
import type { DirectoryNode, FileNode, FileTree, TreeNode } from "../tree/index.js";

type TreeOfImage = { readonly tree: FileTree; readonly warnings: readonly Warning[] };

/** Pairs that the message names. */
const namedPairs = 3;

/** The image with such folders joined, and a warning that says so; the image itself where there are none. */
export function withMergedFolders<Image extends TreeOfImage>(image: Image): Image {
  const pairs: string[] = [];
  const tree = merged(image.tree, "", pairs);
  return pairs.length === 0 ? image : { ...image, tree, warnings: [...image.warnings, mergedWarning(pairs)] };
}

function mergedWarning(pairs: readonly string[]): Warning {
  const message = `names that differ in case alone are joined: ${firstFew(pairs, namedPairs, { between: "; ", last: ", and" })}`;
  return { code: "folders-merged", message };
}

/** The first one's name, times and attributes stay. Files of one name stay both, save those of the same bytes. */
function merged(directory: DirectoryNode, prefix: string, pairs: string[]): DirectoryNode {
  const places = new Map<string, number>();
  const children: TreeNode[] = [];
  for (const child of directory.children) {
    const key = upCase(child.name);
    const place = places.get(key);
    const first = place === undefined ? undefined : children[place]!;
    const joined = first === undefined ? undefined : joinedWith(first, child);
    if (joined === undefined) {
      if (place === undefined) places.set(key, children.length);
      children.push(child);
    } else {
      pairs.push(`${JSON.stringify(prefix + child.name)} with ${JSON.stringify(prefix + first!.name)}`);
      children[place!] = joined;
    }
  }
  const whole = children.map((child) =>
    child.kind === "directory" ? merged(child, `${prefix}${child.name}/`, pairs) : child,
  );
  const isSame =
    whole.length === directory.children.length && whole.every((each, at) => each === directory.children[at]);
  return isSame ? directory : { ...directory, children: whole };
}

/** Undefined where the two contradict each other. */
function joinedWith(first: TreeNode, other: TreeNode): TreeNode | undefined {
  if (first.kind === "directory" && other.kind === "directory") {
    return { ...first, children: [...first.children, ...other.children] };
  }
  return first.kind === "file" && other.kind === "file" && isSameContent(first, other) ? first : undefined;
}

/** The same bytes of the disc: a link. Files that are equal by their bytes elsewhere on it are not compared. */
function isSameContent(first: FileNode, other: FileNode): boolean {
  if (first.size !== other.size || first.content.length !== other.content.length) return false;
  return first.content.every((extent, at) => isSameExtent(extent, other.content[at]!));
}

function isSameExtent({ length, source }: Extent, other: Extent): boolean {
  if (length !== other.length || source.kind !== other.source.kind) return false;
  if (source.kind !== "range" || other.source.kind !== "range") return source.kind === "zeros";
  return source.source === other.source.source && source.offset === other.source.offset;
}
