/**
 * Reads what an NTFS volume holds now, to tell what people and systems changed on it from what was damaged. It is read
 * through, not mounted: $MFT record by record, the indexes from the root down, and each held against the others, so that
 * a volume is sound only where all agree. Everything is bounded by the volume's own size and by limits that are named
 * where they are. Traps: the last two bytes of each sector of a record are elsewhere (records/fixups.ts); lists of runs and
 * of attributes may lie in records that they themselves describe; and on a stick that was pulled out changes may be in
 * the log alone, so that what does not agree may be whole again after the next mount.
 */
import { fileRecordSize } from "../records/volume-format.js";
import type { LogState } from "../records/log-file.js";
import type { Span } from "../../../extents/extent.js";
import { checkClusterBitmap, clusterOwners, sharedClusters, type OwnedClusters } from "./clusters.js";
import type { NtfsFault } from "./fault.js";
import { readFiles, type NtfsFiles } from "./files.js";
import { hasBootSectorCopy, readGeometry, type NtfsGeometry } from "./geometry.js";
import { openMasterFileTable, type MasterFileTable } from "./mft.js";
import { checkSecurity } from "./security.js";
import { checkConstants, checkMirror, checkRecordBitmap, isVolumeDirty, readLogState } from "./system.js";
import { readNtfsTree, type NtfsTree } from "./tree.js";
import type { ReadBytes } from "../../../source/byte-source.js";

export type NtfsVolume = NtfsFiles & {
  readonly geometry: NtfsGeometry;
  readonly table: MasterFileTable;
  readonly tree: NtfsTree;
  /** Ascending. */
  readonly owners: readonly OwnedClusters[];
  readonly faults: readonly NtfsFault[];
  /** The last sector of the partition is what the first one is. */
  readonly bootSectorCopied: boolean;
  readonly log: LogState;
  /** A system wants chkdsk to look at it. */
  readonly dirty: boolean;
};

/** The volume in `partition`, in bytes of the disk. Throws VolumeFault, and what `read` throws. */
export async function readNtfsVolume(read: ReadBytes, partition: Span): Promise<NtfsVolume> {
  const geometry = await readGeometry(read, partition);
  const table = await openMasterFileTable(read, geometry);
  const source = await readFiles(read, geometry, table);
  const tree = await readNtfsTree(read, table, source);
  const owners = clusterOwners(source);
  const system = { read, geometry, table, source };
  const records = await checkRecordBitmap(system);
  const nameOf = (record: number): string => tree.paths.get(record) ?? `record ${record}`;
  const faults = [
    ...brokenRecords(source, table, tree),
    ...tree.faults,
    ...sharedClusters(owners, nameOf),
    ...(await checkClusterBitmap({ read, geometry, source, owners })),
    ...records,
    ...(await checkMirror(system)),
    ...(await checkConstants(system)),
    ...(await checkSecurity(system)),
  ];
  const log = await readLogState(system);
  const bootSectorCopied = await hasBootSectorCopy(read, partition);
  const dirty = isVolumeDirty(source);
  return { ...source, geometry, table, tree, owners, faults, bootSectorCopied, log, dirty };
}

function brokenRecords({ broken }: NtfsFiles, table: MasterFileTable, { paths }: NtfsTree): NtfsFault[] {
  return [...broken].map(([record, reason]) => ({
    record,
    path: paths.get(record) ?? null,
    offset: table.offsetOf(record),
    length: fileRecordSize,
    structure: `record ${record} of $MFT`,
    reason,
  }));
}
