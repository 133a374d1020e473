/** The object that `verify --json` prints; its names are the public contract. The text for people is made from it. */
import { countNodes } from "../../steps/open-image.js";
import type { VerifyResult } from "../../steps/verify-image.js";
import type { WindowsIdentity } from "../../windows/index.js";
import { caveats, editionFacts, keyAdvice, supportStatus } from "../../windows/index.js";
import { imageFacts, windowsFacts } from "../../steps/inspect-image.js";
import { hintFor } from "../hints.js";

export type VerificationReport = ReturnType<typeof verificationReport>;

/** `now` in milliseconds since 1970, for what depends on the date. */
export function verificationReport(verification: VerifyResult, now: number) {
  const { path, size, disc, image, windows, known, lookAlike } = verification;
  return {
    schema: 1,
    verdict: verification.verdict,
    image: image === null ? { path, size } : imageFacts({ path, size, disc, image, ...countNodes(image.tree) }),
    windows: windows === null ? null : windowsFacts(windows),
    hashes: verification.hashes,
    known: known === null ? null : knownFields(known),
    lookAlike: lookAlike === null ? null : { ...lookAlike.image, matchedBy: lookAlike.by },
    checks: verification.checks.map(checkFields),
    failures: verification.failures,
    failureCount: verification.failureCount,
    truncated: verification.truncated,
    scope: scopeFields(verification.scope),
    unmet: verification.unmet,
    advice: windows === null ? null : adviceOf(windows, now),
  };
}

/** A check, with what the options of `verify` do about it. */
function checkFields(check: VerifyResult["checks"][number]) {
  const hint = hintFor(check, "verify");
  const message = check.message + deepWords(check);
  return hint === undefined ? { ...check, message } : { ...check, message, hint };
}

/** Where the contents of WIMs were left out, the option that checks them. */
function deepWords({ id, status }: VerifyResult["checks"][number]): string {
  if (id === "deep" && status === "skip") return ": --deep does that";
  return id === "wim" && status === "pass" ? " (contents are checked with --deep)" : "";
}

function scopeFields({ checked, unchecked }: VerifyResult["scope"]) {
  return { checked, unchecked: unchecked.map(({ what, byDeep }) => (byDeep ? `${what} (--deep checks them)` : what)) };
}

/** The row, whether it is Microsoft's, by which hash it was found, and of how many bytes that is the hash. */
function knownFields({ matchedBy, length, ...match }: NonNullable<VerifyResult["known"]>) {
  const found = { matchedBy, matchedLength: length };
  // Written twice, so that either kind keeps the fields that it has.
  if (match.official) return { official: match.official, ...found, ...match.image };
  return { official: match.official, ...found, ...match.image };
}

/** What it means for the person: editions, key, support, and what to know before Setup. */
function adviceOf(windows: WindowsIdentity, now: number) {
  return {
    setupOffers: windows.edition,
    key: keyAdvice(windows.channel, windows.edition),
    support: supportStatus(windows, now),
    caveats: caveats(windows),
    editions: windows.editions.map(({ index, id, name }) => ({
      index,
      id,
      name,
      facts: id === null ? null : editionFacts(id),
    })),
  };
}
