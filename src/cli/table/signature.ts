/** The disk signature, for `write` and for `check`. */
import type { TextSpec } from "./spec.js";

export const signature = {
  long: "signature",
  kind: "text",
  value: "hex|serial",
  group: "result",
  summary: "another disk signature, or one by the drive's serial",
  details:
    "Sticks of one image have one disk signature, and of two in one machine Windows takes the second offline. Eight hexadecimal digits give another; serial makes one of the drive's serial number, the same whenever that drive is written, and only for one drive at a time.",
} as const satisfies TextSpec;

export const writtenSignature = {
  ...signature,
  group: "checks",
  summary: "with --iso: the disk signature it was written with",
  details: "It is needed only where there is no manifest to tell it; without --iso it is refused.",
} as const satisfies TextSpec;
