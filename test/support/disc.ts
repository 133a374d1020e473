/** A Windows 7 disc whose files in `sources` are given; what is null is not on it. */
import { join } from "node:path";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import type { DirectoryNode } from "../../src/tree/index.js";
import { writeImageOf } from "./demo-image.js";
import { replaceFile, withoutNode } from "./tree-edits.js";

export type SourceFiles = Readonly<Record<string, Uint8Array | string | null>>;

/** Professional and Ultimate, of which ei.cfg offers Professional. */
export const discEditions = ["Professional", "Ultimate"] as const;

export async function writeDisc(folder: string, files: SourceFiles, name = "disc.iso"): Promise<string> {
  let tree: DirectoryNode = await windows7Tree({ editions: discEditions });
  for (const [file, content] of Object.entries(files)) {
    const path = `sources/${file}`;
    tree = content === null ? withoutNode(tree, path) : replaceFile(tree, path, content);
  }
  return writeImageOf(tree, join(folder, name));
}
