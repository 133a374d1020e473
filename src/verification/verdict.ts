/**
 * The verdict on an image. A check says what was examined and what was found; the verdict weighs all checks. Traps: a
 * Linux disc without a boot manager is not damaged, it is something else; an image whose hash was published is what was
 * published, whatever else looks odd in it; and `intact` only says that no check failed, so that what was not checked must be
 * said beside it.
 */
import type { CheckStatus } from "../windows/boot-files.js";

export type { CheckStatus } from "../windows/boot-files.js";

/**
 * What a failed check means: `soundness` and `origin` that the image is not what it was when it was made, `suitability` that
 * it is something else than win7usb is for. `agreement` only warns.
 */
export type CheckKind = "soundness" | "suitability" | "origin" | "agreement";

/** What was looked at, and what was seen. */
export type Check = {
  /** Names that scripts may rely on, such as `structure`, `boot/bcd` or `wim-blobs`. */
  readonly id: string;
  readonly kind: CheckKind;
  readonly status: CheckStatus;
  readonly message: string;
  /** The file that was checked, where several are checked for the same. */
  readonly file?: string;
  /** A refusal's, warning's or error's own name. */
  readonly code?: string;
  /** What the person can do about it, as a sentence. */
  readonly hint?: string;
};

/** The conclusion from all checks of an image. */
export type Verdict = "genuine" | "intact" | "damaged" | "unsuitable";

/**
 * Damage outweighs everything, unsuitability an origin. `isOfficial`: a published hash is that of these bytes; `isWanted`:
 * everything that was asked for is so. A script that reads the verdict alone must not go on where something is not.
 */
export function verdictOf(checks: readonly Check[], isOfficial: boolean, isWanted: boolean): Verdict {
  const failed = checks.filter((check) => check.status === "fail");
  if (failed.some((check) => check.kind !== "suitability")) return "damaged";
  if (failed.length > 0 || !isWanted) return "unsuitable";
  return isOfficial ? "genuine" : "intact";
}

/**
 * The checks of an image whose bytes are the published ones: nothing in it can be damaged, so what failed is how it was made,
 * or a drive that does not read the same twice.
 */
export function excused(checks: readonly Check[]): Check[] {
  return checks.map((check) => {
    if (check.status !== "fail" || check.kind !== "soundness") return check;
    const message = `${check.message}; but all bytes are the published ones: it was made so, or the drive reads it differently each time`;
    return { ...check, status: "warn", message };
  });
}
