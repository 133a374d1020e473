/**
 * Volume labels. A label is an entry of the root directory with a name of 11 characters, under the rules of short names
 * except that blanks may stand inside (FAT32 specification, "FAT Directory Structure", ATTR_VOLUME_ID).
 */
import { asciiUpper, shortNamePunctuation } from "../../windows-names.js";
import { shortNameLength } from "../records/directory-entry.js";

/** What a label without one usable character becomes. */
const fallbackLabel = "WIN7USB";

/**
 * Windows 7's boot record compares the 11 bytes of root entries with `BOOTMGR` and does not look at the attributes: a
 * volume of that name would be taken for the file.
 */
const forbiddenLabel = "BOOTMGR";

const illegal = new RegExp(`[^A-Z0-9${shortNamePunctuation} ]`, "g");

/** `text` as a label that FAT can hold: upper case, cut to 11 characters, what is not legal replaced by `_`. */
export function fatLabel(text: string): string {
  const label = asciiUpper(text.trim())
    .replaceAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, "_")
    .replaceAll(illegal, "_")
    .slice(0, shortNameLength)
    .trimEnd();
  if (!/[^_ ]/.test(label)) return fallbackLabel;
  return label === forbiddenLabel ? `${forbiddenLabel}_` : label;
}
