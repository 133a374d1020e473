/** Where the records of a sound disc image lie: ISO 9660's and Joliet's by following them, UDF's by their tags. */
import type { FieldSet, RecordLayout } from "../../../src/bytes/record.js";
import { bootCatalogueEntrySize, bootEntry, validationEntry } from "../../../src/iso9660-reader/el-torito.js";
import {
  bootRecordVolumeDescriptor,
  directoryRecord,
  fileFlags,
  volumeDescriptor,
  volumeDescriptorTypes,
} from "../../../src/iso9660-reader/iso9660/records.js";
import { systemAreaSize } from "../../../src/iso9660-reader/limits.js";
import { descriptorCrc } from "../../../src/iso9660-reader/udf/crc.js";
import {
  allocationExtentDescriptor,
  extendedFileEntry,
  fileEntry,
  fileIdentifierDescriptor,
  fileSetDescriptor,
  indirectEntry,
} from "../../../src/iso9660-reader/udf/file-records.js";
import { descriptorTag } from "../../../src/iso9660-reader/udf/fields.js";
import {
  anchorVolumeDescriptorPointer,
  logicalVolumeDescriptor,
  partitionDescriptor,
  primaryVolumeDescriptor,
  sparingTable,
  tagIdentifiers,
  volumeDescriptorPointer,
} from "../../../src/iso9660-reader/udf/volume-records.js";
import { volumeStructureDescriptor } from "../../../src/iso9660-reader/volume-recognition.js";
import { StructureBuilder } from "./structure.js";

const sectorSize = 2048;

/** The records of a disc image that can be read. */
export function isoStructure(image: Uint8Array): StructureBuilder {
  const found = new StructureBuilder();
  addVolumeDescriptors(found, image);
  addUdf(found, image);
  return found;
}

function addVolumeDescriptors(found: StructureBuilder, image: Uint8Array): void {
  const visited = new Set<number>();
  for (let offset = systemAreaSize; offset + sectorSize <= image.length; offset += sectorSize) {
    const { type, standardIdentifier } = volumeStructureDescriptor.decode(image, offset);
    if (!/^(?:CD001|BEA01|NSR0[23]|TEA01|BOOT2)$/.test(standardIdentifier)) return;
    found.record(volumeStructureDescriptor, offset, 7);
    if (standardIdentifier !== "CD001") continue;
    if (type === volumeDescriptorTypes.bootRecord) {
      found.record(bootRecordVolumeDescriptor, offset);
      const { bootCatalogueLocation } = bootRecordVolumeDescriptor.decode(image, offset);
      addBootCatalogue(found, bootCatalogueLocation * sectorSize);
    }
    if (type !== volumeDescriptorTypes.primary && type !== volumeDescriptorTypes.supplementary) continue;
    found.record(volumeDescriptor, offset);
    const root = offset + volumeDescriptor.fields.rootDirectoryRecord.offset;
    found.record(directoryRecord, root);
    addDirectory(found, image, directoryRecord.decode(image, root), visited);
  }
}

function addBootCatalogue(found: StructureBuilder, offset: number): void {
  found.record(validationEntry, offset);
  for (let entry = 1; entry < 4; entry += 1) found.record(bootEntry, offset + entry * bootCatalogueEntrySize);
  found.seal(offset, offset + bootCatalogueEntrySize, (data) => {
    if (offset + bootCatalogueEntrySize > data.length) return;
    validationEntry.patch(data, offset, { checksum: 0 });
    let sum = 0;
    for (let at = offset; at < offset + bootCatalogueEntrySize; at += 2) sum += data[at]! + data[at + 1]! * 0x100;
    validationEntry.patch(data, offset, { checksum: -sum & 0xffff });
  });
}

type DirectoryFields = ReturnType<typeof directoryRecord.decode>;

