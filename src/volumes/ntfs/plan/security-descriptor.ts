/**
 * The security descriptors of the volume's files: the file system's own may be read by the
 * system and by administrators; all else is install media, which everyone may read, change and delete.
 */
import { aceFlags, encodeDescriptor, type Descriptor, type SecurityIdentifier } from "../records/security.js";

/** Well-known SIDs ([MS-DTYP] 2.4.2.4). */
const everyone: SecurityIdentifier = { authority: 1, subAuthorities: [0] };
const localSystem: SecurityIdentifier = { authority: 5, subAuthorities: [18] };
export const administrators: SecurityIdentifier = { authority: 5, subAuthorities: [32, 544] };

/** [MS-DTYP] 2.4.3: all rights; the file rights behind generic read; and behind generic read and write. */
const access = { full: 0x1f01ff, read: 0x120089, readWrite: 0x12019f } as const;

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
