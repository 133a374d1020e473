/**
 * Where a disc has Setup: in `sources`, or, made for PCs of several architectures ("all in one"), in one folder for each of
 * them, between which its boot menu asks.
 */
import type { FileTree } from "../tree/index.js";
import { find } from "../tree/index.js";

/** The one of Microsoft's discs. */
const usualFolder = "sources";
/** Of several, the x86 side is what win7usb is for. */
const folders = [usualFolder, "x86/sources", "x64/sources", "amd64/sources"];
const bootImageName = "boot.wim";

/** In the order in which Setup looks for them; it takes install.wim where several are there. */
export const installImageNames = [
  { kind: "wim", name: "install.wim" },
  { kind: "swm", name: "install.swm" },
  { kind: "esd", name: "install.esd" },
] as const;

/** Every folder of the disc that has a WIM of Setup's, the one that is judged in front. */
export function setupFoldersOf(tree: FileTree): string[] {
  const names = [bootImageName, ...installImageNames.map(({ name }) => name)];
  return folders.filter((folder) => names.some((name) => find(tree, `${folder}/${name}`)?.kind === "file"));
}

/** The folder that is judged; the usual one where none has a WIM. */
export function setupFolderOf(tree: FileTree): string {
  return setupFoldersOf(tree)[0] ?? usualFolder;
}

export function bootImageIn(folder: string): string {
  return `${folder}/${bootImageName}`;
}
