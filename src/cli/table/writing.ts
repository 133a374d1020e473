/** What is chosen of a write, whatever is written: of `write` and of `clone`. */
import { json } from "./output.js";
import type { FlagSpec } from "./spec.js";

export const onlyChanged = {
  long: "only-changed",
  kind: "flag",
  group: "result",
  summary: "write only the blocks of a drive that differ",
  details: "Each drive is read first. An image file is always written anew.",
} as const satisfies FlagSpec;

export const force = {
  long: "force",
  kind: "flag",
  group: "result",
  summary: "replace an existing image file",
} as const satisfies FlagSpec;

export const noVerify = {
  long: "no-verify",
  kind: "flag",
  group: "checks",
  summary: "do not read back what was written",
  details: "No manifest is left for check either, and no hash is told.",
} as const satisfies FlagSpec;

export const yes = {
  long: "yes",
  short: "y",
  kind: "flag",
  group: "limits",
  summary: "do not ask before a drive is erased",
  details: "It answers the question and lifts no refusal.",
} as const satisfies FlagSpec;

export const dryRun = {
  long: "dry-run",
  short: "n",
  kind: "flag",
  group: "output",
  summary: "show what would be written, and write nothing",
} as const satisfies FlagSpec;

export const eventsJson = {
  ...json,
  summary: "one JSON event a line",
  details: "The last one is done or error.",
} as const satisfies FlagSpec;
