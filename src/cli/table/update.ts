/** What `update` takes. */
import { diskStart } from "./disk-start.js";
import { editOptions, writeRefusals } from "./edits.js";
import { bell, told } from "./output.js";
import { allow } from "./refusals.js";
import type { CommandSpec } from "./spec.js";
import { dryRun, eventsJson, noVerify, yes } from "./writing.js";

/** Names of what `--reset` takes back; a test holds them to what there is. */
export const resetNames = [
  "label",
  "signature",
  "boot-prompt",
  "edition",
  "answer-file",
  "drivers",
  "updates",
  "add",
] as const;

/** The command `update`. */
export const updateSpec = {
  name: "update",
  summary: "change a stick that win7usb made, in place",
  description:
    "Changes the label, disk signature, boot prompt, edition, answer file, drivers, updates or added files of a stick or image file that win7usb made. What is not named stays as the stick's manifest says. Without --iso all comes from the stick itself: every part of it is proved first, then only the sectors that differ are written, and the stick does not boot for as long as that takes. Where files would have to move, or what is asked for is not on the stick, it says so, and --iso gives it: then the stick is compared with the ISO, and does not boot until that has ended. A stick that is interrupted meanwhile is unfinished, and has to be written again. An image file is made anew, and takes its name at the end. Foreign, damaged and unfinished sticks are refused.",
  operands: [{ name: "stick", kind: "target", summary: "the stick (/dev/sdX), or an image file of one" }],
  options: [
    {
      long: "iso",
      kind: "file",
      value: "iso",
      group: "result",
      summary: "the ISO that it was made of, where the stick is not enough",
      details:
        "Needed for drivers, updates and added folders, to take back what replaced something of the ISO, and where files have to move. Folders that the stick was made with are given again then, or taken back.",
    },
    {
      long: "label",
      short: "l",
      kind: "text",
      value: "text",
      group: "result",
      summary: "another volume label",
      details: "FAT32 takes 11 characters of it, NTFS 32.",
    },
    ...diskStart,
    ...editOptions,
    {
      long: "reset",
      kind: "list",
      value: "name,...",
      choices: resetNames,
      group: "result",
      summary: "take back what was asked for, by its name",
      details: "The stick then has it as the ISO does.",
    },
    {
      ...noVerify,
      details: "A drive that is changed without --iso keeps a manifest all the same, otherwise none is left.",
    },
    { ...allow, choices: writeRefusals },
    { ...yes, summary: "do not ask before a drive is changed" },
    dryRun,
    eventsJson,
    ...told,
    bell,
  ],
  examples: [
    ["win7usb update /dev/sdX --label BENCH-3", "another label"],
    ["win7usb update /dev/sdX --edition Ultimate --dry-run", "what would be written for another edition"],
    ["win7usb update /dev/sdX --drivers drivers --iso win7.iso", "drivers, with the ISO"],
  ],
} as const satisfies CommandSpec;
