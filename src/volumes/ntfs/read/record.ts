/**
 * One file record segment as it lies on the disk (NTFS documentation, "File Record" and "Attribute Header"): what its header says and its attributes, every length bounded by the
 * record. What breaks a rule throws VolumeFault. Only what is needed later is kept: names, times, the places of data, and
 * the values of indexes, bitmaps and attribute lists.
 */
import {
  attributeForms,
  attributeTypes,
  endOfAttributes,
  fileRecordHeader,
  fileRecordSignature,
  nonresidentAttribute,
  recordFixupsOffset,
  recordFlags,
  residentAttribute,
  shortestFileRecordHeader,
} from "../records/attributes.js";
import { decodeFileName, type FileNameKey } from "../records/file-name.js";
import { undoFixups } from "../records/fixups.js";
import { decodeRuns } from "../records/run-list.js";
import { decodeStandardInformation, type StandardInformation } from "../records/standard-information.js";
import { readUtf16 } from "../../../bytes/utf16.js";
import type { ClusterRun } from "../records/run-list.js";
import { fileRecordSize, isAligned8, type FileReference } from "../records/volume-format.js";
import { assertVolume, VolumeFault } from "../../volume-fault.js";

/** An attribute, or the part of one that this record has. */
export type AttributePiece = {
  readonly typeCode: number;
  readonly name: string;
  readonly instance: number;
  readonly flags: number;
  /** Where the value lies in the record before fixups, in bytes; null where it is not resident. */
  readonly resident: { readonly offset: number; readonly length: number } | null;
  /** Of indexes, bitmaps, attribute lists, the volume's name and information, where they are resident. */
  readonly value: Uint8Array | null;
  readonly lowestVcn: number;
  readonly runs: readonly ClusterRun[];
  /** Bytes; of the first part alone. */
  readonly size: number;
  readonly validSize: number;
};

export type RecordContent = {
  readonly record: number;
  readonly sequence: number;
  readonly inUse: boolean;
  readonly directory: boolean;
  /** A driver has written it since the volume was made. */
  readonly written: boolean;
  /** The record that this one extends. */
  readonly base: FileReference | null;
  readonly updateSequenceArrayOffset: number;
  readonly names: readonly FileNameKey[];
  /** Null where it has none. */
  readonly standard: StandardInformation | null;
  readonly attributes: readonly AttributePiece[];
};

const keptValues: ReadonlySet<number> = new Set([
  attributeTypes.attributeList,
  attributeTypes.volumeName,
  attributeTypes.volumeInformation,
  attributeTypes.indexRoot,
  attributeTypes.bitmap,
]);
const { typeCode: typeCodeField, recordLength } = residentAttribute.fields;

/** `bytes` are those of record `number`; they are changed. */
export function parseRecord(bytes: Uint8Array, number: number, volumeClusters: number): RecordContent {
  try {
    return parse(bytes, number, volumeClusters);
  } catch (error) {
    // A 64-bit number beyond 2^53, where no volume has any.
    if (error instanceof RangeError) throw new VolumeFault(error.message);
    throw error;
  }
}

function parse(bytes: Uint8Array, number: number, volumeClusters: number): RecordContent {
  const header = fileRecordHeader.decode(bytes);
  assertVolume(header.signature === fileRecordSignature, "it does not begin with FILE");
  const { updateSequenceArrayOffset } = header;
  const { written } = undoFixups(bytes, header, recordFixupsOffset);
  // The form of NTFS 3.0, which Linux' ntfs3 gives to records that it takes into use, ends before the number.
  const numbered = updateSequenceArrayOffset >= fileRecordHeader.size;
  assertVolume(!numbered || header.recordNumber === number, `it says that it is record ${header.recordNumber}`);
  assertVolume(header.bytesAvailable === fileRecordSize, `it says that it has ${header.bytesAvailable} bytes`);
  const inUse = (header.flags & recordFlags.inUse) !== 0;
  const { record, sequence } = header.baseFileRecord;
  const attributes: AttributePiece[] = [];
  const names: FileNameKey[] = [];
  let standard: RecordContent["standard"] = null;
  const end = header.firstFreeByte;
  assertVolume(end <= fileRecordSize, `it says that ${end} of its bytes are used`);
  for (const { at, length } of inUse ? attributesIn(bytes, header.firstAttributeOffset, end) : []) {
    const attribute = bytes.subarray(at, at + length);
    const piece = parseAttribute(attribute, at, volumeClusters);
    attributes.push(piece);
    if (piece.typeCode === attributeTypes.fileName) names.push(decodeFileName(residentValue(bytes, piece)));
    if (piece.typeCode === attributeTypes.standardInformation)
      standard = decodeStandardInformation(residentValue(bytes, piece));
  }
  return {
    record: number,
    sequence: header.sequenceNumber,
    inUse,
    directory: (header.flags & recordFlags.directory) !== 0,
    written,
    base: record === 0 && sequence === 0 ? null : header.baseFileRecord,
    updateSequenceArrayOffset,
    names,
    standard,
    attributes,
  };
}

