/** From the file set descriptor to the tree (ECMA-167 4/8). */
import type { FileAttributes, FileNode, FileTree, TreeNode } from "../../tree/index.js";
import { aboveLimit, damaged } from "../failures.js";
import { maximumDepth } from "../limits.js";
import { noteMissing, pathBelow, warn } from "../reading.js";
import { contentOf } from "./allocation.js";
import type { FileIdentifier } from "./directory.js";
import { readDirectory } from "./directory.js";
import type { FileEntry } from "./file-entry.js";
import { readFileEntry } from "./file-entry.js";
import { fileTypes } from "./file-records.js";
import type { BlockAddress, Volume } from "./volume.js";

const fileLike: readonly number[] = [fileTypes.byteSequence, fileTypes.unspecified, fileTypes.realTimeFile];

/** The tree below the root directory's ICB. */
export async function readUdfTree(volume: Volume, root: BlockAddress): Promise<FileTree> {
  const entry = await readFileEntry(volume, root, "the File Entry of the root directory");
  if (entry.fileType !== fileTypes.directory) {
    throw damaged(`the root directory has the file type ${entry.fileType}, expected ${fileTypes.directory}`);
  }
  const visited = new Set<string>();
  const children = await readChildren(volume, entry, "", 1, visited);
  return { kind: "directory", name: "", times: entry.times, attributes: {}, children };
}

async function readChildren(
  volume: Volume,
  directory: FileEntry,
  path: string,
  depth: number,
  visited: Set<string>,
): Promise<TreeNode[]> {
  const key = `${directory.address.partitionReference}/${directory.address.block}`;
  if (visited.has(key)) throw damaged(`the directory /${path} is entered twice: directories form a circle`, { path });
  visited.add(key);
  if (depth > maximumDepth)
    throw aboveLimit(`the directory /${path} lies deeper than ${maximumDepth} levels`, { path });
  const children: TreeNode[] = [];
  for (const identifier of await readDirectory(volume, directory, path)) {
    const childPath = pathBelow(volume.reading, path, identifier.name);
    const entry = await readFileEntry(volume, identifier.icb, `the File Entry of /${childPath}`);
    const isDirectory = entry.fileType === fileTypes.directory;
    if (isDirectory !== identifier.isDirectory) {
      throw damaged(
        `/${childPath} is ${identifier.isDirectory ? "a" : "no"} directory by its name, but has the file type ${entry.fileType}`,
      );
    }
    if (isSystemFile(identifier, entry, path)) continue;
    if (isDirectory) {
      const { name } = identifier;
      const below = await readChildren(volume, entry, childPath, depth + 1, visited);
      children.push({
        kind: "directory",
        name,
        times: entry.times,
        attributes: attributesOf(identifier, entry),
        children: below,
      });
    } else if (fileLike.includes(entry.fileType)) {
      children.push(await fileNode(volume, identifier, entry, childPath));
    } else {
      warn(
        volume.reading,
        "special-file",
        `/${childPath} is left out: its file type ${entry.fileType} is no plain file`,
      );
    }
  }
  return children;
}

/** UDF 1.50 keeps the blocks that packet writing cannot use in a hidden system file of the root; later revisions in a stream. */
function isSystemFile({ name, hidden }: FileIdentifier, { system }: FileEntry, directory: string): boolean {
  return directory === "" && name === "Non-Allocatable Space" && hidden && system;
}

async function fileNode(volume: Volume, identifier: FileIdentifier, entry: FileEntry, path: string): Promise<FileNode> {
  const content = await contentOf(volume, entry);
  noteMissing(volume.reading, path, content);
  const { name } = identifier;
  const attributes = attributesOf(identifier, entry);
  return { kind: "file", name, times: entry.times, attributes, size: entry.informationLength, content };
}

function attributesOf({ hidden }: FileIdentifier, { archive, system }: FileEntry): FileAttributes {
  return { ...(hidden ? { hidden } : {}), ...(system ? { system } : {}), ...(archive ? { archive } : {}) };
}
