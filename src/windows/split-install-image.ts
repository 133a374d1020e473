/**
 * What is changed in the tree where a file system cannot hold install.wim whole: it becomes install.swm, install2.swm, ...
 * Setup takes those in its place (docs/formats-wim.md), by their names and from the same folder. Nothing else is split:
 * bootmgr starts no split boot.wim, and nobody would look for the parts of another file.
 */
import { exactSize } from "../bytes/amounts.js";
import { MiB } from "../bytes/units.js";
import { Win7UsbError, reasonBehind } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import type { DirectoryNode, FileNode, FileTree, PathNode, TreeNode } from "../tree/index.js";
import { contentSource, find, walk } from "../tree/index.js";
import { openWim } from "../wim/index.js";
import { planParts } from "../wim/split.js";
import { plannedFile } from "./planned-file.js";
import { partPath } from "./setup-images.js";

/** What Microsoft's instructions for sticks give DISM (`/FileSize:3800`): clear of every 32-bit edge. */
export const installPartLimit = 3800 * MiB;

type SizeLimits = {
  /** Bytes of the largest file that needs no splitting. */
  readonly file: number;
  /** Bytes of a part. */
  readonly part: number;
};

/** A file that was replaced by its parts. */
export type SplitImage = {
  readonly path: string;
  readonly size: number;
  /** One, of the file's own name, where what the WIM refers to fits into one. */
  readonly parts: readonly { readonly path: string; readonly size: number }[];
  /** Whether it had an integrity table; the parts have none. */
  readonly hadIntegrityTable: boolean;
};

export type SplitTree = { readonly tree: FileTree; readonly splits: readonly SplitImage[] };

/**
 * The tree with every install.wim over `limits.file` in parts. Throws `file-too-large` for one that cannot be split, and
 * `wim-damaged`.
 */
export async function splitInstallImages(tree: FileTree, limits: SizeLimits): Promise<SplitTree> {
  const splits: SplitImage[] = [];
  const replaced = new Map<TreeNode, readonly FileNode[]>();
  for (const { path, node } of walk(tree)) {
    if (node.kind !== "file" || node.size <= limits.file || node.name.toLowerCase() !== "install.wim") continue;
    const { split, files } = await splitFile(tree, { path, node }, limits);
    splits.push(split);
    replaced.set(node, files);
  }
  return { tree: splits.length === 0 ? tree : replaceFiles(tree, replaced), splits };
}

function replaceFiles(directory: DirectoryNode, replaced: ReadonlyMap<TreeNode, readonly FileNode[]>): DirectoryNode {
  const children = directory.children.flatMap((child): readonly TreeNode[] =>
    child.kind === "directory" ? [replaceFiles(child, replaced)] : (replaced.get(child) ?? [child]),
  );
  return { ...directory, children };
}

async function splitFile(
  tree: FileTree,
  { path, node }: PathNode<FileNode>,
  limits: SizeLimits,
): Promise<{ split: SplitImage; files: FileNode[] }> {
  const source = contentSource(node);
  const { planned, hadIntegrityTable } = await planFile(path, node, limits, source);
  const paths = planned.length === 1 ? [path] : planned.map((_, index) => partPath(firstPartPath(path), index + 1));
  const taken = paths.find((part) => part !== path && find(tree, part) !== undefined);
  if (taken !== undefined) throw tooLarge(path, node.size, limits, `${taken} is there already`);
  const files = planned.map((part, index): FileNode => {
    const name = paths[index]!.slice(path.length - node.name.length);
    return { ...plannedFile(node, source, part), name };
  });
  const parts = files.map(({ size }, index) => ({ path: paths[index]!, size }));
  return { split: { path, size: node.size, parts, hadIntegrityTable }, files };
}

async function planFile(path: string, node: FileNode, limits: SizeLimits, source: ByteSource) {
  try {
    const wim = await openWim(source, path);
    const hadIntegrityTable = wim.header.integrityTable.size > 0;
    return { planned: await planParts(wim, limits.part), hadIntegrityTable };
  } catch (error) {
    if (!(error instanceof Win7UsbError) || error.code !== "wim-unsupported") throw error;
    throw tooLarge(path, node.size, limits, reasonBehind(error, path), error);
  }
}

/** `INSTALL.WIM` becomes `INSTALL.SWM`. */
function firstPartPath(path: string): string {
  return path.replace(/wim$/i, (extension) => (extension === "WIM" ? "SWM" : "swm"));
}

function tooLarge(path: string, size: number, { file: limit }: SizeLimits, reason: string, cause?: unknown) {
  return new Win7UsbError(
    "file-too-large",
    `${path} has ${exactSize(size)}, FAT32 holds files of at most ${exactSize(limit)}, and it cannot be split: ${reason}`,
    { hint: "NTFS holds files of that size.", data: { path, size, limit, reason }, cause },
  );
}
