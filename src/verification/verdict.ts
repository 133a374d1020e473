/**
 * The verdict on an image. A check says what was examined and what was found; the verdict follows from all checks. Traps: a
 * Linux disc without a boot manager is not damaged, but another kind of image; an image with a published hash is what was
 * published, whatever else looks odd in it; and `intact` only says that no check failed, so it must be shown together with
 * what was not checked.
 */
import type { CheckStatus } from "../windows/boot-files.js";

export type { CheckStatus } from "../windows/boot-files.js";

/**
 * What a failed check means. `soundness`, `origin`: the image has changed since it was made. `suitability`: it is not an
 * image that win7usb is for. `agreement`: only a warning.
 */
export type CheckKind = "soundness" | "suitability" | "origin" | "agreement";

/** What was examined, and the result. */
export type Check = {
  /** Names that scripts may rely on, such as `structure`, `boot/bcd` or `wim-blobs`. */
  readonly id: string;
  readonly kind: CheckKind;
  readonly status: CheckStatus;
  readonly message: string;
  /** The file that was checked, where the same check is made of several. */
  readonly file?: string;
  /** The code of the refusal, warning or error. */
  readonly code?: string;
  /** What the person can do about it, as a sentence. */
  readonly hint?: string;
};

/** The verdict on an image. */
export type Verdict = "genuine" | "intact" | "damaged" | "unsuitable";

/**
 * `damaged` takes precedence over `unsuitable`, and that over `genuine`. `isOfficial`: the bytes have a published hash.
 * `isWanted`: all requirements are met; where one is not, the verdict is `unsuitable`, because scripts may read nothing else.
 */
export function verdictOf(checks: readonly Check[], isOfficial: boolean, isWanted: boolean): Verdict {
  const failed = checks.filter((check) => check.status === "fail");
  if (failed.some((check) => check.kind !== "suitability")) return "damaged";
  if (failed.length > 0 || !isWanted) return "unsuitable";
  return isOfficial ? "genuine" : "intact";
}

/**
 * The checks of an image with a published hash, with failures of soundness as warnings: nothing in it can be damaged, so that
 * it was made this way, or the drive does not always read the same bytes.
 */
export function excused(checks: readonly Check[]): Check[] {
  return checks.map((check) => {
    if (check.status !== "fail" || check.kind !== "soundness") return check;
    const message = `${check.message}; but all bytes are the published ones: it was made so, or the drive reads it differently each time`;
    return { ...check, status: "warn", message };
  });
}
