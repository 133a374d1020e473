/** What a person can do about what a verification found: the hints of what failed, each once, and one for damage of any kind. */
import type { VerificationReport } from "./verification.js";

type Check = VerificationReport["checks"][number];

const damageHint =
  "Do not write it: fetch the image or read the disc again, and compare its SHA-1 with the published one.";
const missingHint =
  "Where the WIM is a delta of another one, export it together with that one; otherwise it is damaged.";

/** Sentences; none where all is well. `failed`: the failed checks that are told, in that order. */
export function nextSteps(failed: readonly Check[], { verdict, failures, unmet }: VerificationReport): string[] {
  const hints = failed.map((check) => hintFor(check, failures)).filter((hint) => hint !== null);
  if (verdict === "damaged" && hints.length === 0) hints.push(damageHint);
  return [...new Set([...hints, ...unmet.flatMap(({ hint }) => hint ?? [])])];
}

function hintFor({ hint, id, kind }: Check, failures: VerificationReport["failures"]): string | null {
  if (hint !== undefined) return hint;
  if (id === "wim-metadata" && failures.some(({ check, blob }) => check === id && blob !== undefined))
    return missingHint;
  return kind === "suitability" ? null : damageHint;
}
