/**
 * How much of a file record the attributes take, known before they are written. A file always fits one record: header
 * 56, STANDARD_INFORMATION 96, two names of at most 600 and 120, the run of its data 80 and the end mark 8 are 960 of
 * 1,024 bytes. A directory may not: its index takes up to 264 bytes; then the names go to a record of their own and an
 * attribute list of at most 240 bytes says so, which makes 664 in the first record and 784 in the second.
 */
import { endRecord, firstAttributeOffset, nonresidentAttribute, residentAttribute } from "../records/attributes.js";
import { fileNameSize } from "../records/file-name.js";
import { standardInformation } from "../records/standard-information.js";
import type { NtfsName } from "./file-names.js";
import { align8, fileRecordSize } from "../records/volume-format.js";

/** Bytes of a resident attribute with a value of `length` bytes and a name of `nameLength` characters. */
export function residentSize(length: number, nameLength = 0): number {
  return align8(align8(residentAttribute.size + 2 * nameLength) + length);
}

/**
 * Bytes of a non-resident attribute of one run: head byte, count and start of at most 5 bytes each (volumes here have
 * less than 2^39 clusters), end mark.
 */
export function oneRunSize(nameLength = 0): number {
  return align8(nonresidentAttribute.size + 2 * nameLength) + 16;
}

export function nameAttributesSize(names: readonly NtfsName[]): number {
  return names.reduce((sum, name) => sum + residentSize(fileNameSize(name.text)), 0);
}

/** What is left of a record for attributes beside STANDARD_INFORMATION and names of `namesSize` bytes. */
export function roomBesideNames(namesSize: number): number {
  return fileRecordSize - firstAttributeOffset - residentSize(standardInformation.size) - namesSize - endRecord.size;
}

/** The largest data that stays in the record of a file of these names. */
export function residentRoom(names: readonly NtfsName[]): number {
  return roomBesideNames(nameAttributesSize(names)) - residentAttribute.size;
}
