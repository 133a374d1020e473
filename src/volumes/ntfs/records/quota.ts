/** $Quota (NTFS documentation, "$Quota (9, 24)"): the entries of its indexes. */
import { biguint64le, uint32le, uint64le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";

/** The key of $Q, and the data of $O. */
export const ownerKey = record("quota owner id", 4, { ownerId: uint32le(0) });

/** QUOTA_CONTROL_ENTRY; the owner's SID follows, except in the entry of the defaults. */
export const quotaEntry = record("QUOTA_CONTROL_ENTRY", 0x30, {
  version: uint32le(0x00),
  flags: uint32le(0x04),
  bytesUsed: uint64le(0x08),
  changeTime: biguint64le(0x10),
  threshold: biguint64le(0x18),
  limit: biguint64le(0x20),
  exceededTime: biguint64le(0x28),
});
