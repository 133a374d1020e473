/** A small Windows 7 shaped ISO as a file, made by the fixture's own builder. */
import { join } from "node:path";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { writeExtents } from "../../fixtures/iso/write-extents.js";
import type { Windows7Options } from "../../fixtures/windows7/tree.js";
import { windows7Label, windows7Tree } from "../../fixtures/windows7/tree.js";
import type { FileTree } from "../../src/tree/index.js";

export async function writeImageOf(tree: FileTree, path: string, label = windows7Label): Promise<string> {
  const { extents, size } = await buildBridge(tree, { label });
  await writeExtents(path, extents, size);
  return path;
}

export async function writeDemoImage(
  folder: string,
  options: Windows7Options = {},
  name = "win7.iso",
): Promise<string> {
  return writeImageOf(await windows7Tree(options), join(folder, name));
}
