/**
 * $STANDARD_INFORMATION: times, attributes and the security descriptor's id (NTFS documentation, "$STANDARD_INFORMATION
 * (0x10)"). Trap: that of NTFS 1.2, which ntfs-3g gives to new files, ends before the owner and has no security id.
 */
import { biguint64le, uint32le, uint64le } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { assertVolume } from "../../volume-fault.js";

/** STANDARD_INFORMATION of NTFS 3.x. */
export const standardInformation = record("STANDARD_INFORMATION", 0x48, {
  creationTime: biguint64le(0x00),
  lastModificationTime: biguint64le(0x08),
  lastChangeTime: biguint64le(0x10),
  lastAccessTime: biguint64le(0x18),
  fileAttributes: uint32le(0x20),
  maximumVersions: uint32le(0x24),
  versionNumber: uint32le(0x28),
  classId: uint32le(0x2c),
  ownerId: uint32le(0x30),
  securityId: uint32le(0x34),
  quotaCharged: uint64le(0x38),
  usn: uint64le(0x40),
});
const { creationTime, lastModificationTime, lastAccessTime, fileAttributes, ownerId, securityId } =
  standardInformation.fields;
const sizeOfNtfs12 = ownerId.offset;

/** FILETIMEs ([MS-DTYP] 2.3.3), in the order of STANDARD_INFORMATION. */
export type FileTimestamps = {
  readonly created: bigint;
  readonly modified: bigint;
  readonly recordChanged: bigint;
  readonly accessed: bigint;
};

/** The fields of STANDARD_INFORMATION and FILE_NAME that hold times. */
export function timeFields({ created, modified, recordChanged, accessed }: FileTimestamps) {
  return {
    creationTime: created,
    lastModificationTime: modified,
    lastChangeTime: recordChanged,
    lastAccessTime: accessed,
  };
}

type StandardFacts = {
  readonly times: FileTimestamps;
  readonly attributes: number;
  readonly securityId: number;
};

export function writeStandardInformation(target: Uint8Array, at: number, facts: StandardFacts): void {
  standardInformation.patch(target, at, {
    ...timeFields(facts.times),
    fileAttributes: facts.attributes,
    securityId: facts.securityId,
  });
}

/** Times are FILETIMEs; `securityId` is 0 where the value has none. */
export type StandardInformation = Omit<FileTimestamps, "recordChanged"> & {
  readonly attributes: number;
  readonly securityId: number;
};

/** Throws VolumeFault where `value` is too short. */
export function decodeStandardInformation(value: Uint8Array): StandardInformation {
  assertVolume(value.length >= sizeOfNtfs12, `standard information of ${value.length} bytes`);
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const complete = value.length >= standardInformation.size;
  return {
    created: creationTime.read(view, 0),
    modified: lastModificationTime.read(view, 0),
    accessed: lastAccessTime.read(view, 0),
    attributes: fileAttributes.read(view, 0),
    securityId: complete ? securityId.read(view, 0) : 0,
  };
}
