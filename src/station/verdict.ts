/** What the end of a write says of the stick: that it is bad, that it was pulled, or nothing, because something else is at fault. */
import { exitCodes } from "../errors.js";
import type { StickVerdict } from "./journal-line.js";
import type { StickError, StickOutcome } from "./stick.js";

/** `isGone`: it was not there any more when its write ended. */
export function stickVerdictOf(outcome: StickOutcome, isGone: boolean): StickVerdict {
  // What was read back and has its first sector is a stick, even if it was pulled in the same moment.
  if ("done" in outcome) return "done";
  const { exitCode, code } = outcome.error;
  if (isGone || isOfPulled(code)) return "pulled";
  if (exitCode === exitCodes["write-failed"] || exitCode === exitCodes["verify-failed"]) return "failed";
  return exitCode === exitCodes["target-in-use"] ? "refused" : "interrupted";
}

/** It went, or another one came, before its write had looked at it. */
function isOfPulled(code: string): boolean {
  return code === "target-missing" || code === "target-changed";
}

/** Whether the image is at fault, or the program: the next stick would end in the same way. */
export function isFaultOfImage({ exitCode }: StickError, verdict: StickVerdict): boolean {
  return verdict === "interrupted" && exitCode !== exitCodes.interrupted;
}
