/** Files that systems create on every stick by themselves, and that no person added. */

/** In the root, with all below: Windows' and NTFS' own, macOS', and the bins of Linux desktops. */
const folders: ReadonlySet<string> = new Set([
  "system volume information",
  "$recycle.bin",
  "recycler",
  "$extend",
  ".spotlight-v100",
  ".fseventsd",
  ".trashes",
  ".temporaryitems",
  ".documentrevisions-v100",
]);
const linuxBin = /^\.trash-\d+$/;
/** Anywhere: macOS' folder views, and what it keeps of a file on volumes that are not its own. */
const files = /^(\.ds_store|\._.*)$/;

export function isMadeBySystems(path: string): boolean {
  const parts = path.toLowerCase().split("/");
  const [first = ""] = parts;
  return folders.has(first) || linuxBin.test(first) || files.test(parts.at(-1)!);
}
