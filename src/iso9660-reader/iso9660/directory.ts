/**
 * Directories of ECMA-119 (6.8, 9.1). Traps: no record crosses a sector, so that a length of 0 means "on to the next
 * sector"; a file over 4 GiB - 1 is several records of one name, all but the last with the multi-extent flag; and the
 * directory's own length stands in its parent's record. Where the disc has Rock Ridge, its names and times are taken
 * instead of the record's own.
 */
import type { Decoded } from "../../bytes/record.js";
import { roundUp } from "../../bytes/units.js";
import { damaged, decodeChecked, unsupported } from "../failures.js";
import { logicalSectorSize } from "../limits.js";
import { checkedName } from "../names.js";
import type { FileTimes } from "../../tree/index.js";
import type { Reading } from "../reading.js";
import { countDirectory, countEntry, countSystemUse, warn } from "../reading.js";
import { decodeIdentifier, splitIdentifier } from "./names.js";
import { directoryRecord, fileFlags } from "./records.js";
import type { RockRidge } from "./rock-ridge.js";
import { rockRidgeOf } from "./rock-ridge.js";
import { sharingSkip, systemUseEntries, systemUseField } from "./system-use.js";
import { instantOfRecordingTime } from "./time.js";
import type { IsoVolume } from "./volume-descriptors.js";

/** Bytes of the image. */
export type Section = { readonly offset: number; readonly length: number };

export type IsoEntry = {
  readonly name: string;
  readonly version: number;
  readonly hidden: boolean;
  readonly isDirectory: boolean;
  readonly times: FileTimes;
  /** One, or several of a multi-extent file, in order. */
  readonly sections: readonly Section[];
  /** Rock Ridge: a symbolic link, and where it leads. */
  readonly linkTarget?: string;
};

type Fields = Decoded<typeof directoryRecord.fields>;

/** How the records of a volume are read. */
export type IsoReading = {
  readonly reading: Reading;
  readonly volume: IsoVolume;
  /** Bytes that Rock Ridge's entries lie behind the start of the system use field; undefined: there is none. */
  readonly systemUseSkip: number | undefined;
};

/** The entries of a directory but for itself and its parent; `path` is for messages. */
export async function readIsoDirectory(
  { reading, volume, systemUseSkip }: IsoReading,
  { offset, length }: Section,
  path: string,
): Promise<IsoEntry[]> {
  countDirectory(reading, path, length);
  const bytes = length === 0 ? new Uint8Array() : await reading.metadata.read(offset, length, `the directory /${path}`);
  // ECMA-119 6.8.2.2: the first record is the directory's own.
  if (bytes[0] === 0) throw damaged(`the directory /${path} begins with no record, expected its own`);
  const entries: IsoEntry[] = [];
  let earlier: { identifier: string; sections: Section[] } | undefined;
  for (const { fields, identifierBytes, systemUse, what } of recordsIn(reading, bytes, path)) {
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
    const record: IsoRecord = { fields, identifier, sections };
    if (systemUseSkip === undefined) entries.push(entryOf(volume, record, path));
    else {
      countSystemUse(reading, path, systemUse.length);
      const posix = rockRidgeOf(await systemUseEntries(reading, volume, systemUse.subarray(systemUseSkip), what), what);
      entries.push(...(await rockRidgeEntry({ reading, volume, systemUseSkip }, record, posix, path)));
    }
  }
  if (earlier !== undefined) throw damaged(`${earlier.identifier} in /${path} has no last extent`);
  return entries;
}

type RawRecord = {
  readonly fields: Fields;
  readonly identifierBytes: Uint8Array;
  readonly systemUse: Uint8Array;
  readonly what: string;
};

type IsoRecord = { readonly fields: Fields; readonly identifier: string; readonly sections: readonly Section[] };

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
    const systemUse = systemUseField(bytes.subarray(offset, recordEnd), fields.fileIdentifierLength);
    yield { fields, identifierBytes: bytes.subarray(start, end), systemUse, what };
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

