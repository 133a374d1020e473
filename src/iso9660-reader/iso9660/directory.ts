/**
 * Directories of ECMA-119 (6.8, 9.1). Traps: no record crosses a sector, so that a length of 0 means "on to the next
 * sector"; a file over 4 GiB - 1 is several records of one name, all but the last with the multi-extent flag; and the
 * directory's own length stands in its parent's record.
 */
import type { Decoded } from "../../bytes/record.js";
import { roundUp } from "../../bytes/units.js";
import { damaged, decodeChecked, unsupported } from "../failures.js";
import { logicalSectorSize } from "../limits.js";
import { checkedName } from "../names.js";
import type { Reading } from "../reading.js";
import { countDirectory, countEntry, warn } from "../reading.js";
import { decodeIdentifier, fileName } from "./names.js";
import { directoryRecord, fileFlags } from "./records.js";
import type { IsoVolume } from "./volume-descriptors.js";

/** Bytes of the image. */
export type Section = { readonly offset: number; readonly length: number };

export type IsoEntry = {
  readonly name: string;
  readonly version: number;
  readonly hidden: boolean;
  readonly isDirectory: boolean;
  readonly recordingTime: Uint8Array;
  /** One, or several of a multi-extent file, in order. */
  readonly sections: readonly Section[];
};

type Fields = Decoded<typeof directoryRecord.fields>;

/** The entries of a directory but for itself and its parent; `path` is for messages. */
export async function readIsoDirectory(
  reading: Reading,
  volume: IsoVolume,
  { offset, length }: Section,
  path: string,
): Promise<IsoEntry[]> {
  countDirectory(reading, path, length);
  const bytes = length === 0 ? new Uint8Array() : await reading.metadata.read(offset, length, `the directory /${path}`);
  const entries: IsoEntry[] = [];
  let earlier: { identifier: string; sections: Section[] } | undefined;
  for (const { fields, identifierBytes, what } of recordsIn(reading, bytes, path)) {
    checkFields(fields, what);
    if (isSelfOrParent(identifierBytes)) continue;
    if ((fields.fileFlags & fileFlags.associated) !== 0) {
      warn(reading, "associated-file", `an associated file in /${path} is left out`);
      continue;
    }
    const identifier = decodeIdentifier(identifierBytes, volume.form);
    if (earlier !== undefined && earlier.identifier !== identifier) {
      throw damaged(`${what} is ${identifier}, expected a further extent of ${earlier.identifier}`);
    }
    const sections = earlier?.sections ?? [];
    sections.push(sectionOf(volume, fields));
    if ((fields.fileFlags & fileFlags.multiExtent) !== 0) {
      earlier = { identifier, sections };
      continue;
    }
    earlier = undefined;
    entries.push(entryOf(volume, fields, identifier, sections, path));
  }
  if (earlier !== undefined) throw damaged(`${earlier.identifier} in /${path} has no last extent`);
  return entries;
}

type RawRecord = { readonly fields: Fields; readonly identifierBytes: Uint8Array; readonly what: string };

function* recordsIn(reading: Reading, bytes: Uint8Array, path: string): Generator<RawRecord> {
  for (let offset = 0; offset < bytes.length;) {
    if (bytes[offset] === 0) {
      offset = roundUp(offset + 1, logicalSectorSize);
      continue;
    }
    countEntry(reading, path);
    const what = `the record at byte ${offset} of the directory /${path}`;
    const fields = decodeChecked(directoryRecord, bytes, offset, what);
    const start = offset + directoryRecord.size;
    const end = start + fields.fileIdentifierLength;
    const recordEnd = offset + fields.length;
    if (end > recordEnd || recordEnd > Math.min(bytes.length, roundUp(offset + 1, logicalSectorSize))) {
      throw damaged(
        `${what} has ${fields.length} bytes and a name of ${fields.fileIdentifierLength}, which leave it or its sector`,
      );
    }
    yield { fields, identifierBytes: bytes.subarray(start, end), what };
    offset = recordEnd;
  }
}

function checkFields({ fileUnitSize, interleaveGapSize }: Fields, what: string): void {
  if (fileUnitSize === 0 && interleaveGapSize === 0) return;
  throw unsupported(`${what} is interleaved (unit ${fileUnitSize}, gap ${interleaveGapSize}), which is not read`);
}

/** ECMA-119 7.6.2: the two identifiers of one byte, 0 and 1. */
function isSelfOrParent(identifier: Uint8Array): boolean {
  return identifier.length === 1 && identifier[0]! <= 1;
}

/** ECMA-119 9.1.3: an extent begins with the extended attribute record, if there is one, and the data follows it. */
export function sectionOf({ blockSize }: IsoVolume, fields: Fields): Section {
  const block = fields.extentLocation + fields.extendedAttributeRecordLength;
  return { offset: block * blockSize, length: fields.dataLength };
}

function entryOf(
  volume: IsoVolume,
  fields: Fields,
  identifier: string,
  sections: readonly Section[],
  path: string,
): IsoEntry {
  const isDirectory = (fields.fileFlags & fileFlags.directory) !== 0;
  const { name, version } = isDirectory ? { name: identifier, version: 1 } : fileName(identifier, volume.form);
  return {
    name: checkedName(name, path),
    version,
    hidden: (fields.fileFlags & fileFlags.hidden) !== 0,
    isDirectory,
    recordingTime: fields.recordingTime,
    sections,
  };
}
