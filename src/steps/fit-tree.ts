/**
 * The tree as it is laid out: a 64-bit image gets what UEFI starts, names that no stick can have are left out, and files that the file system cannot hold are split. Used
 * by writing and checking alike.
 */
import { count } from "../bytes/amounts.js";
import type { Warning } from "../errors.js";
import { largestFile } from "../volumes/fat32/records/directory-entry.js";
import type { NamedTree } from "../volumes/faulty-names.js";
import { withoutFaultyNames } from "../volumes/faulty-names.js";
import type { FileSystemName } from "../volumes/plan.js";
import type { FileTree } from "../tree/index.js";
import type { Edit } from "../windows/customise/index.js";
import { addUefiBoot, uefiWarningsOfNtfs } from "../windows/customise/uefi-boot.js";
import type { WindowsIdentity } from "../windows/identity.js";
import type { SplitImage, SplitTree } from "../windows/split-install-image.js";
import { installPartLimit, splitInstallImages } from "../windows/split-install-image.js";

export type { SplitImage } from "../windows/split-install-image.js";

/** `faults`: what was left out, which is refused unless it is allowed. */
export type FittedTree = SplitTree &
  Pick<NamedTree, "faults"> & {
    /** What was added because the file system is what it is. */
    readonly edits: readonly Edit[];
    readonly warnings: readonly Warning[];
  };

/** Throws `file-too-large` and `wim-damaged`. */
export async function fitTree(
  whole: FileTree,
  fileSystem: FileSystemName,
  windows: WindowsIdentity,
): Promise<FittedTree> {
  const { tree, faults } = withoutFaultyNames(whole, fileSystem);
  if (fileSystem !== "fat32") return { tree, splits: [], faults, edits: [], warnings: uefiWarningsOfNtfs(windows) };
  const { tree: started, edit, warnings } = await addUefiBoot(tree, windows);
  const split = await splitInstallImages(started, { file: largestFile, part: installPartLimit });
  return { ...split, faults, edits: edit === null ? [] : [edit], warnings };
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
