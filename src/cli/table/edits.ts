/** Options that change the image's files; a check of the stick is given the same. */
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

/** Of `write`. */
export const editOptions = [edition] as const satisfies readonly OptionSpec[];

/** Of `check`. */
export const editedOptions = [
  {
    ...edition,
    group: "checks",
    summary: "with --iso: the edition that it was written with",
    details: "As it was given to write.",
  },
] as const satisfies readonly OptionSpec[];
