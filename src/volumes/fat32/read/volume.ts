/**
 * Reads what a FAT32 volume holds now, to tell what people and systems changed on it from what was damaged. Everything is
 * bounded by the volume's own size: each cluster is visited once, so that chains in circles and shared clusters are found
 * and end the reading. Traps: a volume in use has marks in FAT[1]; a long name counts only if its parts are in order and
 * its checksum is the short name's.
 */
import { count } from "../../../bytes/amounts.js";
import { isPowerOfTwo, MiB } from "../../../bytes/units.js";
import {
  deletedEntry,
  fatDirectoryEntry,
  directoryEntrySize,
  endOfDirectory,
  entryAttributes,
  entryAttributesMask,
  firstClusterOf,
  largestDirectory,
  unpackShortName,
  type FatDirectoryEntry,
} from "../records/directory-entry.js";
import {
  badCluster,
  endsChain,
  fatCount,
  fatEntry,
  fatEntrySize,
  firstCluster,
  isUnmounted,
  noCluster,
} from "../records/file-allocation-table.js";
import { longNameAttributes, LongNameReader } from "../records/long-name.js";
import { decodeFat32BootSector, dirtyState } from "../records/boot-sector.js";
import { sectorSize } from "../../plan.js";
import type { Span } from "../../../extents/extent.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { assertVolume, checkPathUnits, VolumeLimit } from "../../volume-fault.js";

/** Bytes of a FAT that are held in memory: that of 512 GiB in clusters of 32 KiB. */
const largestFat = 64 * MiB;
/** More files and directories than a Windows image has a hundred times over. */
const mostEntries = 200_000;

export type FatVolumeEntry = {
  /** Names joined by `/`. */
  readonly path: string;
  readonly directory: boolean;
  readonly size: number;
  /** Byte of the disk where its content begins; 0 where it has none. */
  readonly start: number;
  /** Its clusters follow each other. */
  readonly contiguous: boolean;
  readonly writeDate: number;
  readonly writeTime: number;
  /** The latest of its dates, in FAT's form. */
  readonly latestDate: number;
  /** As the directory has it, with all of its times. */
  readonly fields: FatDirectoryEntry;
};

export type FatVolume = {
  /** Null where the root directory has none. */
  readonly label: string | null;
  /** When it was given, in FAT's form; 0 where there is none. */
  readonly labelDate: number;
  readonly labelTime: number;
  /** Those of one directory are in its order. */
  readonly entries: readonly FatVolumeEntry[];
  readonly freeClusters: number;
  readonly clusterSize: number;
  /** Both FATs, in bytes of the disk. */
  readonly fats: Span;
  /** What each FAT has behind the entry of its last cluster. */
  readonly fatTails: readonly Span[];
  /**
   * Whether a cluster in `span`, in bytes of the disk, is taken in the FATs though no directory leads to it. Who removes or
   * rewrites a file through a driver frees its clusters.
   */
  readonly hasLost: (span: Span) => boolean;
  /** No system has it marked as in use: it was unmounted by the last one that had it. */
  readonly unmounted: boolean;
};

type Geometry = {
  readonly clusterSize: number;
  readonly clusterCount: number;
  readonly fatStart: number;
  readonly fatLength: number;
  readonly dataStart: number;
  readonly rootCluster: number;
  /** By the boot sector, where some systems mark it. */
  readonly unmounted: boolean;
};

type Reading = {
  readonly read: ReadBytes;
  readonly geometry: Geometry;
  readonly fat: DataView;
  readonly visited: Uint8Array;
  readonly entries: FatVolumeEntry[];
  /** Of all paths, in UTF-16 units. */
  pathUnits: number;
  label: string | null;
  labelDate: number;
  labelTime: number;
};

/** The volume in `partition`, in bytes of the disk. Throws VolumeFault, and what `read` throws. */
export async function readFatVolume(read: ReadBytes, partition: Span): Promise<FatVolume> {
  const geometry = geometryOf(await read(partition.start, sectorSize), partition);
  const { clusterSize, clusterCount, fatStart, fatLength } = geometry;
  const fat = await readFats(read, geometry);
  const visited = new Uint8Array(clusterCount + firstCluster);
  const unnamed = { label: null, labelDate: 0, labelTime: 0 };
  const reading: Reading = { read, geometry, fat, visited, entries: [], pathUnits: 0, ...unnamed };
  const directories = [{ prefix: "", cluster: geometry.rootCluster }];
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    directories.push(...(await readDirectory(reading, next.prefix, next.cluster)));
  }
  let freeClusters = 0;
  for (let cluster = firstCluster; cluster < clusterCount + firstCluster; cluster += 1) {
    if (fatEntry(fat, cluster) === noCluster) freeClusters += 1;
  }
  const fats = { start: fatStart, end: fatStart + fatCount * fatLength };
  const used = (clusterCount + firstCluster) * fatEntrySize;
  const fatTails = [fatStart, fatStart + fatLength].map((at) => ({ start: at + used, end: at + fatLength }));
  const { label, labelDate, labelTime, entries } = reading;
  const hasLost = (span: Span): boolean => someLost(reading, span);
  const unmounted = geometry.unmounted && isUnmounted(fat);
  return { label, labelDate, labelTime, entries, freeClusters, clusterSize, fats, fatTails, hasLost, unmounted };
}

function someLost({ geometry, fat, visited }: Reading, { start, end }: Span): boolean {
  const clusterAt = (offset: number): number => firstCluster + (offset - geometry.dataStart) / geometry.clusterSize;
  const last = Math.min(Math.ceil(clusterAt(end)), geometry.clusterCount + firstCluster);
  for (let cluster = Math.max(firstCluster, Math.floor(clusterAt(start))); cluster < last; cluster += 1) {
    if (visited[cluster] === 0 && ![noCluster, badCluster].includes(fatEntry(fat, cluster))) return true;
  }
  return false;
}

