/**
 * The tree as FAT sees it: every directory with the names it stores and the bytes it takes, every file with the place it
 * will get. Made before the volume's size is known; clusters are assigned afterwards.
 */
import { exactSize } from "../../../bytes/amounts.js";
import { Win7UsbError } from "../../../errors.js";
import type { DirectoryNode, FileNode, FileTree } from "../../../tree/index.js";
import { faultyNameErrors, withoutFaultyNames } from "../../faulty-names.js";
import { inBootOrder } from "../../order.js";
import { directoryEntrySize, largestDirectory, largestFile } from "../records/directory-entry.js";
import { longEntryCount } from "../records/long-name.js";
import type { FatName } from "./short-name.js";
import { fatNames } from "./short-name.js";

export type FatFile = {
  readonly kind: "file";
  readonly path: string;
  readonly node: FileNode;
  readonly name: FatName;
  /** 0 for an empty file, which has no clusters. */
  firstCluster: number;
};

export type FatDirectory = {
  readonly kind: "directory";
  readonly path: string;
  readonly node: DirectoryNode;
  /** Null for the root, which has no entry. */
  readonly name: FatName | null;
  readonly parent: FatDirectory | null;
  readonly children: (FatFile | FatDirectory)[];
  /** Bytes of its entries. */
  size: number;
  firstCluster: number;
};

export type FatContents = {
  /** The root first, parents before children. */
  readonly directories: readonly FatDirectory[];
  /** In the order they lie on the disk. */
  readonly files: readonly FatFile[];
};

/** What a volume for `tree` contains. Throws `name-unsupported`, `name-collision`, `file-too-large` or `directory-too-large` where FAT32 cannot hold `tree`. */
export function fatContents(tree: FileTree): FatContents {
  const [fault] = faultyNameErrors(withoutFaultyNames(tree, "fat32").faults);
  if (fault !== undefined) throw fault;
  const root: FatDirectory = directory("", tree, null, null);
  const directories = [root];
  const files: FatFile[] = [];
  for (const parent of directories) {
    const prefix = parent.path === "" ? "" : `${parent.path}/`;
    const names = parent.node.children.map((child) => child.name);
    for (const [index, name] of fatNames(names).entries()) {
      const node = parent.node.children[index]!;
      const path = prefix + node.name;
      parent.size += (1 + longEntryCount(name.longName ?? "")) * directoryEntrySize;
      if (node.kind === "directory") {
        const child = directory(path, node, name, parent);
        parent.children.push(child);
        directories.push(child);
      } else {
        const child: FatFile = { kind: "file", path, node, name, firstCluster: 0 };
        parent.children.push(child);
        files.push(child);
      }
    }
  }
  checkSizes(directories, files);
  return { directories, files: inBootOrder(files) };
}

/** The root begins with the volume label, every other directory with `.` and `..`. */
function directory(path: string, node: DirectoryNode, name: FatName | null, parent: FatDirectory | null) {
  const size = (parent === null ? 1 : 2) * directoryEntrySize;
  return { kind: "directory" as const, path, node, name, parent, children: [], size, firstCluster: 0 };
}

function checkSizes(directories: readonly FatDirectory[], files: readonly FatFile[]): void {
  const file = files.find(({ node }) => node.size > largestFile);
  if (file !== undefined) {
    throw new Win7UsbError(
      "file-too-large",
      `${file.path} has ${exactSize(file.node.size)}, FAT32 holds files of less than 4 GiB`,
      { hint: "NTFS holds files of that size.", data: { path: file.path, size: file.node.size, limit: largestFile } },
    );
  }
  const full = directories.find(({ size }) => size > largestDirectory);
  if (full !== undefined) {
    throw new Win7UsbError(
      "directory-too-large",
      `the entries of ${full.path === "" ? "the root directory" : full.path} take ${exactSize(full.size)}, FAT32 allows ${exactSize(largestDirectory)}`,
      {
        hint: "NTFS holds directories of that size.",
        data: { path: full.path, size: full.size, limit: largestDirectory },
      },
    );
  }
}

/** Clusters that `contents` takes at a cluster size. */
export function clustersNeeded(contents: FatContents, clusterSize: number): number {
  let clusters = 0;
  for (const { size } of contents.directories) clusters += Math.ceil(size / clusterSize);
  for (const { node } of contents.files) clusters += Math.ceil(node.size / clusterSize);
  return clusters;
}
