/** The object that `verify --json` prints; its names are the public contract. The text for people is made from it. */
import { countNodes } from "../../steps/open-image.js";
import type { Verification } from "../../steps/verify-image.js";
import type { WindowsIdentity } from "../../windows/index.js";
import { caveats, editionFacts, keyAdvice, supportStatus } from "../../windows/index.js";
import { imageFields, windowsFields } from "./inspection.js";

export type VerificationReport = ReturnType<typeof verificationReport>;

/** `now` in milliseconds since 1970, for what depends on the date. */
export function verificationReport(verification: Verification, now: number) {
  const { path, size, image, windows, known, lookAlike } = verification;
  return {
    schema: 1,
    verdict: verification.verdict,
    image: image === null ? { path, size } : imageFields({ path, size, image, ...countNodes(image.tree) }),
    windows: windows === null ? null : windowsFields(windows),
    hashes: verification.hashes,
    known: known === null ? null : knownFields(known),
    lookAlike: lookAlike === null ? null : { ...lookAlike.image, matchedBy: lookAlike.by },
    checks: verification.checks,
    failures: verification.failures,
    failureCount: verification.failureCount,
    truncated: verification.truncated,
    scope: verification.scope,
    unmet: verification.unmet,
    advice: windows === null ? null : adviceOf(windows, now),
  };
}

/** The row, whether it is Microsoft's, by which hash it was found, and of how many bytes that is the hash. */
function knownFields({ matchedBy, length, ...match }: NonNullable<Verification["known"]>) {
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
