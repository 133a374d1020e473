/** What every command that looks or writes tells, and where. */
import type { FlagSpec, OptionSpec, TextSpec } from "./spec.js";

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
