/** A folder of the host as a tree of files to be added, in an order that is the same everywhere. */
import { createHash } from "node:crypto";
import { MiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import { concatenate, fromSource } from "../extents/layout.js";
import type { HostFile, HostFolder } from "../source/host-folder.js";
import { readHostFolder } from "../source/host-folder.js";
import type { DirectoryNode, FileTimes, TreeNode } from "../tree/index.js";

/** A folder whose names and sizes were read. */
export type ReadFolder = {
  /** Its name is empty; every node has the times that were given. */
  readonly folder: DirectoryNode;
  /**
   * Of the lines `<SHA-256>  <path>`, sorted by the bytes of the paths: what sha256sum prints. An empty folder has 64 zeros and
   * a slash behind its path. Everything is read for it.
   */
  readonly sha256: () => Promise<string>;
  /** Throws `input-changed` where a file of it is not what it was. */
  readonly assertUnchanged: () => Promise<void>;
};

/** Files and folders: ten times what a disc of Windows 7 has. */
export const mostAddedEntries = 16_384;
/** Windows opens paths of 260 characters (MAX_PATH), `D:\` and the NUL at their end among them. */
export const longestAddedPath = 256;
/** A path of that length has no more names than that. */
const deepestAdded = longestAddedPath / 2;

/** Throws `input-missing`, `input-unreadable` and `input-unsupported`, before any content is read. */
export async function readFolder(path: string, times: FileTimes): Promise<ReadFolder> {
  const listed = await readHostFolder(path, { entries: mostAddedEntries, depth: deepestAdded });
  const tooLong = [...listed.folders, ...listed.files.map((file) => file.path)].find(
    (each) => each.length > longestAddedPath,
  );
  if (tooLong !== undefined) {
    const message = `${path} holds a path of ${tooLong.length} characters, expected at most ${longestAddedPath}: ${tooLong}`;
    throw new Win7UsbError("input-unsupported", message, {
      hint: "Give it shorter names: Windows does not open longer paths.",
      data: { path, file: tooLong, limit: longestAddedPath },
    });
  }
  return {
    folder: treeOf(listed, times),
    sha256: () => listSha256(listed),
    async assertUnchanged() {
      for (const file of listed.files) await file.assertUnchanged();
    },
  };
}

type OpenDirectory = DirectoryNode & { readonly children: TreeNode[] };

/** Files and folders of each folder by name, in the order of UTF-16 units. */
function treeOf({ files, folders }: HostFolder, times: FileTimes): DirectoryNode {
  const byPath = new Map<string, OpenDirectory>();
  const openDirectory = (path: string): OpenDirectory => {
    const directory: OpenDirectory = { kind: "directory", name: nameOf(path), times, attributes: {}, children: [] };
    byPath.set(path, directory);
    return directory;
  };
  const root = openDirectory("");
  // A folder stands before what is in it.
  for (const path of folders.toSorted()) byPath.get(parentOf(path))!.children.push(openDirectory(path));
  for (const { path, size, source } of files) {
    const content = concatenate([fromSource(source)]);
    const node = { kind: "file", name: nameOf(path), size, content, times, attributes: {} } as const;
    byPath.get(parentOf(path))!.children.push(node);
  }
  for (const { children } of byPath.values()) children.sort((one, other) => (one.name < other.name ? -1 : 1));
  return root;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** See `ReadFolder`. */
export async function listSha256({ files, folders }: Pick<HostFolder, "files" | "folders">): Promise<string> {
  const inUse = new Set([...folders, ...files.map(({ path }) => path)].map(parentOf));
  const lines = [...folders, ""]
    .filter((path) => !inUse.has(path))
    .map((path) => ({ path: `${path}/`, sha256: "0".repeat(64) }));
  for (const file of files) lines.push({ path: file.path, sha256: await fileSha256(file) });
  const sorted = lines.map(({ path, sha256 }) => ({ key: Buffer.from(path), line: `${sha256}  ${path}\n` }));
  sorted.sort((one, other) => Buffer.compare(one.key, other.key));
  const hash = createHash("sha256");
  for (const { line } of sorted) hash.update(line);
  return hash.digest("hex");
}

/** Bytes of one read. */
const pieceSize = 4 * MiB;

async function fileSha256({ source, size, assertUnchanged }: HostFile): Promise<string> {
  const hash = createHash("sha256");
  for (let offset = 0; offset < size; offset += pieceSize) {
    hash.update(await source.read(offset, Math.min(pieceSize, size - offset)));
  }
  await assertUnchanged();
  return hash.digest("hex");
}
