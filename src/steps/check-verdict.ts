/** The verdict of a check, and its cause. */
import type { CheckFindings, Expectation, MismatchCause } from "../check/index.js";
import { isNone, type FoundManifest } from "../check/locate-manifest.js";
import { causesByGravity } from "../check/mismatch.js";
import type { OtherLayout } from "../check/other-image.js";
import { sectorSize } from "../volumes/plan.js";

/**
 * `match`: everything that was written is there and intact. `mismatch`: something is not. `unreadable`: unknown, because
 * the target gives errors or holds nothing to compare it with.
 */
export type CheckVerdict = "match" | "mismatch" | "unreadable";

/**
 * Why the verdict is not `match`. Beside the causes of mismatches: `unfinished`: a write was begun and not ended;
 * `other-image`: the target is as it was written, but from another image or with other options, changes to its files among them; `nothing`: nothing of
 * win7usb is on it; `cut-short`: it ends before the stick does; and where there is nothing to compare it with, `no-manifest` (a write that was not verified leaves
 * none), `manifest-damaged` or `manifest-newer`.
 */
export type CheckCause =
  | MismatchCause
  | "unfinished"
  | "nothing"
  | "cut-short"
  | "no-manifest"
  | "manifest-damaged"
  | "manifest-newer";

type VerdictAndCause = { readonly verdict: CheckVerdict; readonly cause: CheckCause | null };

/** For a target without a usable manifest. `otherwise`: why it cannot have been made from the image that was given. */
export function verdictWithoutComparison(found: FoundManifest, otherwise: OtherLayout | undefined): VerdictAndCause {
  const { read, hasBootCode } = found;
  if (otherwise !== undefined && hasBootCode !== null)
    return { verdict: "mismatch", cause: hasBootCode ? "other-image" : "nothing" };
  // What no longer has its end is not what was written, whatever is left of it.
  if (found.cutFrom !== null) return { verdict: "mismatch", cause: "cut-short" };
  const cause = {
    damaged: "manifest-damaged",
    newer: "manifest-newer",
    unreadable: "unreadable",
    manifest: null,
    absent: null,
  } as const;
  const isUnreadable = hasBootCode === null || found.differences.some(({ kind }) => kind === "unreadable");
  const ofAbsent = isUnreadable ? "unreadable" : hasBootCode ? "no-manifest" : "nothing";
  return { verdict: "unreadable", cause: cause[read.kind] ?? ofAbsent };
}

/** `nothing` or `other-image` for a target that has neither a manifest nor any intact file of the image; else undefined. */
export function causeOfForeign(
  found: FoundManifest,
  expectation: Expectation,
  { mismatches }: Pick<CheckFindings, "mismatches">,
): CheckCause | undefined {
  const { hasBootCode } = found;
  if (expectation.kind === "manifest" || !isNone(found)) return undefined;
  const differing = new Set(mismatches.flatMap(({ path, cause }) => (cause === "unreadable" ? [] : (path ?? []))));
  const isLost = expectation.plan.files.every(({ path, size }) => size === 0 || differing.has(path));
  if (!isLost || hasBootCode === null) return undefined;
  if (!hasBootCode) return "nothing";
  // Each image has its own disk signature: if the first sector matches, the stick was made from it and has lost its files.
  return mismatches.some(({ offset }) => offset < sectorSize) ? "other-image" : undefined;
}

/** For a target that was compared. `otherwise`: why it was not compared with the image that was given. */
export function checkVerdictOf(
  { mismatches }: Pick<CheckFindings, "mismatches">,
  otherwise: OtherLayout | undefined,
): VerdictAndCause {
  const causes = new Set(mismatches.map(({ cause }) => cause));
  if (otherwise !== undefined && otherwise.kind !== "other-version") causes.add("other-image");
  const cause = causesByGravity.find((each) => causes.has(each)) ?? null;
  if (cause === null) return { verdict: "match", cause };
  return { verdict: causes.size === 1 && cause === "unreadable" ? "unreadable" : "mismatch", cause };
}