function addDirectory(
  found: StructureBuilder,
  image: Uint8Array,
  { extentLocation, dataLength }: DirectoryFields,
  visited: Set<number>,
): void {
  if (visited.has(extentLocation)) return;
  visited.add(extentLocation);
  const start = extentLocation * sectorSize;
  for (let offset = start; offset < start + dataLength;) {
    const length = image[offset]!;
    if (length === 0) {
      offset = (Math.floor(offset / sectorSize) + 1) * sectorSize;
      continue;
    }
    found.record(directoryRecord, offset, length);
    const fields = directoryRecord.decode(image, offset);
    const isSelfOrParent = fields.fileIdentifierLength === 1 && image[offset + directoryRecord.size]! <= 1;
    if ((fields.fileFlags & fileFlags.directory) !== 0 && !isSelfOrParent) addDirectory(found, image, fields, visited);
    offset += length;
  }
}

type AnyLayout = RecordLayout<FieldSet>;

const layouts: ReadonlyMap<number, AnyLayout> = new Map<number, unknown>([
  [tagIdentifiers.sparingTable, sparingTable],
  [tagIdentifiers.primaryVolumeDescriptor, primaryVolumeDescriptor],
  [tagIdentifiers.anchorVolumeDescriptorPointer, anchorVolumeDescriptorPointer],
  [tagIdentifiers.volumeDescriptorPointer, volumeDescriptorPointer],
  [tagIdentifiers.partitionDescriptor, partitionDescriptor],
  [tagIdentifiers.logicalVolumeDescriptor, logicalVolumeDescriptor],
  [tagIdentifiers.fileSetDescriptor, fileSetDescriptor],
  [tagIdentifiers.fileIdentifierDescriptor, fileIdentifierDescriptor],
  [tagIdentifiers.allocationExtentDescriptor, allocationExtentDescriptor],
  [tagIdentifiers.indirectEntry, indirectEntry],
  [tagIdentifiers.fileEntry, fileEntry],
  [tagIdentifiers.extendedFileEntry, extendedFileEntry],
]) as ReadonlyMap<number, AnyLayout>;

/** Behind a descriptor's fixed part: allocation descriptors, extended attributes, partition maps, names. */
const wordsBehind = 256;

/** UDF's descriptors begin at multiples of 4 bytes; checksum and CRC tell them from anything else. */
function addUdf(found: StructureBuilder, image: Uint8Array): void {
  for (let offset = systemAreaSize; offset + descriptorTag.size <= image.length; offset += 4) {
    const identifier = image[offset]! + image[offset + 1]! * 0x100;
    const layout = layouts.get(identifier);
    if (layout === undefined || !isSealed(image, offset)) continue;
    const end = offset + descriptorTag.size + descriptorTag.decode(image, offset).crcLength;
    found.record(descriptorTag, offset);
    if (offset + layout.size <= image.length) found.record(layout, offset);
    found.words(`behind ${identifier}`, offset + layout.size, Math.min(end, offset + layout.size + wordsBehind));
    found.seal(offset, end, (data) => resealTag(data, offset));
  }
}

function sumOf(data: Uint8Array, offset: number): number {
  let sum = 0;
  for (let at = 0; at < descriptorTag.size; at += 1) sum += at === 4 ? 0 : data[offset + at]!;
  return sum & 0xff;
}

function isSealed(image: Uint8Array, offset: number): boolean {
  const sum = sumOf(image, offset);
  if (sum === 0 || sum !== image[offset + 4]) return false;
  const { crc, crcLength } = descriptorTag.decode(image, offset);
  const start = offset + descriptorTag.size;
  return crcLength > 0 && start + crcLength <= image.length && descriptorCrc(image, start, start + crcLength) === crc;
}

/** Checksum and CRC as they should be for what the tag says by now. */
function resealTag(data: Uint8Array, offset: number): void {
  const start = offset + descriptorTag.size;
  if (start > data.length) return;
  const { crcLength } = descriptorTag.decode(data, offset);
  if (start + crcLength <= data.length) {
    descriptorTag.patch(data, offset, { crc: descriptorCrc(data, start, start + crcLength) });
  }
  descriptorTag.patch(data, offset, { checksum: sumOf(data, offset) });
}
