/**
 * What will be on the volume, before anything is placed: every node with its record number, its stored names, the form
 * of its data, and for directories the shape of their index. Nothing here depends on the size of the disk.
 */
import { grouped } from "../../../bytes/amounts.js";
import { Win7UsbError } from "../../../errors.js";
import { roundUp } from "../../../bytes/units.js";
import type { DirectoryNode, FileNode, TreeNode } from "../../../tree/index.js";
import { nameAttributesSize, residentRoom } from "./record-sizes.js";
import type { NtfsName } from "./file-names.js";
import { ntfsNames } from "./file-names.js";
import type { IndexForm, KeyedName } from "./directory-index.js";
import { directoryIndex, keysOf } from "./directory-index.js";
import { extendNames, rootNames } from "./system-keys.js";
import { clusterSize, firstFileRecord, systemRecords } from "../records/volume-format.js";

/** A file or directory to be. */
type NodePlan = {
  readonly record: number;
  readonly path: string;
  readonly names: readonly NtfsName[];
  /** The record of the directory that holds it. */
  readonly parent: number;
};

export type FilePlan = NodePlan & {
  readonly node: FileNode;
  readonly resident: boolean;
  readonly clusterCount: number;
};

export type DirectoryPlan = NodePlan & {
  readonly node: DirectoryNode;
  readonly index: IndexForm;
  /** A record for the names, where they do not fit the first one beside a large index. */
  readonly extensionRecord: number | null;
};

export type NtfsContents = {
  /** In order of record number. */
  readonly files: readonly FilePlan[];
  /** In order of record number; the root first. */
  readonly directories: readonly DirectoryPlan[];
  /** The index of $Extend. */
  readonly extendIndex: IndexForm;
  /** Records in use or passed over: the first free one. */
  readonly usedRecords: number;
  /** Records of $MFT, free ones for edits included; a multiple of 64, which fills the record bitmap's words. */
  readonly recordCount: number;
};

/** Free records: an eighth of those in use, and enough on a small volume for a folder of drivers. */
const leastFreeRecords = 256;
const freeRecordShare = 8;
const recordGranule = 64;

/** $MFT is made in memory, 1 KiB a record: this is 2 GiB. A Windows disc has about a thousand files. */
const mostRecords = 2 * 1024 * 1024;

type Pending = { node: DirectoryNode; path: string; record: number; parent: number; names: readonly NtfsName[] };

/** What a volume for `tree` contains. Throws `name-unsupported` or `name-collision` where NTFS cannot hold `tree`, `image-unsupported` where it is too large. */
export function ntfsContents(tree: DirectoryNode): NtfsContents {
  const files: FilePlan[] = [];
  const directories: DirectoryPlan[] = [];
  const extended: number[] = [];
  let next = firstFileRecord;
  const queue: Pending[] = [
    { node: tree, path: "", record: systemRecords.root, parent: systemRecords.root, names: rootNames.own },
  ];
  for (const pending of queue) {
    const { node, path, record } = pending;
    if (next + node.children.length > mostRecords) throw tooManyFiles(next + node.children.length);
    const reserved = record === systemRecords.root ? rootNames.reserved : noNames;
    const names = ntfsNames(
      node.children.map((child) => child.name),
      path,
      reserved,
    );
    const keys: KeyedName[] = record === systemRecords.root ? [...rootNames.keys] : [];
    for (const [index, child] of node.children.entries()) {
      const entry = { record: next, path: childPath(path, child), names: names[index]!, parent: record };
      next += 1;
      keys.push(...keysOf(entry.record, entry.names));
      if (child.kind === "directory") queue.push({ ...entry, node: child });
      else files.push(fileEntry(entry, child));
    }
    const index = directoryIndex(keys, nameAttributesSize(pending.names));
    if (index.namesElsewhere) extended.push(directories.length);
    directories.push({ ...pending, index, extensionRecord: null });
  }
  for (const position of extended) {
    directories[position] = { ...directories[position]!, extensionRecord: next };
    next += 1;
  }
  const free = Math.max(leastFreeRecords, Math.ceil(next / freeRecordShare));
  return {
    files,
    directories,
    extendIndex: directoryIndex(extendNames.keys, nameAttributesSize(extendNames.own)),
    usedRecords: next,
    recordCount: roundUp(next + free, recordGranule),
  };
}

function tooManyFiles(records: number): Win7UsbError {
  return new Win7UsbError(
    "image-unsupported",
    `the image has ${grouped(records)} files and folders, expected at most ${grouped(mostRecords)}`,
    {
      hint: "It is no Windows image.",
      data: { records, limit: mostRecords },
    },
  );
}

const noNames: ReadonlySet<string> = new Set();

function childPath(directory: string, child: TreeNode): string {
  return directory === "" ? child.name : `${directory}/${child.name}`;
}

function fileEntry(entry: NodePlan, node: FileNode): FilePlan {
  const resident = node.size <= residentRoom(entry.names);
  return { ...entry, node, resident, clusterCount: resident ? 0 : Math.ceil(node.size / clusterSize) };
}
