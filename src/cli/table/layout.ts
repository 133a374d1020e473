/** What a stick is made of, and how it is laid out. */
import type { OperandSpec, OptionSpec } from "./spec.js";

export const iso = {
  name: "iso",
  kind: "iso",
  summary: "the ISO file, or an optical drive",
} as const satisfies OperandSpec;

export const layout = [
  {
    long: "filesystem",
    short: "f",
    kind: "choice",
    value: "name",
    choices: ["auto", "fat32", "ntfs"],
    default: "auto",
    group: "result",
    summary: "file system: auto, fat32 or ntfs",
    details:
      "auto is FAT32, or NTFS where a file is over 4 GiB - 1. With fat32 an install.wim of that size is split into install.swm, install2.swm and so on, which Setup takes in its place; another file of that size is refused.",
  },
  {
    long: "label",
    short: "l",
    kind: "text",
    value: "text",
    group: "result",
    summary: "volume label (default: the ISO's own)",
    details: "FAT32 takes 11 characters of it, NTFS 32.",
  },
] as const satisfies readonly OptionSpec[];
