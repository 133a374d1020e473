/** A directory of this machine that image makers are given, and digests that compare what came back with it. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MiB } from "../../src/bytes/units.js";
import type { FileNode, FileTree } from "../../src/tree/index.js";
import { contentSource, walk } from "../../src/tree/index.js";

const chunkSize = 4 * MiB;

function bytesOf(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed + 1;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

export type JudgingOptions = {
  /** Names that the primary volume of ISO 9660 cannot hold are left out otherwise. */
  readonly unicode?: boolean;
  /** Levels of directories; more than 8 need relaxed rules. */
  readonly depth?: number;
};

/** Fills `root` with sizes around the block's, a full directory, a deep path, and names of all kinds. */
export function makeJudgingTree(root: string, { unicode = true, depth = 6 }: JudgingOptions = {}): void {
  const put = (path: string, size: number): void => writeFileSync(join(root, path), bytesOf(size, size));
  mkdirSync(root, { recursive: true });
  for (const size of [0, 1, 2047, 2048, 2049, 4096, 70_001]) put(`SZ${size}.BIN`, size);
  mkdirSync(join(root, "EMPTY"));
  mkdirSync(join(root, "FULL"));
  for (let index = 0; index < 700; index += 1) put(`FULL/FILE${index}.TXT`, index % 7);
  let deep = "DEEP";
  for (let level = 2; level <= depth; level += 1) deep += `/L${level}`;
  mkdirSync(join(root, deep), { recursive: true });
  put(`${deep}/BOTTOM.BIN`, 77);
  if (!unicode) return;
  mkdirSync(join(root, "ünïcode ☃"));
  put("ünïcode ☃/latin é à.txt", 3);
  put("ünïcode ☃/雪.txt", 4);
  put(`${"long name ".repeat(9)}end.txt`, 5);
  put("install_Windows 7 HOMEPREMIUM.clg", 6);
  put("no extension", 7);
}

async function digestOf(file: FileNode): Promise<string> {
  const hash = createHash("sha256");
  const content = contentSource(file);
  for (let offset = 0; offset < content.size; offset += chunkSize) {
    hash.update(await content.read(offset, Math.min(chunkSize, content.size - offset)));
  }
  return hash.digest("hex");
}

/** Size and SHA-256 by path, `"directory"` for directories, sorted by path. */
export async function digestsOf(tree: FileTree): Promise<Record<string, string>> {
  const digests: [string, string][] = [];
  for (const { path, node } of walk(tree)) {
    digests.push([path, node.kind === "directory" ? "directory" : `${node.size} ${await digestOf(node)}`]);
  }
  return Object.fromEntries(digests.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
