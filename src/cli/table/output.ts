/** What every command that looks or writes tells, and where. */
import type { FlagSpec, OptionSpec, PathsSpec, TextSpec } from "./spec.js";

export const json = {
  long: "json",
  kind: "flag",
  group: "output",
  summary: "one JSON object on standard output",
} as const satisfies FlagSpec;

const quiet = {
  long: "quiet",
  kind: "flag",
  group: "output",
  summary: "results and errors alone: no progress, no explanations",
  details: "A question is asked all the same, with what it is about.",
} as const satisfies FlagSpec;

const log = {
  long: "log",
  kind: "file",
  value: "file",
  group: "output",
  summary: "append all that people are told to a file",
  details: "Each line begins with the time (UTC). With --quiet the file has what is not shown.",
} as const satisfies TextSpec;

/** Of a command that may take minutes. */
export const bell = {
  long: "no-bell",
  kind: "flag",
  group: "output",
  summary: "no bell on the terminal when a minute's work has ended",
} as const satisfies FlagSpec;

export const told = [quiet, log] as const satisfies readonly OptionSpec[];

/** Of a command with a verdict. */
export const recordFiles = {
  long: "record",
  kind: "files",
  value: "file",
  group: "output",
  summary: "a record of the run: .html, .json or .txt",
  details:
    "What the image and the drive are, hashes, options, times, the verdict, and a picture of the stick. It is written when the run fails or is interrupted, too. An earlier record of that name is replaced, any other file is not.",
} as const satisfies PathsSpec;

/** Of a command that has to do with a stick. */
export const stickMap = {
  long: "map",
  kind: "flag",
  group: "output",
  summary: "show what lies where on the stick, as blocks",
} as const satisfies FlagSpec;
