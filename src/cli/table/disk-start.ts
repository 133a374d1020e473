/** What is chosen of a disk's first sectors, for `write` and for `check`. */
import type { FlagSpec, OptionSpec, TextSpec } from "./spec.js";

const signature = {
  long: "signature",
  kind: "text",
  value: "hex|serial",
  group: "result",
  summary: "another disk signature, or one by the drive's serial",
  details:
    "Sticks of one image have one disk signature, and of two in one machine Windows takes the second offline. Eight hexadecimal digits give another; serial makes one of the drive's serial number, the same whenever that drive is written, and only for one drive at a time.",
} as const satisfies TextSpec;

const writtenSignature = {
  ...signature,
  group: "checks",
  summary: "with --iso: the disk signature it was written with",
  details: "It is needed only where there is no manifest to tell it; without --iso it is refused.",
} as const satisfies TextSpec;

const bootPrompt = {
  long: "boot-prompt",
  kind: "flag",
  group: "result",
  summary: "start only at a key where another disk could start",
  details:
    "After its first restart Setup goes on from the disk that it installs to; a machine that starts the stick again begins it anew. Where the firmware has another hard disk with an active partition, this stick asks for a key for five seconds, as a disc does, and otherwise starts that disk. With none it starts at once.",
} as const satisfies FlagSpec;

const writtenBootPrompt = {
  ...bootPrompt,
  group: "checks",
  summary: "with --iso: it was written with --boot-prompt",
  details: "It is needed only where there is no manifest to tell it; without --iso it is refused.",
} as const satisfies FlagSpec;

/** Of `write`. */
export const diskStart = [signature, bootPrompt] as const satisfies readonly OptionSpec[];

/** Of `check`. */
export const writtenDiskStart = [writtenSignature, writtenBootPrompt] as const satisfies readonly OptionSpec[];
