/** From a volume's layout to the extents of the disk, in disk order, and where each file's bytes come to lie. */
import { checkContent, finishDisk, manifestExtent, placeContent } from "../../disk-end.js";
import { placeDiskStart } from "../../disk-start.js";
import type { Identity } from "../../identity.js";
import type { DiskPartition } from "../../mbr.js";
import { partitionTypes } from "../../mbr.js";
import type { DiskPlan, PlannedFile } from "../../plan.js";
import { sectorSize } from "../../plan.js";
import { inBootOrder } from "../../order.js";
import { LayoutBuilder, windowOf } from "../../../extents/layout.js";
import type { FileTree } from "../../../tree/index.js";
import { encodeAttributeDefinitions } from "../records/attribute-definitions.js";
import { recordFixupsOffset } from "../records/attributes.js";
import type { NtfsDiskBootCode } from "./boot-code.js";
import { encodeBootFile, encodeNtfsBootSector } from "../records/boot-sector.js";
import type { NtfsContents } from "./contents.js";
import { encodeClusterBitmap } from "../records/bitmap.js";
import { protectedPieces } from "../records/fixups.js";
import type { PlannedMasterFileTable } from "./master-file-table.js";
import { buildMasterFileTable } from "./master-file-table.js";
import { emptyLogByte } from "../records/log-file.js";
import { mirrorDistance } from "../records/security.js";
import { buildSecurityStore } from "./security-store.js";
import { recordBitmap } from "./system-files.js";
import { encodeUpCaseTable } from "../records/up-case.js";
import { clusterSize, fileRecordSize, firstFileRecord, mirroredRecords } from "../records/volume-format.js";
import type { ClusterRange, VolumeLayout } from "./volume-layout.js";
import { sizeOf } from "./volume-layout.js";

type VolumePlan = {
  readonly tree: FileTree;
  readonly label: string;
  readonly contents: NtfsContents;
  readonly layout: VolumeLayout;
  readonly partition: DiskPartition;
  readonly identity: Identity;
  readonly bootCode: NtfsDiskBootCode;
  readonly bootPrompt: boolean | undefined;
  readonly diskSize: number;
};

export function volumeExtents(plan: VolumePlan): Pick<DiskPlan, "extents" | "contentEnd" | "files"> {
  const { layout, partition, identity, bootCode, bootPrompt } = plan;
  const list = new VolumeList(partition);
  placeDiskStart(list.extents, {
    bootCode: bootCode.mbr,
    diskSignature: identity.diskSignature,
    osType: partitionTypes.ntfs,
    partition,
    bootPrompt,
  });
  const bootSector = encodeNtfsBootSector({
    partition,
    mftCluster: layout.system.mft.startCluster,
    mftMirrorCluster: layout.system.mftMirror.startCluster,
    serialNumber: identity.volumeSerialNumber,
    code: bootCode.volume,
  });
  const files = placeVolume(list, plan, bootSector);
  const last = (partition.startSector + partition.sectorCount - 1) * sectorSize;
  const backup = { offset: last, length: sectorSize, source: { kind: "bytes", bytes: bootSector } } as const;
  return { ...finishDisk(list.extents, plan.diskSize, [backup, manifestExtent(partition)]), files };
}

/** Where the data of each file lies on the disk, by record. */
type RunsByRecord = Map<number, PlannedFile["runs"]>;

/** Extents by cluster. */
class VolumeList {
  readonly extents = new LayoutBuilder();
  readonly #start: number;

  constructor(partition: DiskPartition) {
    this.#start = partition.startSector * sectorSize;
  }

  offsetOf(cluster: number): number {
    return this.#start + cluster * clusterSize;
  }

  bytes(range: ClusterRange, bytes: Uint8Array, offset = 0): void {
    this.extents.bytes(this.offsetOf(range.startCluster) + offset, bytes);
  }
}

function placeVolume(list: VolumeList, plan: VolumePlan, bootSector: Uint8Array): PlannedFile[] {
  const { contents, layout, bootCode } = plan;
  const { system } = layout;
  const security = buildSecurityStore();
  const table = buildMasterFileTable(contents, layout, { tree: plan.tree, label: plan.label, security });
  list.bytes(system.boot, encodeBootFile(bootSector, bootCode.volume));
  list.bytes(system.mftMirror, table.mft.subarray(0, mirroredRecords * fileRecordSize));
  list.bytes(system.attributeDefinitions, encodeAttributeDefinitions());
  list.bytes(system.upCase, encodeUpCaseTable());
  list.bytes(system.securityStream, security.block);
  list.bytes(system.securityStream, security.block, mirrorDistance);
  list.bytes(system.logFile, new Uint8Array(sizeOf(system.logFile)).fill(emptyLogByte));
  for (const { offset, bytes } of encodeClusterBitmap(layout.clusterCount, layout.usedClusters)) {
    list.bytes(system.bitmap, bytes, offset);
  }
  list.bytes(system.mftBitmap, recordBitmap(contents.recordCount, contents.usedRecords, firstFileRecord));
  const runs: RunsByRecord = new Map();
  placeRecords(list, system.mft, table, runs);
  list.bytes(layout.directories[0]!.blocks, table.indexBlocks);
  placeFiles(list, layout, runs);
  return inBootOrder(contents.files).map(({ path, node, record }) => {
    const modified = node.times.modified ?? node.times.created;
    const known = modified === undefined ? {} : { modified };
    return { path, size: node.size, runs: runs.get(record) ?? [], ...known };
  });
}

/** $MFT in pieces: bytes of its own, and between them the data of small files from the image. */
function placeRecords(list: VolumeList, range: ClusterRange, table: PlannedMasterFileTable, runs: RunsByRecord): void {
  const { mft, resident } = table;
  const start = list.offsetOf(range.startCluster);
  let written = 0;
  const writeTo = (end: number): void => {
    if (end > written) list.extents.bytes(start + written, mft.subarray(written, end));
    written = end;
  };
  for (const { entry, offset } of resident) {
    const { record, node, path } = entry;
    checkContent(node, path);
    const pieces = protectedPieces(offset, offset + node.size, recordFixupsOffset).map(({ from, to, at }) => ({
      at: record * fileRecordSize + at,
      from: from - offset,
      length: to - from,
    }));
    for (const { at, from, length } of pieces.toSorted((a, b) => a.at - b.at)) {
      writeTo(at);
      list.extents.layout(start + at, windowOf(node.content, { offset: from, length }));
      written = at + length;
    }
    runs.set(
      record,
      pieces.map(({ at, length }) => ({ offset: start + at, length })),
    );
  }
  writeTo(mft.length);
}

function placeFiles(list: VolumeList, layout: VolumeLayout, runs: RunsByRecord): void {
  for (const { entry, data } of layout.files) {
    const offset = list.offsetOf(data.startCluster);
    placeContent(list.extents, offset, entry.node, entry.path);
    runs.set(entry.record, [{ offset, length: entry.node.size }]);
  }
  // The last cluster's rest belongs to the content: what is read back is whole clusters.
  list.extents.zerosTo(list.offsetOf(layout.usedClusters));
}
