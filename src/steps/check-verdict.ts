/** What a check comes to: the verdict, and its cause. */
import type { CheckFindings, Expectation, MismatchCause } from "../check/index.js";
import { isNone, type FoundManifest } from "../check/locate-manifest.js";
import { causesByGravity } from "../check/mismatch.js";
import type { OtherLayout } from "../check/other-image.js";
import { sectorSize } from "../volumes/plan.js";

/**
 * `match`: everything that was written is there and intact. `mismatch`: something is not. `unreadable`: it cannot be
 * told, because the target gives errors or holds nothing to compare it with.
 */
export type CheckVerdict = "match" | "mismatch" | "unreadable";

/**
 * Why it is no match. Beside the causes of mismatches: `unfinished`: writing it was begun and not ended; `other-image`: it is as
 * it was written, but from another image or with other options; `nothing`: nothing of win7usb is on it; and why there is
 * nothing to compare it with, `no-manifest` (a write that was not verified leaves none), `manifest-damaged`, `manifest-newer`.
 */
export type CheckCause =
  | MismatchCause
  | "unfinished"
  | "nothing"
  | "no-manifest"
  | "manifest-damaged"
  | "manifest-newer";

type Judgement = { readonly verdict: CheckVerdict; readonly cause: CheckCause | null };

/** Of a target without a whole manifest; `otherwise`: an image was given, of which it cannot have been made. */
export function uncompared(found: FoundManifest, otherwise: OtherLayout | undefined): Judgement {
  const { read, hasBootCode } = found;
  if (otherwise !== undefined && hasBootCode !== null)
    return { verdict: "mismatch", cause: hasBootCode ? "other-image" : "nothing" };
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

/** Why a target is no match that has neither a manifest nor any file of the image as it was written; undefined for all others. */
export function nothingOfImage(
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
  // Each image has a disk signature of its own; the same one before lost files is a sound begin of a damaged stick.
  return mismatches.some(({ offset }) => offset < sectorSize) ? "other-image" : undefined;
}

/** `otherwise`: why the image that was given is not what the target was compared with. */
export function checkVerdictOf(
  { mismatches }: Pick<CheckFindings, "mismatches">,
  otherwise: OtherLayout | undefined,
): Judgement {
  const causes = new Set(mismatches.map(({ cause }) => cause));
  if (otherwise?.kind === "other-image") causes.add("other-image");
  const cause = causesByGravity.find((each) => causes.has(each)) ?? null;
  if (cause === null) return { verdict: "match", cause };
  return { verdict: causes.size === 1 && cause === "unreadable" ? "unreadable" : "mismatch", cause };
}
