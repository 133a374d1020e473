/** The tree as it is laid out: what the file system cannot hold whole is split. Writing and checking do the same. */
import { largestFile } from "../volumes/fat32/records/directory-entry.js";
import type { FileSystemName } from "../volumes/plan.js";
import type { FileTree } from "../tree/index.js";
import type { SplitImage, SplitTree } from "../windows/split-install-image.js";
import { installPartLimit, splitInstallImages } from "../windows/split-install-image.js";

export type { SplitImage } from "../windows/split-install-image.js";

/** Throws `file-too-large` and `wim-damaged`. */
export async function fitTree(tree: FileTree, fileSystem: FileSystemName): Promise<SplitTree> {
  if (fileSystem !== "fat32") return { tree, splits: [] };
  return splitInstallImages(tree, { file: largestFile, part: installPartLimit });
}

export type SplitWarning = { readonly code: "wim-split"; readonly message: string };

/** What was done to a file, for the person who is asked whether to write. */
export function splitWarning({ path, parts, hadIntegrityTable }: SplitImage): SplitWarning {
  const what = parts.length === 1 ? "written without what it no longer refers to" : `split into ${parts.length} parts`;
  const without = hadIntegrityTable ? ", without its integrity table" : "";
  return { code: "wim-split", message: `${path} is ${what}${without}: FAT32 holds no file over 4 GiB` };
}
