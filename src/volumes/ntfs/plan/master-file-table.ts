/**
 * $MFT as bytes, and the index buffers whose entries repeat the file names in it. The data of small files lies in their
 * records but is not read here: the plan takes it from the image, piece by piece, because a record's fixups move two
 * bytes of each sector into its head.
 */
import type { FileTree } from "../../../tree/index.js";
import { attributeTypes, recordFixupsOffset } from "../records/attributes.js";
import { setBits } from "../records/bitmap.js";
import { fileAttributeBits, fileNameSize } from "../records/file-name.js";
import type { NtfsContents, FilePlan } from "./contents.js";
import type { PendingRoot } from "./directory-record.js";
import { fillRoot, writeDirectoryRecord } from "./directory-record.js";
import type { IndexForm } from "./directory-index.js";
import { FileRecordWriter } from "./file-record.js";
import type { FileFacts, NameValues } from "./file-records.js";
import { addFileNames, addStandardInformation, attributeBits, flagsOf } from "./file-records.js";
import { fileTime } from "../../../bytes/file-time.js";
import { newestTime, timestampsOf } from "./timestamps.js";
import { applyFixups } from "../records/fixups.js";
import type { KeyOf } from "./index-encoding.js";
import { writeIndexBlocks } from "./index-encoding.js";
import { securityIds } from "./security-descriptor.js";
import type { SecurityStore } from "./security-store.js";
import { mftSize, writeFreeRecords, writeSystemFiles } from "./system-files.js";
import { extendNames, rootNames } from "./system-keys.js";
import { align8, clusterSize, fileRecordSize, firstFileRecord, systemRecords } from "../records/volume-format.js";
import type { FilePlace, VolumeLayout } from "./volume-layout.js";
import { runsOf, sizeOf } from "./volume-layout.js";

/** A small file's data in its record. */
type ResidentData = {
  readonly entry: FilePlan;
  /** Where the data begins in the record, before fixups. */
  readonly offset: number;
};

export type PlannedMasterFileTable = {
  readonly mft: Uint8Array;
  /** In ascending order of record. Empty files are not among them. */
  readonly resident: readonly ResidentData[];
  /** Buffers of all large indexes in disk order. */
  readonly indexBlocks: Uint8Array;
};

type VolumeFacts = { readonly tree: FileTree; readonly label: string; readonly security: SecurityStore };

export function buildMasterFileTable(
  contents: NtfsContents,
  layout: VolumeLayout,
  volume: VolumeFacts,
): PlannedMasterFileTable {
  const mft = new Uint8Array(mftSize(contents.recordCount));
  const values: NameValues = new Map();
  const newest = fileTime(newestTime(volume.tree));
  const times = timestampsOf({}, newest);
  writeSystemFiles(mft, values, {
    layout,
    recordCount: contents.recordCount,
    label: volume.label,
    times,
    security: volume.security,
  });
  const resident = writeFiles(mft, values, contents, layout, newest);
  const roots = writeDirectories(mft, values, layout, newest);
  roots.push(writeExtend(mft, values, contents.extendIndex, times));
  writeFreeRecords(mft, systemRecords.endReserved, systemRecords.quota);
  writeFreeRecords(mft, systemRecords.reparse + 1, firstFileRecord);
  writeFreeRecords(mft, contents.usedRecords, contents.recordCount);
  for (const root of roots) fillRoot(mft, root, keysFrom(mft, values, root.index));
  const indexBlocks = writeIndexes(mft, values, layout);
  for (let at = 0; at < mft.length; at += fileRecordSize) applyFixups(mft, at, fileRecordSize, recordFixupsOffset);
  return { mft, resident, indexBlocks };
}

