/**
 * Security descriptors ([MS-DTYP] 2.4) and the stream $SDS that keeps them (NTFS documentation, "$Secure (9)"). The stream
 * consists of blocks of 256 KiB of which every second one repeats the one before it.
 */
import { joinBytes } from "../../../bytes/join.js";
import { reserved, uint16le, uint32le, uint64le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { KiB, roundUp } from "../../../bytes/units.js";
import { assertVolume } from "../../volume-fault.js";

/** [MS-DTYP] 2.4.2.2: an authority of 48 bits, of which the first 40 are zero in all identifiers used here. */
export type SecurityIdentifier = { readonly authority: number; readonly subAuthorities: readonly number[] };

/** [MS-DTYP] 2.4.2.2. */
const sidHeader = record("SID", 8, {
  revision: uint8(0),
  subAuthorityCount: uint8(1),
  authorityHighPart: reserved(2, 5),
  authority: uint8(7),
});
const subAuthorityRecord = record("SID.SubAuthority", 4, { value: uint32le(0) });
/** [MS-DTYP] 2.4.4.2, without the SID. */
const aceHeader = record("ACCESS_ALLOWED_ACE", 8, {
  type: uint8(0),
  flags: uint8(1),
  size: uint16le(2),
  mask: uint32le(4),
});
/** [MS-DTYP] 2.4.5. */
const aclHeader = record("ACL", 8, {
  revision: uint8(0),
  sbz1: reserved(1, 1),
  size: uint16le(2),
  aceCount: uint16le(4),
  sbz2: reserved(6, 2),
});
/** [MS-DTYP] 2.4.6, self-relative. */
const descriptorHeader = record("SECURITY_DESCRIPTOR", 20, {
  revision: uint8(0),
  sbz1: reserved(1, 1),
  control: uint16le(2),
  ownerOffset: uint32le(4),
  groupOffset: uint32le(8),
  saclOffset: uint32le(12),
  daclOffset: uint32le(16),
});

const revision = 1;
const aclRevision = 2;
/** [MS-DTYP] 2.4.6, Control. */
const control = { daclPresent: 0x0004, daclAutoInherited: 0x0400, selfRelative: 0x8000 } as const;
/** [MS-DTYP] 2.4.4.1, AceFlags. */
export const aceFlags = { objectInherit: 0x01, containerInherit: 0x02, inherited: 0x10 } as const;

export function encodeSid(sid: SecurityIdentifier): Uint8Array {
  const bytes = new Uint8Array(sidHeader.size + subAuthorityRecord.size * sid.subAuthorities.length);
  sidHeader.patch(bytes, 0, { revision, subAuthorityCount: sid.subAuthorities.length, authority: sid.authority });
  for (const [index, value] of sid.subAuthorities.entries()) {
    subAuthorityRecord.patch(bytes, sidHeader.size + subAuthorityRecord.size * index, { value });
  }
  return bytes;
}

type AllowedAce = { readonly sid: SecurityIdentifier; readonly mask: number; readonly flags: number };
export type Descriptor = { readonly owner: SecurityIdentifier; readonly aces: readonly AllowedAce[] };

export function encodeDescriptor({ owner, aces }: Descriptor): Uint8Array {
  const encodedAces = aces.map(({ sid, mask, flags }) => {
    const sidBytes = encodeSid(sid);
    const size = aceHeader.size + sidBytes.length;
    return joinBytes([aceHeader.encode({ flags, size, mask }), sidBytes]);
  });
  const aclSize = encodedAces.reduce((sum, ace) => sum + ace.length, aclHeader.size);
  const ownerBytes = encodeSid(owner);
  const ownerOffset = descriptorHeader.size + aclSize;
  const inherited = aces.some(({ flags }) => (flags & aceFlags.inherited) !== 0);
  const header = descriptorHeader.encode({
    revision,
    control: control.selfRelative | control.daclPresent | (inherited ? control.daclAutoInherited : 0),
    ownerOffset,
    groupOffset: ownerOffset + ownerBytes.length,
    daclOffset: descriptorHeader.size,
  });
  const acl = aclHeader.encode({ revision: aclRevision, size: aclSize, aceCount: aces.length });
  return joinBytes([header, acl, ...encodedAces, ownerBytes, ownerBytes]);
}

/** SECURITY_DESCRIPTOR_HEADER (NTFS documentation, "$Secure (9)"): before each descriptor in $SDS, and the data of both indexes. */
export const storeHeader = record("SECURITY_DESCRIPTOR_HEADER", 0x14, {
  hash: uint32le(0x00),
  securityId: uint32le(0x04),
  offset: uint64le(0x08),
  length: uint32le(0x10),
});

/** The keys of $SDH and $SII, in which $Secure finds a descriptor by its hash and by its id. */
export const hashKey = record("SECURITY_HASH_KEY", 8, { hash: uint32le(0), securityId: uint32le(4) });
export const idKey = record("SECURITY_ID_KEY", 4, { securityId: uint32le(0) });

/** Windows puts the letters "II" in UTF-16 into the padding of the entries of $SDH. */
export const hashIndexPadding = Uint8Array.of(0x49, 0x00, 0x49, 0x00);

/** Entries of $SDS begin at multiples of this. */
export const storeAlignment = 16;

/** From a block to its copy. */
export const mirrorDistance = 256 * KiB;

/** The descriptor's words added up, the sum rotated left by three bits before each. */
export function securityHash(descriptor: Uint8Array): number {
  const view = new DataView(descriptor.buffer, descriptor.byteOffset, descriptor.byteLength);
  let hash = 0;
  for (let at = 0; at + 4 <= descriptor.length; at += 4) {
    hash = (view.getUint32(at, true) + ((hash << 3) | (hash >>> 29))) >>> 0;
  }
  return hash;
}

/**
 * Reads the descriptors of a block and its copy, which begin at `from` of $SDS, up to the first that is not there. Tells
 * the id of each, and where the next one begins. Throws VolumeFault where one is not what its hash or its copy says.
 */
export function* decodeStoreBlock(pair: Uint8Array, from: number): Generator<{ securityId: number; end: number }> {
  for (let at = 0; at + storeHeader.size <= Math.min(mirrorDistance, pair.length);) {
    const { hash, securityId, offset, length } = storeHeader.decode(pair, at);
    if (length === 0) return;
    assertVolume(offset === from + at && length > storeHeader.size, `a descriptor of ${length} bytes at ${offset}`);
    assertVolume(at + length + mirrorDistance <= pair.length, `the descriptor ${securityId} has no copy`);
    const entry = pair.subarray(at, at + length);
    assertVolume(
      securityHash(entry.subarray(storeHeader.size)) === hash,
      `the descriptor ${securityId} is another one`,
    );
    const copy = pair.subarray(at + mirrorDistance, at + mirrorDistance + length);
    assertVolume(Buffer.compare(entry, copy) === 0, `the copy of the descriptor ${securityId} is another one`);
    at = roundUp(at + length, storeAlignment);
    yield { securityId, end: at };
  }
}
