/** What holds for the program as a whole: what it is for, exit codes, environment. */
import { commands } from "./commands.js";
import type { CommandSpec, Example } from "./spec.js";

export const programName = "win7usb";
export const programSummary = "Checks a Windows 7 x86 ISO and lays it out as a bootable USB stick or image file.";

export const allCommands: readonly CommandSpec[] = Object.values(commands);

/** One for each thing that people come for. */
export const programExamples: readonly Example[] = [
  ["win7usb", "asks for everything, at a terminal"],
  commands.verify.examples[0],
  commands.inspect.examples[0],
  commands.drives.examples[0],
  commands.write.examples[0],
  commands.write.examples[1],
  commands.check.examples[0],
  commands.read.examples[0],
];

/** Exit code, a word or two for the short help, and the whole of it. */
export const exitMeanings = [
  [0, "done", "done; verify: sound, and all requirements met; check: all is as written"],
  [1, "fault in win7usb", "a fault in win7usb itself, or a result that could not be told"],
  [2, "usage", "wrong usage"],
  [
    3,
    "image damaged",
    "the image, or what is added to it, cannot be read or is damaged; for check: the target cannot be read; for read: something of the disc is missing",
  ],
  [
    4,
    "image not what was asked for",
    "the image is sound but not what was asked for, or what is to be changed in it cannot be; inspect --machine: Setup would be dead there",
  ],
  [5, "target refused", "the target was refused: system disk, too small, in use, missing, no permission"],
  [6, "writing failed", "writing failed; the target is not bootable"],
  [7, "verification failed", "what was read back is not what was written"],
  [130, "interrupted", "interrupted or declined; the target is not bootable if writing had begun"],
] as const;

export const environment = [
  ["NO_COLOR", "No colour, whatever its value, unless that is empty (https://no-color.org)."],
  ["TERM", "With dumb: no colour, and progress in lines."],
  ["CI", "Progress in lines, whatever its value."],
] as const;
