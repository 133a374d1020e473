/**
 * $Quota (NTFS documentation, "$Quota (9, 24)"): $O maps security identifiers to owner ids, $Q owner ids to limits. Nothing is
 * limited here.
 */
import { collationRules } from "../records/index-records.js";
import { ownerKey, quotaEntry } from "../records/quota.js";
import { encodeSid } from "../records/security.js";
import { administrators } from "./security-descriptor.js";
import { encodeViewIndex } from "./view-index.js";

const version = 2;
const defaultLimits = 1;
const defaultsId = 1;
const firstOwnerId = 0x100;
const unlimited = 2n ** 64n - 1n;

/** Windows puts this number into the padding of the entries of $O. */
const ownerIndexPadding = Uint8Array.of(32, 0, 0, 0);

/** The values of the INDEX_ROOT attributes `$O` and `$Q`. */
export function buildQuota(changeTime: bigint): { ownerIndex: Uint8Array; quotaIndex: Uint8Array } {
  const sid = encodeSid(administrators);
  const entry = quotaEntry.encode({
    version,
    flags: defaultLimits,
    changeTime,
    threshold: unlimited,
    limit: unlimited,
  });
  const ofOwner = new Uint8Array(entry.length + sid.length);
  ofOwner.set(entry);
  ofOwner.set(sid, entry.length);
  return {
    ownerIndex: encodeViewIndex(collationRules.sid, [
      { key: sid, data: ownerKey.encode({ ownerId: firstOwnerId }), padding: ownerIndexPadding },
    ]),
    quotaIndex: encodeViewIndex(collationRules.unsignedLong, [
      { key: ownerKey.encode({ ownerId: defaultsId }), data: entry },
      { key: ownerKey.encode({ ownerId: firstOwnerId }), data: ofOwner },
    ]),
  };
}
