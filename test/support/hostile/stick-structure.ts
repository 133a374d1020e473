/** Where FAT's directory entries and NTFS' file records and attributes lie in a sound stick's structures. */
import { fatDirectoryEntry, directoryEntrySize } from "../../../src/volumes/fat32/records/directory-entry.js";
import { longNameAttributes, longNameEntry } from "../../../src/volumes/fat32/records/long-name.js";
import {
  attributeTypes,
  endOfAttributes,
  fileRecordHeader,
  firstAttributeOffset,
  nonresidentAttribute,
  residentAttribute,
} from "../../../src/volumes/ntfs/records/attributes.js";
import { fileName } from "../../../src/volumes/ntfs/records/file-name.js";
import type { StructureBuilder } from "./structure.js";

const fileRecordSize = 1024;
const valueOffset = 0x18;

/** What can be a directory begins with `.` or a volume label, and its entries follow without a gap. */
export function addDirectoryEntries(found: StructureBuilder, data: Uint8Array, at: number, length: number): void {
  const first = fatDirectoryEntry.decode(data, at);
  if ((first.attributes !== 0x08 && first.attributes !== 0x10) || first.fileSize !== 0) return;
  for (let entry = at; entry + directoryEntrySize <= at + length && data[entry] !== 0; entry += directoryEntrySize) {
    const isLong = (data[entry + 11]! & 0x3f) === longNameAttributes;
    if (isLong) found.record(longNameEntry, entry);
    else found.record(fatDirectoryEntry, entry);
  }
}

export function addFileRecords(found: StructureBuilder, data: Uint8Array, at: number, length: number): void {
  for (let record = at; record + fileRecordSize <= at + length; record += fileRecordSize) {
    const signature = String.fromCharCode(...data.subarray(record, record + 4));
    if (signature === "INDX") found.words("index record", record, record + 160);
    if (signature !== "FILE") continue;
    found.record(fileRecordHeader, record, fileRecordSize);
    addAttributes(found, data, record);
  }
}

function addAttributes(found: StructureBuilder, data: Uint8Array, record: number): void {
  const view = new DataView(data.buffer, data.byteOffset);
  for (let at = record + firstAttributeOffset; at + 24 <= record + fileRecordSize;) {
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    if (type === endOfAttributes || length === 0) return;
    const isResident = data[at + 8] === 0;
    if (isResident) found.record(residentAttribute, at, length);
    else found.record(nonresidentAttribute, at, length);
    if (isResident && type === attributeTypes.fileName) found.record(fileName, at + valueOffset);
    if (!isResident) found.words("runs", at + nonresidentAttribute.size, at + length);
    at += length;
  }
}
