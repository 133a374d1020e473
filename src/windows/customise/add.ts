/** Files laid over the image's, at a path of the stick. */
import { Win7UsbError } from "../../errors.js";
import { overlay, treeWith } from "../../tree/edits.js";
import { find } from "../../tree/index.js";
import { setupFolderOf } from "../setup-folders.js";
import { additionTimes } from "./added-file.js";
import type { EditResult, Editing, Wish } from "./edit.js";

/** What Setup may copy to the machine, beside its WIMs. */
const oemFolder = "$OEM$";

/** Throws `usage` for what is no path on the stick, and `edit-conflict`. */
export function addFolder({ at, folder }: Extract<Wish, { kind: "add" }>, { tree }: Editing): EditResult {
  const path = stickPath(at);
  const over = path === "" ? folder : treeWith(path, folder, additionTimes(tree));
  const result = overlay(tree, over);
  const oemPath = `${setupFolderOf(result.tree)}/${oemFolder}`;
  const hasOemFolder = find(over, oemPath)?.kind === "directory";
  return { value: path, ...result, notes: hasOemFolder ? [{ code: "oem-folder", path: oemPath }] : [] };
}

/** Names joined by slashes, for what people write. Throws `usage` for what leaves the stick. */
function stickPath(at: string): string {
  const path = at.replaceAll("\\", "/").replace(/\/$/, "");
  if (path === "" && at === "") return "";
  const isWrong = path.split("/").some((name) => ["", ".", ".."].includes(name)) || /^[a-z]:/i.test(path);
  if (!isWrong) return path;
  throw new Win7UsbError("usage", `${JSON.stringify(at)} is no path on the stick`, {
    hint: "Give names below its root, such as sources/$OEM$: without a drive, a slash in front, or names of dots.",
    data: { path: at },
  });
}
