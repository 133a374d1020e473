/** Options that change the image's files; a check of the stick is given the same. */
import { imageRefusals, nameRefusals, soundnessRefusals, targetRefusals, wholenessRefusals } from "./refusals.js";
import type { OptionSpec } from "./spec.js";

const edition = {
  long: "edition",
  kind: "text",
  value: "name|menu",
  group: "result",
  summary: "the edition that Setup installs, or a menu of all",
  details:
    "Professional, home premium, ult: one that the ISO holds. sources/ei.cfg is written, and keeps the ISO's kind of key. With menu it is removed, and Setup lists all editions of the ISO. An answer file outranks it.",
} as const satisfies OptionSpec;

const add = {
  long: "add",
  kind: "folders",
  value: "folder[=path]",
  group: "result",
  summary: "lay the files of a folder over the ISO's",
  details:
    "They come to the stick's root, or below the path behind the last = sign ('extras=sources/$OEM$/$1'). What replaces a file of the ISO needs --allow replace.",
} as const satisfies OptionSpec;

const answerFile = {
  long: "answer-file",
  kind: "file",
  value: "xml",
  group: "result",
  summary: "an answer file, so that Setup asks less",
  details:
    "It is checked and becomes Autounattend.xml in the stick's root. One that changes disks without asking needs --allow unattended-wipe.",
} as const satisfies OptionSpec;

const drivers = {
  long: "drivers",
  kind: "folders",
  value: "folder",
  group: "result",
  summary: "drivers for USB 3, NVMe and the like, for Setup and Windows",
  details:
    "A folder of unpacked drivers (.inf) from the vendor. What is for Windows 7 goes onto the stick, and of that USB, storage and input into boot.wim, so that Setup has them. win7usb inspect <folder> says which will do.",
} as const satisfies OptionSpec;

const updates = {
  long: "updates",
  kind: "file",
  value: "folder",
  group: "result",
  summary: "updates that the machine installs when Setup is done",
  details:
    "A folder of .msu and .cab files for this Windows 7. They go into sources/$OEM$ with a SetupComplete.cmd, which installs them in order and writes a log. What is for another Windows or architecture is refused.",
} as const satisfies OptionSpec;

/** Names of refusals of what is changed, that `--allow` of `write` lifts. */
export const editRefusals = ["replace", "unattended-wipe"] as const;

/** Names of all refusals of what is laid out. */
export const writeRefusals = [
  ...imageRefusals,
  ...wholenessRefusals,
  ...soundnessRefusals,
  ...nameRefusals,
  ...editRefusals,
  ...targetRefusals,
] as const;

/** Of `write`. */
export const editOptions = [drivers, updates, edition, answerFile, add] as const satisfies readonly OptionSpec[];

/** Of `check`. */
export const editedOptions = [
  {
    ...drivers,
    group: "checks",
    summary: "with --iso: a folder of drivers that were added",
    details: "As it was given to write, with the same files.",
  },
  {
    ...updates,
    group: "checks",
    summary: "with --iso: the folder of updates that was added",
    details: "As it was given to write, with the same files.",
  },
  {
    ...edition,
    group: "checks",
    summary: "with --iso: the edition that it was written with",
    details: "As it was given to write.",
  },
  {
    ...answerFile,
    group: "checks",
    summary: "with --iso: the answer file that was added",
    details: "As it was given to write.",
  },
  {
    ...add,
    group: "checks",
    summary: "with --iso: a folder that was added",
    details: "As it was given to write, with the same files.",
  },
] as const satisfies readonly OptionSpec[];
