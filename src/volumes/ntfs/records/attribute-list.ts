/** $ATTRIBUTE_LIST: which records hold the attributes of a file (NTFS documentation, "$ATTRIBUTE_LIST (0x20)"). */
import { uint16le, uint32le, uint64le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";
import { assertVolume, VolumeFault } from "../../volume-fault.js";
import { readUtf16, writeUtf16 } from "../../../bytes/utf16.js";
import { align8, fileReference, type FileReference } from "./volume-format.js";

/** ATTRIBUTE_LIST_ENTRY without the attribute's name. */
export const attributeListEntry = record("ATTRIBUTE_LIST_ENTRY", 0x1a, {
  typeCode: uint32le(0x00),
  recordLength: uint16le(0x04),
  nameLength: uint8(0x06),
  nameOffset: uint8(0x07),
  lowestVcn: uint64le(0x08),
  segmentReference: fileReference(0x10),
  instance: uint16le(0x18),
});

/** An attribute, or a part of one, and the record that holds it. */
export type ListedAttribute = {
  readonly typeCode: number;
  readonly name: string;
  readonly lowestVcn: number;
  readonly segment: FileReference;
  readonly instance: number;
};

const entrySize = (name: string): number => align8(attributeListEntry.size + 2 * name.length);

/** Bytes of a list of attributes of these names. */
export const attributeListSize = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + entrySize(name), 0);

/** Writes the entries, which are in the order of type, at `offset`. */
export function writeAttributeList(target: Uint8Array, offset: number, listed: readonly ListedAttribute[]): void {
  let at = offset;
  for (const { typeCode, name, lowestVcn, segment, instance } of listed) {
    const recordLength = entrySize(name);
    attributeListEntry.patch(target, at, {
      typeCode,
      recordLength,
      nameLength: name.length,
      nameOffset: attributeListEntry.size,
      lowestVcn,
      segmentReference: segment,
      instance,
    });
    writeUtf16(target, at + attributeListEntry.size, name);
    at += recordLength;
  }
}

/** The entries in the value of an attribute list. Throws VolumeFault where one leaves it. */
export function decodeAttributeList(list: Uint8Array): ListedAttribute[] {
  const listed: ListedAttribute[] = [];
  try {
    for (let at = 0; at + attributeListEntry.size <= list.length;) {
      const entry = attributeListEntry.decode(list, at);
      const { typeCode, recordLength, nameLength, nameOffset, lowestVcn, instance, segmentReference } = entry;
      const fits = recordLength >= attributeListEntry.size && at + recordLength <= list.length;
      assertVolume(
        fits && nameOffset + 2 * nameLength <= recordLength,
        `an entry of ${recordLength} bytes in its list`,
      );
      const name = readUtf16(list, at + nameOffset, nameLength);
      listed.push({ typeCode, name, lowestVcn, segment: segmentReference, instance });
      at += recordLength;
    }
  } catch (error) {
    if (error instanceof RangeError) throw new VolumeFault(`its attribute list: ${error.message}`);
    throw error;
  }
  return listed;
}
