/**
 * The records of the system files, 0 to 26 (NTFS documentation, "NTFS Files", overview), and the free records up to the end of
 * $MFT. Records 12 to 15 are in use, nameless and empty; 16 to 23 are free, but no driver gives them to a file.
 */
import { attributeDefinitionsSize } from "../records/attribute-definitions.js";
import { attributeTypes, recordFlags } from "../records/attributes.js";
import { bitmapSize, setBits } from "../records/bitmap.js";
import { fileAttributeBits } from "../records/file-name.js";
import type { FileTimestamps } from "../records/standard-information.js";
import { writeUtf16 } from "../../../bytes/utf16.js";
import { encodeVolumeInformation } from "../records/volume-information.js";
import { FileRecordWriter } from "./file-record.js";
import type { FileFacts, NameValues } from "./file-records.js";
import { addFileNames, addStandardInformation } from "./file-records.js";
import { collationRules } from "../records/index-records.js";
import { buildQuota } from "./quota.js";
import { securityIds } from "./security-descriptor.js";
import type { SecurityStore } from "./security-store.js";
import { storedSystemName } from "./system-keys.js";
import { encodeViewIndex } from "./view-index.js";
import { clusterSize, fileRecordSize, systemRecords } from "../records/volume-format.js";
import type { ClusterRange, VolumeLayout } from "./volume-layout.js";
import { runsOf, sizeOf } from "./volume-layout.js";

type SystemContext = {
  readonly layout: VolumeLayout;
  readonly recordCount: number;
  readonly label: string;
  readonly times: FileTimestamps;
  readonly security: SecurityStore;
};

const { hidden, system, archive } = fileAttributeBits;

/** What is not the same for every system file. */
type SystemFile = {
  readonly record: number;
  readonly add: (writer: FileRecordWriter) => void;
  readonly size?: number;
  readonly allocatedSize?: number;
  readonly flags?: number;
  readonly indexBit?: number;
  readonly attributes?: number;
  readonly parent?: number;
  readonly securityId?: number;
};

/** Writes all system files but the two directories, the root and $Extend. */
export function writeSystemFiles(mft: Uint8Array, values: NameValues, context: SystemContext): void {
  for (const file of [...placedFiles(context), ...residentFiles(mft, context), ...extendFiles(context)]) {
    const writer = new FileRecordWriter(mft, {
      record: file.record,
      flags: recordFlags.inUse | (file.flags ?? 0),
      linkCount: 1,
    });
    const facts: FileFacts = {
      times: context.times,
      attributes: file.attributes ?? hidden | system,
      securityId: file.securityId ?? securityIds.systemRead,
      parent: file.parent ?? systemRecords.root,
      size: file.size ?? 0,
      allocatedSize: file.allocatedSize ?? 0,
      indexBit: file.indexBit ?? 0,
    };
    addStandardInformation(writer, mft, facts);
    values.set(file.record, addFileNames(writer, mft, [storedSystemName(file.record)], facts));
    file.add(writer);
    writer.finish();
  }
  writeReserved(mft, context);
}

/** A file with one unnamed stream of `size` bytes in `range`. */
function placed(number: number, range: ClusterRange, size = sizeOf(range)): SystemFile {
  return {
    record: number,
    size,
    allocatedSize: sizeOf(range),
    add: (writer) => void writer.addNonresident(attributeTypes.data, "", { runs: runsOf(range), size }),
  };
}

function placedFiles({ layout, recordCount }: SystemContext): SystemFile[] {
  const { system: ranges, clusterCount } = layout;
  const mft = placed(systemRecords.mft, ranges.mft);
  return [
    {
      ...mft,
      add(writer) {
        mft.add(writer);
        const runs = runsOf(ranges.mftBitmap);
        writer.addNonresident(attributeTypes.bitmap, "", { runs, size: bitmapSize(recordCount) });
      },
    },
    placed(systemRecords.mftMirror, ranges.mftMirror),
    placed(systemRecords.logFile, ranges.logFile),
    placed(systemRecords.attributeDefinitions, ranges.attributeDefinitions, attributeDefinitionsSize),
    placed(systemRecords.bitmap, ranges.bitmap, bitmapSize(clusterCount)),
    placed(systemRecords.boot, ranges.boot),
    placed(systemRecords.upCase, ranges.upCase),
  ];
}