/** Where the attributes lie; they are in ascending order of type. */
function* attributesIn(bytes: Uint8Array, first: number, end: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assertVolume(isAligned8(first) && first >= shortestFileRecordHeader, `its attributes begin at ${first}`);
  let previous = 0;
  for (let at = first; ;) {
    assertVolume(at + typeCodeField.width <= end, "its attributes have no end");
    const typeCode = typeCodeField.read(view, at);
    if (typeCode === endOfAttributes) return;
    assertVolume(at + residentAttribute.size <= end, `an attribute at ${at} leaves the ${end} bytes in use`);
    const length = recordLength.read(view, at);
    const fits = length >= residentAttribute.size && isAligned8(length) && at + length <= end;
    assertVolume(fits, `an attribute of ${length} bytes`);
    assertVolume(
      typeCode >= previous && typeCode > 0,
      `an attribute of type ${typeCode} behind one of type ${previous}`,
    );
    yield { at, length };
    previous = typeCode;
    at += length;
  }
}

function parseAttribute(bytes: Uint8Array, at: number, volumeClusters: number): AttributePiece {
  const resident = residentAttribute.decode(bytes);
  const { typeCode, nameLength, nameOffset, flags, instance, formCode } = resident;
  assertVolume(nameOffset + 2 * nameLength <= bytes.length, `an attribute's name of ${nameLength} characters`);
  assertVolume(
    formCode === attributeForms.resident || formCode === attributeForms.nonresident,
    `an attribute of form ${formCode}`,
  );
  const name = readUtf16(bytes, nameOffset, nameLength);
  const common = { typeCode, name, instance, flags };
  if (formCode === attributeForms.resident) {
    const { valueOffset: offset, valueLength: length } = resident;
    assertVolume(offset + length <= bytes.length, `a value of ${length} bytes at ${offset} leaves its attribute`);
    return {
      ...common,
      resident: { offset: at + offset, length },
      value: keptValues.has(typeCode) ? bytes.slice(offset, offset + length) : null,
      lowestVcn: 0,
      runs: [],
      size: length,
      validSize: length,
    };
  }
  return { ...common, resident: null, value: null, ...parseRuns(bytes, volumeClusters) };
}

function parseRuns(bytes: Uint8Array, volumeClusters: number) {
  assertVolume(bytes.length >= nonresidentAttribute.size, `an attribute of ${bytes.length} bytes`);
  const { lowestVcn, highestVcn, mappingPairsOffset, fileSize, validDataLength } = nonresidentAttribute.decode(bytes);
  assertVolume(mappingPairsOffset <= bytes.length, `a run list at ${mappingPairsOffset} of ${bytes.length} bytes`);
  const runs = decodeRuns(bytes.subarray(mappingPairsOffset), volumeClusters);
  const clusters = runs.reduce((sum, { clusterCount }) => sum + clusterCount, 0);
  const declared = highestVcn - lowestVcn + 1;
  assertVolume(declared === clusters, `runs of ${clusters} clusters, where it says ${declared}`);
  return lowestVcn === 0
    ? { lowestVcn, runs, size: fileSize, validSize: validDataLength }
    : { lowestVcn, runs, size: 0, validSize: 0 };
}

/** The value of a resident attribute of the whole record. */
function residentValue(record: Uint8Array, { resident, typeCode }: AttributePiece): Uint8Array {
  assertVolume(resident !== null, `an attribute of type ${typeCode} that is not resident`);
  return record.subarray(resident.offset, resident.offset + resident.length);
}
