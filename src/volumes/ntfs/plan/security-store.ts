/**
 * $Secure (NTFS documentation, "$Secure (9)"): every security descriptor once, in the stream $SDS, with two indexes: $SII by
 * security id and $SDH by hash.
 */
import { roundUp } from "../../../bytes/units.js";
import { collationRules } from "../records/index-records.js";
import type { SecurityEntry } from "./security-descriptor.js";
import { securityEntries } from "./security-descriptor.js";
import {
  hashIndexPadding,
  hashKey,
  idKey,
  mirrorDistance,
  securityHash,
  storeAlignment,
  storeHeader,
} from "../records/security.js";
import { encodeViewIndex } from "./view-index.js";

export type SecurityStore = {
  /** The beginning of $SDS, which lies there twice: at 0 and at `mirrorDistance`. */
  readonly block: Uint8Array;
  /** Bytes of $SDS. */
  readonly streamSize: number;
  /** Values of the INDEX_ROOT attributes. */
  readonly hashIndex: Uint8Array;
  readonly idIndex: Uint8Array;
};

export function buildSecurityStore(): SecurityStore {
  const entries = placeEntries(securityEntries());
  const last = entries.at(-1)!;
  const end = last.offset + last.length;
  const block = new Uint8Array(end);
  for (const { offset, header, descriptor } of entries) {
    block.set(header, offset);
    block.set(descriptor, offset + header.length);
  }
  const byHash = entries.toSorted((a, b) => a.hash - b.hash || a.id - b.id);
  return {
    block,
    streamSize: mirrorDistance + end,
    hashIndex: encodeViewIndex(
      collationRules.securityHash,
      byHash.map(({ hash, id, header }) => ({
        key: hashKey.encode({ hash, securityId: id }),
        data: header,
        padding: hashIndexPadding,
      })),
    ),
    idIndex: encodeViewIndex(
      collationRules.unsignedLong,
      entries.map(({ id, header }) => ({ key: idKey.encode({ securityId: id }), data: header })),
    ),
  };
}

type PlacedEntry = SecurityEntry & {
  readonly hash: number;
  readonly offset: number;
  readonly length: number;
  readonly header: Uint8Array;
};

function placeEntries(entries: readonly SecurityEntry[]): PlacedEntry[] {
  let offset = 0;
  return entries.map((entry) => {
    const hash = securityHash(entry.descriptor);
    const length = storeHeader.size + entry.descriptor.length;
    const placed = {
      ...entry,
      hash,
      offset,
      length,
      header: storeHeader.encode({ hash, securityId: entry.id, offset, length }),
    };
    offset = roundUp(offset + length, storeAlignment);
    return placed;
  });
}
