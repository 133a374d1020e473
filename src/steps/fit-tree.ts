/**
 * The tree as it is laid out: names that no stick can have are left out, and files that the file system cannot hold are split. Used
 * by writing and checking alike.
 */
import { count } from "../bytes/amounts.js";
import type { Warning } from "../errors.js";
import { largestFile } from "../volumes/fat32/records/directory-entry.js";
import type { NamedTree } from "../volumes/faulty-names.js";
import { withoutFaultyNames } from "../volumes/faulty-names.js";
import type { FileSystemName } from "../volumes/plan.js";
import type { FileTree } from "../tree/index.js";
import type { SplitImage, SplitTree } from "../windows/split-install-image.js";
import { installPartLimit, splitInstallImages } from "../windows/split-install-image.js";

export type { SplitImage } from "../windows/split-install-image.js";

/** `faults`: what was left out, which is refused unless it is allowed. */
export type FittedTree = SplitTree & Pick<NamedTree, "faults">;

/** Throws `file-too-large` and `wim-damaged`. */
export async function fitTree(whole: FileTree, fileSystem: FileSystemName): Promise<FittedTree> {
  const { tree, faults } = withoutFaultyNames(whole, fileSystem);
  if (fileSystem !== "fat32") return { tree, splits: [], faults };
  return { ...(await splitInstallImages(tree, { file: largestFile, part: installPartLimit })), faults };
}

/** Says how a file is written otherwise than it lies in the image. */
export function splitWarning({ path, parts, hadIntegrityTable }: SplitImage): Warning {
  const what =
    parts.length === 1 ? "written without what it no longer refers to" : `split into ${count(parts.length, "part")}`;
  const without = hadIntegrityTable ? ", without its integrity table" : "";
  return { code: "wim-split", message: `${path} is ${what}${without}: FAT32 holds no file over 4 GiB` };
}

const labelLimits = {
  fat32: "FAT32 takes 11 characters: capital letters A to Z, digits, blanks and some punctuation",
  ntfs: "NTFS takes 32 characters, without blanks at its ends",
} as const satisfies Record<FileSystemName, string>;

/** None where the label is what was asked for. */
export function labelWarnings(asked: string, label: string, fileSystem: FileSystemName): Warning[] {
  if (asked === label) return [];
  const message = `the label ${JSON.stringify(asked)} becomes ${JSON.stringify(label)}: ${labelLimits[fileSystem]}`;
  return [{ code: "label-changed", message }];
}