function entryOf({ form }: IsoVolume, { fields, identifier, sections }: IsoRecord, path: string): IsoEntry {
  const isDirectory = (fields.fileFlags & fileFlags.directory) !== 0;
  const { name, version } = isDirectory ? { name: identifier, version: 1 } : splitIdentifier(identifier, form);
  const modified = instantOfRecordingTime(fields.recordingTime);
  return {
    name: checkedName(name, path),
    version,
    hidden: (fields.fileFlags & fileFlags.hidden) !== 0,
    isDirectory,
    times: modified === undefined ? {} : { modified },
    sections,
  };
}

/** The entry as Rock Ridge has it; none where it stands elsewhere, or is nothing that a stick can hold. */
async function rockRidgeEntry(
  isoReading: IsoReading,
  record: IsoRecord,
  posix: RockRidge,
  path: string,
): Promise<IsoEntry[]> {
  const { reading, volume } = isoReading;
  if (posix.relocated) return [];
  const plain = entryOf(volume, record, path);
  const name = posix.name === undefined ? plain.name : checkedName(posix.name, path);
  if (posix.special) {
    warn(reading, "special-file", `${name} in /${path} is a device, pipe or socket, and is left out`);
    return [];
  }
  if (posix.compressed) throw unsupported(`${name} in /${path} is compressed by zisofs, which is not read`);
  const isDirectory = plain.isDirectory || posix.isDirectory;
  const entry: IsoEntry = { ...plain, name, isDirectory, times: { ...plain.times, ...posix.times } };
  if (posix.linkTarget !== undefined) return [{ ...entry, isDirectory: false, linkTarget: posix.linkTarget }];
  if (posix.childLocation === undefined) return [entry];
  const section = await directorySection(isoReading, posix.childLocation, name);
  return [{ ...entry, isDirectory: true, sections: [section] }];
}

/** RRIP 4.1.5.1: only the place of a relocated directory is known; its size stands in its own first record. */
async function directorySection({ reading, volume }: IsoReading, block: number, name: string): Promise<Section> {
  const offset = block * volume.blockSize;
  const what = `the first record of the relocated directory ${name}`;
  const fields = decodeChecked(
    directoryRecord,
    await reading.metadata.read(offset, directoryRecord.size, what),
    0,
    what,
  );
  return { offset, length: fields.dataLength };
}

/**
 * A directory of which its parent says that it has no byte: as its own first record has it, which is where Linux looks.
 * Undefined where there is none.
 */
export async function ownSection({ reading, volume }: IsoReading, { offset }: Section): Promise<Section | undefined> {
  const end = offset + directoryRecord.size + 1;
  if (end > reading.metadata.size) return undefined;
  const bytes = await reading.metadata.read(offset, directoryRecord.size + 1, "a directory's own record");
  const { length, fileIdentifierLength, fileFlags: flags, extentLocation, dataLength } = directoryRecord.decode(bytes);
  const isSelf =
    length > directoryRecord.size &&
    fileIdentifierLength === 1 &&
    bytes[directoryRecord.size] === 0 &&
    (flags & fileFlags.directory) !== 0 &&
    extentLocation * volume.blockSize === offset;
  return isSelf ? { offset, length: dataLength } : undefined;
}

/** SUSP 5.3: whether the disc has Rock Ridge, by the root's own record; as `IsoReading.systemUseSkip`. */
export async function systemUseSkipOf(reading: Reading, root: Section): Promise<number | undefined> {
  if (root.length < directoryRecord.size) return undefined;
  const what = "the root directory's own record";
  const bytes = await reading.metadata.read(root.offset, Math.min(root.length, logicalSectorSize), what);
  const { length, fileIdentifierLength } = decodeChecked(directoryRecord, bytes, 0, what);
  if (length > bytes.length || length < directoryRecord.size) return undefined;
  return sharingSkip(systemUseField(bytes.subarray(0, length), fileIdentifierLength));
}
