/** A directory of this machine as a FileTree, so that a layout's output can be compared with what it was made from. */
import { concatenate, fromSource } from "../../src/extents/layout.js";
import { closeSync, openSync, readSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { ByteSource } from "../../src/source/byte-source.js";
import { checkRange } from "../../src/source/byte-source.js";
import type { DirectoryNode, FileNode, TreeNode } from "../../src/tree/index.js";

/** Opened for each read: test trees have more files than a process may keep open. */
export function hostFileSource(path: string): ByteSource {
  const { size } = statSync(path);
  const readInto = async (offset: number, target: Uint8Array): Promise<void> => {
    checkRange(size, offset, target.length);
    const file = openSync(path, "r");
    try {
      const count = readSync(file, target, 0, target.length, offset);
      if (count !== target.length) throw new Error(`${path}: ${count} bytes read, expected ${target.length}`);
    } finally {
      closeSync(file);
    }
  };
  return {
    size,
    readInto,
    async read(offset, length) {
      const target = new Uint8Array(length);
      await readInto(offset, target);
      return target;
    },
  };
}

function hostFile(path: string): FileNode {
  const source = hostFileSource(path);
  const content = concatenate([fromSource(source)]);
  return { kind: "file", name: basename(path), size: source.size, content, ...metadata(path) };
}

/** Without the time of last access, which reading the tree itself would change. */
function metadata(path: string) {
  const { mtimeMs, birthtimeMs } = statSync(path);
  return { times: { modified: mtimeMs, created: birthtimeMs }, attributes: {} };
}

/** The tree below `path`, names in code unit order. */
export function hostTree(path: string, name = ""): DirectoryNode {
  const entries = readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const children = entries.map((entry): TreeNode => {
    const child = join(path, entry.name);
    return entry.isDirectory() ? hostTree(child, entry.name) : hostFile(child);
  });
  return { kind: "directory", name, children, ...metadata(path) };
}