function residentFiles(mft: Uint8Array, context: SystemContext): SystemFile[] {
  const { layout, label, security } = context;
  return [
    {
      record: systemRecords.volume,
      securityId: securityIds.systemReadWrite,
      add(writer) {
        // NTFS documentation, "$VOLUME_NAME (0x60)": a volume without a label has no such attribute.
        if (label !== "") writeUtf16(mft, writer.addResident(attributeTypes.volumeName, "", 2 * label.length), label);
        writer.addValue(attributeTypes.volumeInformation, "", encodeVolumeInformation());
        writer.addResident(attributeTypes.data, "", 0);
      },
    },
    {
      // NTFS documentation, "$BadClus (8)": $Bad is as large as the volume, with holes for good clusters, here all of them.
      record: systemRecords.badClusters,
      add(writer) {
        const { clusterCount } = layout;
        writer.addResident(attributeTypes.data, "", 0);
        writer.addNonresident(attributeTypes.data, "$Bad", {
          runs: [{ startCluster: null, clusterCount }],
          size: clusterCount * clusterSize,
          validSize: 0,
        });
      },
    },
    {
      record: systemRecords.secure,
      flags: recordFlags.viewIndex,
      indexBit: fileAttributeBits.viewIndex,
      securityId: securityIds.systemReadWrite,
      add(writer) {
        const runs = runsOf(layout.system.securityStream);
        writer.addNonresident(attributeTypes.data, "$SDS", { runs, size: security.streamSize });
        writer.addValue(attributeTypes.indexRoot, "$SDH", security.hashIndex);
        writer.addValue(attributeTypes.indexRoot, "$SII", security.idIndex);
      },
    },
  ];
}

function viewFile(number: number, indexes: readonly (readonly [string, Uint8Array])[]): SystemFile {
  return {
    record: number,
    parent: systemRecords.extend,
    flags: recordFlags.inExtend | recordFlags.viewIndex,
    indexBit: fileAttributeBits.viewIndex,
    attributes: hidden | system | archive,
    securityId: securityIds.systemReadWrite,
    add(writer) {
      for (const [name, value] of indexes) writer.addValue(attributeTypes.indexRoot, name, value);
    },
  };
}

function extendFiles({ times }: SystemContext): SystemFile[] {
  const quota = buildQuota(times.modified);
  const none = encodeViewIndex(collationRules.unsignedLongs, []);
  return [
    viewFile(systemRecords.quota, [
      ["$O", quota.ownerIndex],
      ["$Q", quota.quotaIndex],
    ]),
    viewFile(systemRecords.objectId, [["$O", none]]),
    viewFile(systemRecords.reparse, [["$R", none]]),
  ];
}

/** Records 12 to 15. */
function writeReserved(mft: Uint8Array, { times }: SystemContext): void {
  for (let number = systemRecords.firstReserved; number < systemRecords.endReserved; number += 1) {
    const writer = new FileRecordWriter(mft, { record: number, flags: recordFlags.inUse });
    addStandardInformation(writer, mft, {
      times,
      attributes: hidden | system,
      securityId: securityIds.systemReadWrite,
      parent: systemRecords.root,
      size: 0,
      allocatedSize: 0,
      indexBit: 0,
    });
    writer.addResident(attributeTypes.data, "", 0);
    writer.finish();
  }
}

/** Formats the records of `[start, end)` as free ones. */
export function writeFreeRecords(mft: Uint8Array, start: number, end: number): void {
  for (let number = start; number < end; number += 1) new FileRecordWriter(mft, { record: number, flags: 0 }).finish();
}

/** The records in use of a volume whose first free one is `usedRecords`: 24 to 26 and files behind the gaps. */
export function recordBitmap(recordCount: number, usedRecords: number, firstFile: number): Uint8Array {
  const bytes = new Uint8Array(bitmapSize(recordCount));
  setBits(bytes, 0, systemRecords.endReserved);
  setBits(bytes, systemRecords.quota, systemRecords.reparse + 1);
  setBits(bytes, firstFile, usedRecords);
  return bytes;
}

export const mftSize = (recordCount: number): number => recordCount * fileRecordSize;
