/** The options of a write that makes a target again as its manifest says it was: what the manifest has not, in words. */
import type { CheckOrigin, CheckResult } from "../../steps/check-target.js";
import { fatLabel } from "../../volumes/fat32/plan/label.js";
import { ntfsLabel } from "../../volumes/ntfs/plan/label.js";
import { MiB } from "../../bytes/units.js";
import { printable } from "../escape.js";
import { quoted } from "../next-command.js";

/** With a space in front of each; empty where nothing is known of it. */
export function optionsAgain({ origin, target }: Pick<CheckResult, "origin" | "target">): string {
  if (origin === null) return "";
  const { filesystem, label, size, signature, bootPrompt } = origin.options;
  const usual = (filesystem === "ntfs" ? ntfsLabel : fatLabel)(origin.volumeLabel);
  const words = [
    ...(filesystem === "ntfs" ? ["--filesystem ntfs"] : []),
    ...(label === usual ? [] : [`--label ${word(label)}`]),
    // A drive is laid out to its own size.
    ...(target.kind === "drive" ? [] : [`--size ${size % MiB === 0 ? `${size / MiB}M` : size}`]),
    ...(signature === null ? [] : [`--signature ${signature}`]),
    ...(bootPrompt ? ["--boot-prompt"] : []),
    ...origin.edits.flatMap(editAgain),
  ];
  return words.map((each) => ` ${each}`).join("");
}

/** Of a kind that a later version made, nothing: its option is not known here. */
function editAgain({ kind, value }: CheckOrigin["edits"][number]): string[] {
  if (kind === "edition") return [`--edition ${word(value)}`];
  if (kind === "answer-file") return ["--answer-file <the same file>"];
  if (kind === "updates") return ["--updates <the same folder>"];
  // Only sticks of a 64-bit image have it.
  if (kind === "uefi-boot") return ["--allow x64"];
  if (kind === "drivers") return ["--drivers <the same folder>"];
  if (kind === "add") return [`--add <the same folder>${value === "" ? "" : word(`=${value}`)}`];
  return [];
}

/** Of what a manifest says, which may be anything. */
function word(text: string): string {
  return quoted(printable(text));
}
