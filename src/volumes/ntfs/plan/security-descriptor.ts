/**
 * Self-relative security descriptors ([MS-DTYP] 2.4.6) of the volume's files: the file system's own may be read by the
 * system and by administrators; all else is install media, which everyone may read, change and delete.
 */
import { uint16le, uint32le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";

/** [MS-DTYP] 2.4.2.2: an authority of 48 bits, of which the first 40 are zero in all identifiers used here. */
export type SecurityIdentifier = { readonly authority: number; readonly subAuthorities: readonly number[] };

export const everyone: SecurityIdentifier = { authority: 1, subAuthorities: [0] };
export const localSystem: SecurityIdentifier = { authority: 5, subAuthorities: [18] };
export const administrators: SecurityIdentifier = { authority: 5, subAuthorities: [32, 544] };

const sidHeader = record("SID", 8, { revision: uint8(0), subAuthorityCount: uint8(1), authority: uint8(7) });
const aceHeader = record("ACCESS_ALLOWED_ACE", 8, {
  type: uint8(0),
  flags: uint8(1),
  size: uint16le(2),
  mask: uint32le(4),
});
const aclHeader = record("ACL", 8, { revision: uint8(0), size: uint16le(2), aceCount: uint16le(4) });
const descriptorHeader = record("SECURITY_DESCRIPTOR", 20, {
  revision: uint8(0),
  control: uint16le(2),
  ownerOffset: uint32le(4),
  groupOffset: uint32le(8),
  saclOffset: uint32le(12),
  daclOffset: uint32le(16),
});

const revision = 1;
const aclRevision = 2;
const control = { daclPresent: 0x0004, daclAutoInherited: 0x0400, selfRelative: 0x8000 } as const;
const aceFlags = { objectInherit: 0x01, containerInherit: 0x02, inherited: 0x10 } as const;
/** [MS-DTYP] 2.4.3: all rights; the file rights behind generic read; and behind generic read and write. */
const access = { full: 0x1f01ff, read: 0x120089, readWrite: 0x12019f } as const;

export function encodeSid(sid: SecurityIdentifier): Uint8Array {
  const bytes = new Uint8Array(sidHeader.size + 4 * sid.subAuthorities.length);
  sidHeader.patch(bytes, 0, { revision, subAuthorityCount: sid.subAuthorities.length, authority: sid.authority });
  const view = new DataView(bytes.buffer);
  for (const [index, value] of sid.subAuthorities.entries()) view.setUint32(sidHeader.size + 4 * index, value, true);
  return bytes;
}

type AllowedAce = { readonly sid: SecurityIdentifier; readonly mask: number; readonly flags: number };
type Descriptor = { readonly owner: SecurityIdentifier; readonly aces: readonly AllowedAce[] };

function encodeDescriptor({ owner, aces }: Descriptor): Uint8Array {
  const encodedAces = aces.map(({ sid, mask, flags }) => {
    const sidBytes = encodeSid(sid);
    const size = aceHeader.size + sidBytes.length;
    return concat([aceHeader.encode({ flags, size, mask }), sidBytes]);
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
  return concat([header, acl, ...encodedAces, ownerBytes, ownerBytes]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What the system and administrators may do with a file of the file system. */
const systemFile = (mask: number): Descriptor => ({
  owner: administrators,
  aces: [
    { sid: localSystem, mask, flags: 0 },
    { sid: administrators, mask, flags: 0 },
  ],
});

const forEveryone = (flags: number): Descriptor => ({
  owner: administrators,
  aces: [{ sid: everyone, mask: access.full, flags }],
});

const passedOn = aceFlags.objectInherit | aceFlags.containerInherit;

/** Security ids begin at 256. What new files get is passed on from the root, as Explorer shows it. */
export const securityIds = {
  systemRead: 0x100,
  systemReadWrite: 0x101,
  root: 0x102,
  directory: 0x103,
  file: 0x104,
} as const;

export type SecurityEntry = { readonly id: number; readonly descriptor: Uint8Array };

/** All descriptors of the volume in ascending order of their ids. */
export function securityEntries(): SecurityEntry[] {
  return [
    { id: securityIds.systemRead, descriptor: encodeDescriptor(systemFile(access.read)) },
    { id: securityIds.systemReadWrite, descriptor: encodeDescriptor(systemFile(access.readWrite)) },
    { id: securityIds.root, descriptor: encodeDescriptor(forEveryone(passedOn)) },
    { id: securityIds.directory, descriptor: encodeDescriptor(forEveryone(passedOn | aceFlags.inherited)) },
    { id: securityIds.file, descriptor: encodeDescriptor(forEveryone(aceFlags.inherited)) },
  ];
}
