/** Composes small ISO 9660 images sector by sector, for structures that image makers do not write, and for wrong ones. */
import { joinBytes } from "../../src/bytes/join.js";
import {
  directoryRecord,
  fileFlags,
  recordingTime,
  volumeDescriptor,
} from "../../src/iso9660-reader/iso9660/records.js";
import { volumeStructureDescriptor } from "../../src/iso9660-reader/volume-recognition.js";
import { memorySource } from "../../src/source/byte-source.js";

export const sectorSize = 2048;
export const rootSector = 20;

export type RecordFields = {
  readonly name: string | Uint8Array;
  readonly sector?: number;
  readonly size?: number;
  readonly flags?: number;
  readonly unitSize?: number;
  readonly extendedAttributeSectors?: number;
  /** Of the record, where it is to be wrong. */
  readonly length?: number;
  /** Behind the name and its padding: SUSP entries. */
  readonly systemUse?: Uint8Array;
};

export function isoRecord(fields: RecordFields): Uint8Array {
  const name = typeof fields.name === "string" ? new TextEncoder().encode(fields.name) : fields.name;
  const systemUse = fields.systemUse ?? new Uint8Array();
  const nameEnd = directoryRecord.size + name.length + ((name.length + 1) % 2);
  const length = nameEnd + systemUse.length;
  const bytes = new Uint8Array(length);
  directoryRecord.patch(bytes, 0, {
    length: fields.length ?? length,
    extendedAttributeRecordLength: fields.extendedAttributeSectors ?? 0,
    extentLocation: fields.sector ?? 30,
    dataLength: fields.size ?? 0,
    recordingTime: recordingTime.encode({ year: 110, month: 11, day: 20, hour: 22, minute: 25, second: 1, offset: 4 }),
    fileFlags: fields.flags ?? 0,
    fileUnitSize: fields.unitSize ?? 0,
    fileIdentifierLength: name.length,
  });
  bytes.set(name, directoryRecord.size);
  bytes.set(systemUse, nameEnd);
  return bytes;
}

/** The two entries that every directory begins with, and `records`. */
export function isoDirectory(sector: number, records: readonly RecordFields[], selfUse?: Uint8Array): Uint8Array {
  const self = { sector, size: sectorSize, flags: fileFlags.directory };
  const systemUse = selfUse ?? new Uint8Array();
  return joinBytes([{ name: "\0", ...self, systemUse }, { name: "\x01", ...self }, ...records].map(isoRecord));
}

export type IsoComposition = {
  readonly root: readonly RecordFields[];
  readonly sectors?: Record<number, Uint8Array>;
  readonly sectorCount?: number;
  readonly joliet?: boolean;
  readonly version?: number;
  readonly blockSize?: number;
  /** System use entries of the root's own record: SUSP's SP stands there. */
  readonly rootUse?: Uint8Array;
};

export function composeIso(composition: IsoComposition): Uint8Array {
  const { root, sectors = {}, sectorCount = 40, joliet = false, version = 1 } = composition;
  const image = new Uint8Array(sectorCount * sectorSize);
  const put = (sector: number, bytes: Uint8Array): void => image.set(bytes, sector * sectorSize);
  const rootRecord = isoRecord({ name: "\0", sector: rootSector, size: sectorSize, flags: fileFlags.directory });
  const isPrimary = !joliet && version === 1;
  const descriptor = volumeDescriptor.encode({
    type: isPrimary ? 1 : 2,
    standardIdentifier: "CD001",
    version,
    volumeSpaceSize: sectorCount,
    logicalBlockSize: composition.blockSize ?? sectorSize,
    rootDirectoryRecord: rootRecord,
    escapeSequences: joliet ? new TextEncoder().encode("%/E") : new Uint8Array(),
  });
  put(16, descriptor);
  put(17, volumeStructureDescriptor.encode({ type: 255, standardIdentifier: "CD001", version: 1 }));
  put(rootSector, isoDirectory(rootSector, root, composition.rootUse));
  for (const [sector, bytes] of Object.entries(sectors)) put(Number(sector), bytes);
  return image;
}

export const isoSourceOf = (composition: IsoComposition) => memorySource(composeIso(composition));

/** UCS-2, big-endian. */
export function ucs2(name: string): Uint8Array {
  const bytes = new Uint8Array(2 * name.length);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < name.length; index += 1) view.setUint16(2 * index, name.charCodeAt(index), false);
  return bytes;
}
