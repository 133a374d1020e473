/**
 * The tree that a disk was laid out from, read back from the disk: names, order, times and attributes are those of its volume,
 * the contents whoever asks has. A file system keeps some of it less exactly than an image, or not at all, so that there
 * is more than one tree that it may have been. Which one it was, laying it out again says: `identityOf` goes by all of it.
 */
import { count } from "../bytes/amounts.js";
import type { Extent } from "../extents/extent.js";
import type { ReadBytes } from "../source/byte-source.js";
import type { DirectoryNode, FileTimes, FileTree, TreeNode } from "../tree/index.js";
import { fatNodes } from "./fat32/read/nodes.js";
import type { ListedNode } from "./listed-node.js";
import { endOf, partitionAlignment, partitionOf } from "./mbr.js";
import { ntfsNodes } from "./ntfs/read/nodes.js";
import type { FileSystemName, PlannedFile } from "./plan.js";
import { assertVolume } from "./volume-fault.js";

/** What is known of a disk beside what is on it. */
export type LaidOutDisk = {
  readonly fileSystem: FileSystemName;
  /** Bytes. */
  readonly diskSize: number;
  readonly files: readonly PlannedFile[];
};

/**
 * Trees that may have been laid out, the likeliest first. `contentOf`: a file's content, by its index. Throws VolumeFault where
 * the volume cannot be followed or holds other files, and what `read` throws.
 */
export async function treesOfDisk(
  read: ReadBytes,
  { fileSystem, diskSize, files }: LaidOutDisk,
  contentOf: (file: number) => readonly Extent[],
): Promise<FileTree[]> {
  const partition = { start: partitionAlignment, end: endOf(partitionOf(diskSize)) };
  const nodes = await (fileSystem === "fat32"
    ? fatNodes(
        read,
        partition,
        files.flatMap(({ modified }) => modified ?? []),
      )
    : ntfsNodes(read, partition));
  const order = new Map(files.map(({ path }, index) => [path, index]));
  const build = (timesOf: TimesOf): FileTree => {
    const timed = nodes.map((node) => {
      if (node.directory) return { ...node, times: timesOf(node) };
      // Of a file it is known whether the image had a time, and which.
      const modified = files[order.get(node.path) ?? -1]?.modified;
      return { ...node, times: modified === undefined ? {} : timesOf({ ...node, times: { ...node.times, modified } }) };
    });
    const tree = new TreeBuilder(timed);
    return tree.build((path) => {
      const index = order.get(path);
      assertVolume(index !== undefined, `${path} is not among the files that were written`);
      return { size: files[index]!.size, content: contentOf(index) };
    });
  };
  const fileCount = nodes.filter(({ directory }) => !directory).length;
  assertVolume(fileCount === files.length, `it holds ${count(fileCount, "file")}, expected ${files.length}`);
  return timesThatMayBe.map(build);
}

type TimesOf = (node: ListedNode) => FileTimes;

/** Without a time of creation that may only repeat the other; with it, wherever there is one; and with neither. */
const ofCreation: readonly TimesOf[] = [
  ({ times }) => (times.created === times.modified ? withoutCreated(times) : times),
  ({ times }) => times,
  ({ times }) => withoutCreated(times),
];

/** And so with folders that had no times, of which a file system may have made some. */
const timesThatMayBe: readonly TimesOf[] = [
  ...ofCreation,
  ...ofCreation.map(
    (timesOf): TimesOf =>
      (node) =>
        node.directory ? {} : timesOf(node),
  ),
];

function withoutCreated({ modified, accessed }: FileTimes): FileTimes {
  return { ...(modified === undefined ? {} : { modified }), ...(accessed === undefined ? {} : { accessed }) };
}

type ContentOf = (path: string) => Pick<Extract<TreeNode, { kind: "file" }>, "size" | "content">;

class TreeBuilder {
  readonly #children = new Map<string, ListedNode[]>();
  readonly #root: ListedNode;

  constructor(nodes: readonly ListedNode[]) {
    const [root, ...others] = nodes as [ListedNode, ...ListedNode[]];
    this.#root = root;
    for (const node of others) {
      const parent = node.path.slice(0, Math.max(0, node.path.lastIndexOf("/")));
      const siblings = this.#children.get(parent);
      if (siblings === undefined) this.#children.set(parent, [node]);
      else siblings.push(node);
    }
  }

  build(contentOf: ContentOf): DirectoryNode {
    return this.#directory(this.#root, contentOf);
  }

  #directory({ path, times, attributes }: ListedNode, contentOf: ContentOf): DirectoryNode {
    const children = (this.#children.get(path) ?? []).map((node): TreeNode => {
      if (node.directory) return this.#directory(node, contentOf);
      const facts = { name: nameOf(node.path), times: node.times, attributes: node.attributes };
      return { kind: "file", ...facts, ...contentOf(node.path) };
    });
    return { kind: "directory", name: nameOf(path), times, attributes, children };
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