function geometryOf(bytes: Uint8Array, { start, end }: Span): Geometry {
  const sector = decodeFat32BootSector(bytes);
  const clusterSize = sector.sectorsPerCluster * sectorSize;
  assertVolume(isPowerOfTwo(clusterSize), `clusters of ${clusterSize} bytes`);
  const fatStart = start + sector.reservedSectorCount * sectorSize;
  const fatLength = sector.fatSize32 * sectorSize;
  const dataStart = fatStart + fatCount * fatLength;
  const volumeEnd = start + sector.totalSectors32 * sectorSize;
  assertVolume(volumeEnd <= end && dataStart < volumeEnd, `a volume of ${count(sector.totalSectors32, "sector")}`);
  const clusterCount = Math.floor((volumeEnd - dataStart) / clusterSize);
  const fatUsed = (clusterCount + firstCluster) * fatEntrySize;
  assertVolume(
    fatUsed <= fatLength && fatUsed <= largestFat,
    `a FAT of ${fatLength} bytes for ${clusterCount} clusters`,
  );
  const { rootCluster, state } = sector;
  const unmounted = (state & dirtyState) === 0;
  return { clusterSize, clusterCount, fatStart, fatLength, dataStart, rootCluster, unmounted };
}

async function readFats(read: ReadBytes, { fatStart, fatLength, clusterCount }: Geometry): Promise<DataView> {
  const used = (clusterCount + firstCluster) * fatEntrySize;
  const fat = await read(fatStart, used);
  const copy = await read(fatStart + fatLength, used);
  assertVolume(Buffer.compare(fat, copy) === 0, "the two FATs are not the same");
  return new DataView(fat.buffer, fat.byteOffset, fat.byteLength);
}

/** The clusters of the chain that begins at `first`; none for `noCluster`. */
function chainOf({ geometry, fat, visited }: Reading, first: number, what: string): number[] {
  const clusters: number[] = [];
  if (first === noCluster) return clusters;
  for (let cluster = first; !endsChain(cluster); cluster = fatEntry(fat, cluster)) {
    const exists = cluster >= firstCluster && cluster < geometry.clusterCount + firstCluster;
    assertVolume(exists, `${what} leads to cluster ${cluster}, which does not exist`);
    assertVolume(visited[cluster] === 0, `${what} leads to cluster ${cluster}, which is in use already`);
    visited[cluster] = 1;
    clusters.push(cluster);
  }
  return clusters;
}

const offsetOf = ({ dataStart, clusterSize }: Geometry, cluster: number): number =>
  dataStart + (cluster - firstCluster) * clusterSize;

/** Reads one directory's entries; returns the directories in it. */
async function readDirectory(reading: Reading, prefix: string, cluster: number) {
  const { geometry, read, entries } = reading;
  const clusters = chainOf(reading, cluster, `the directory ${prefix}`);
  assertVolume(clusters.length * geometry.clusterSize <= largestDirectory, `the directory ${prefix} is too large`);
  const directories: { prefix: string; cluster: number }[] = [];
  const long = new LongNameReader();
  for (const each of clusters) {
    const bytes = await read(offsetOf(geometry, each), geometry.clusterSize);
    for (let at = 0; at < bytes.length; at += directoryEntrySize) {
      if (bytes[at] === endOfDirectory) return directories;
      const fields = fatDirectoryEntry.decode(bytes, at);
      if (bytes[at] === deletedEntry) long.reset();
      else if ((fields.attributes & entryAttributesMask) === longNameAttributes) long.add(bytes, at);
      else if ((fields.attributes & entryAttributes.volumeLabel) !== 0) setLabel(reading, fields);
      else if (!fields.name.startsWith(".")) {
        if (entries.length >= mostEntries) throw new VolumeLimit(`more than ${mostEntries} files`);
        const path = prefix + (long.take(fields.name) ?? unpackShortName(fields.name, fields.caseFlags));
        reading.pathUnits += path.length;
        checkPathUnits(reading.pathUnits);
        const first = firstClusterOf(fields);
        const directory = (fields.attributes & entryAttributes.directory) !== 0;
        if (directory) directories.push({ prefix: `${path}/`, cluster: first });
        entries.push(entryFrom(reading, fields, { path, directory, first }));
      }
    }
  }
  return directories;
}

function setLabel(reading: Reading, { name, writeDate, writeTime }: FatDirectoryEntry): void {
  reading.label = name.trimEnd();
  reading.labelDate = writeDate;
  reading.labelTime = writeTime;
}

type Named = { readonly path: string; readonly directory: boolean; readonly first: number };

function entryFrom(reading: Reading, fields: FatDirectoryEntry, { path, directory, first }: Named): FatVolumeEntry {
  const { geometry } = reading;
  // A directory's own clusters are visited when it is read.
  const clusters = directory ? [] : chainOf(reading, first, path);
  const size = fields.fileSize;
  assertVolume(directory || clusters.length === Math.ceil(size / geometry.clusterSize), `${path} has ${size} bytes`);
  const { writeDate, writeTime, creationDate, lastAccessDate } = fields;
  return {
    path,
    directory,
    size,
    start: clusters.length === 0 ? 0 : offsetOf(geometry, first),
    contiguous: clusters.every((cluster, index) => cluster === first + index),
    writeDate,
    writeTime,
    latestDate: Math.max(writeDate, creationDate, lastAccessDate),
    fields,
  };
}