function writeFiles(
  mft: Uint8Array,
  values: NameValues,
  contents: NtfsContents,
  layout: VolumeLayout,
  newest: bigint,
): ResidentData[] {
  const resident: ResidentData[] = [];
  const places = new Map<number, FilePlace>(layout.files.map((place) => [place.entry.record, place]));
  for (const entry of contents.files) {
    const { record, node, names } = entry;
    const place = places.get(record);
    const writer = new FileRecordWriter(mft, { record, flags: flagsOf("file"), linkCount: names.length });
    const facts: FileFacts = {
      times: timestampsOf(node.times, newest),
      attributes: attributeBits(node.attributes),
      securityId: securityIds.file,
      parent: entry.parent,
      size: node.size,
      allocatedSize: place === undefined ? align8(node.size) : sizeOf(place.data),
      indexBit: 0,
    };
    addStandardInformation(writer, mft, facts);
    values.set(record, addFileNames(writer, mft, names, facts));
    if (place === undefined) {
      const at = writer.addResident(attributeTypes.data, "", node.size);
      if (node.size > 0) resident.push({ entry, offset: at - record * fileRecordSize });
    } else {
      writer.addNonresident(attributeTypes.data, "", { runs: runsOf(place.data), size: node.size });
    }
    writer.finish();
  }
  return resident;
}

function writeDirectories(mft: Uint8Array, values: NameValues, layout: VolumeLayout, newest: bigint): PendingRoot[] {
  return layout.directories.map(({ entry, blocks, bitmap }) => {
    const isRoot = entry.record === systemRecords.root;
    const own = isRoot ? fileAttributeBits.hidden | fileAttributeBits.system : attributeBits(entry.node.attributes);
    const facts: FileFacts = {
      times: timestampsOf(entry.node.times, newest),
      attributes: own,
      securityId: isRoot ? securityIds.root : securityIds.directory,
      parent: entry.parent,
      size: 0,
      allocatedSize: 0,
      indexBit: fileAttributeBits.fileNameIndex,
    };
    const names = isRoot ? rootNames.own : entry.names;
    return writeDirectoryRecord(mft, { ...entry, names, facts, blocks, bitmap }, values);
  });
}

function writeExtend(mft: Uint8Array, values: NameValues, index: IndexForm, times: FileFacts["times"]): PendingRoot {
  const none = { startCluster: 0, clusterCount: 0 };
  const facts: FileFacts = {
    times,
    attributes: fileAttributeBits.hidden | fileAttributeBits.system,
    securityId: securityIds.systemReadWrite,
    parent: systemRecords.root,
    size: 0,
    allocatedSize: 0,
    indexBit: fileAttributeBits.fileNameIndex,
  };
  const { own: names } = extendNames;
  const record = systemRecords.extend;
  return writeDirectoryRecord(
    mft,
    { record, extensionRecord: null, names, facts, index, blocks: none, bitmap: none },
    values,
  );
}

function writeIndexes(mft: Uint8Array, values: NameValues, layout: VolumeLayout): Uint8Array {
  const first = layout.directories[0]!.blocks.startCluster;
  const clusterCount = layout.directories.reduce((end, { blocks, bitmap }) => {
    return Math.max(end, blocks.startCluster + blocks.clusterCount, bitmap.startCluster + bitmap.clusterCount);
  }, first);
  const bytes = new Uint8Array((clusterCount - first) * clusterSize);
  for (const { entry, blocks, bitmap } of layout.directories) {
    const { index } = entry;
    if (index.tree === null) continue;
    const at = (blocks.startCluster - first) * clusterSize;
    writeIndexBlocks(bytes, at, index.tree, keysFrom(mft, values, index));
    if (!index.bitmapResident) {
      setBits(bytes.subarray((bitmap.startCluster - first) * clusterSize), 0, index.tree.nodes.length);
    }
  }
  return bytes;
}

/** The keys of `index`, as they stand in the file names in $MFT. */
function keysFrom(mft: Uint8Array, values: NameValues, index: IndexForm): KeyOf {
  return (entry) => {
    const { record, position, name } = index.keys[entry]!;
    const at = values.get(record)![position]!;
    return { record, value: mft.subarray(at, at + fileNameSize(name.text)) };
  };
}
