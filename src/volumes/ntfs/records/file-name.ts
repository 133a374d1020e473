/**
 * The value of $FILE_NAME, which is the key of a directory's index too: times, sizes and attributes repeat the file's
 * (NTFS documentation, "$FILE_NAME (0x30)").
 */
import { biguint64le, reserved, uint16le, uint32le, uint64le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { assertVolume } from "../../volume-fault.js";
import { timeFields, type FileTimestamps } from "./standard-information.js";
import { readUtf16, writeUtf16 } from "../../../bytes/utf16.js";
import { fileReference, type FileReference } from "./volume-format.js";

/** FILE_NAME without the name itself, which follows in UTF-16LE. */
export const fileName = record("FILE_NAME", 0x42, {
  parentDirectory: fileReference(0x00),
  creationTime: biguint64le(0x08),
  lastModificationTime: biguint64le(0x10),
  lastChangeTime: biguint64le(0x18),
  lastAccessTime: biguint64le(0x20),
  allocatedLength: uint64le(0x28),
  fileSize: uint64le(0x30),
  fileAttributes: uint32le(0x38),
  packedEaSize: uint16le(0x3c),
  reserved: reserved(0x3e, 2),
  fileNameLength: uint8(0x40),
  flags: uint8(0x41),
});

/** FILE_NAME flags (NTFS documentation, "Filename Namespace"). A name that is both a long and a short one is kept once. */
export const nameSpaces = { posix: 0, win32: 1, dos: 2, win32AndDos: 3 } as const;
export type NameSpace = (typeof nameSpaces)[keyof typeof nameSpaces];

/** [MS-FSCC] 2.6, and two bits of FILE_NAME that say the record holds a file name index or a view index. */
export const fileAttributeBits = {
  readOnly: 0x01,
  hidden: 0x02,
  system: 0x04,
  archive: 0x20,
  fileNameIndex: 0x1000_0000,
  viewIndex: 0x2000_0000,
} as const;

/** What tells one name from another. */
export type FileNameKey = { readonly parent: FileReference; readonly text: string; readonly nameSpace: number };

type FileNameValue = FileNameKey & {
  readonly times: FileTimestamps;
  /** Bytes. */
  readonly size: number;
  readonly allocatedSize: number;
  /** Of `fileAttributeBits`. */
  readonly attributes: number;
};

/** Bytes of the value of a name. */
export const fileNameSize = (text: string): number => fileName.size + 2 * text.length;

/** Writes the `fileNameSize` bytes of a value at `at`. */
export function writeFileName(target: Uint8Array, at: number, value: FileNameValue): void {
  fileName.patch(target, at, {
    parentDirectory: value.parent,
    ...timeFields(value.times),
    allocatedLength: value.allocatedSize,
    fileSize: value.size,
    fileAttributes: value.attributes,
    fileNameLength: value.text.length,
    flags: value.nameSpace,
  });
  writeUtf16(target, at + fileName.size, value.text);
}

const keyFields = fileName.select("parentDirectory", "fileNameLength", "flags");

/** Throws VolumeFault where `value` is too short for its name. */
export function decodeFileName(value: Uint8Array): FileNameKey {
  assertVolume(value.length >= fileName.size, `a name's attribute of ${value.length} bytes`);
  const { parentDirectory, fileNameLength, flags } = keyFields.decode(value);
  assertVolume(fileName.size + 2 * fileNameLength <= value.length, `a name of ${fileNameLength} characters`);
  return { parent: parentDirectory, text: readUtf16(value, fileName.size, fileNameLength), nameSpace: flags };
}
