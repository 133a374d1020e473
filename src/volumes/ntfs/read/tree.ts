/**
 * The directory tree, which is on the volume twice: an index lists a directory's children (NTFS documentation, "Directory"),
 * and a file's FILE_NAMEs refer to its parents ("$FILE_NAME (0x30)"). The indexes decide, because systems and boot code find
 * files by them alone; the FILE_NAMEs are compared with them, so that a file that an index has lost is reported by name, and
 * not as removed. Traps: a file has several names (hard links, and the 8.3 alias, which is no file of its own), a reference
 * is valid only with its sequence number ("File Reference"), and directories of a hostile volume may form cycles.
 */
import { nameSpaces, type FileNameKey } from "../records/file-name.js";
import { fileRecordSize, systemRecords } from "../records/volume-format.js";
import type { NtfsFault } from "./fault.js";
import type { NtfsFile, NtfsFiles } from "./files.js";
import { readDirectoryIndex, type IndexedName } from "./directory-index.js";
import type { MasterFileTable } from "./mft.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import { checkPathUnits, VolumeFault, VolumeLimit } from "../../volume-fault.js";

/** Directories above a lost file that are named: more than a path has that programs can open (260 characters). */
const deepestLostPath = 256;

export type TreeEntry = { readonly path: string; readonly file: NtfsFile };

export type NtfsTree = {
  /** What can be reached, by hard links several times; parents before children. */
  readonly entries: readonly TreeEntry[];
  /** Paths that lead to something broken, or that no index knows; and why. */
  readonly lost: readonly { readonly path: string; readonly reason: string }[];
  /** Any one path by record, of what can be reached and of what is lost. */
  readonly paths: ReadonlyMap<number, string>;
  /** Index buffers by byte of the disk: a driver has written it since the volume was made. */
  readonly buffers: ReadonlyMap<number, boolean>;
  readonly faults: readonly NtfsFault[];
};

type Reading = {
  readonly read: ReadBytes;
  readonly table: MasterFileTable;
  readonly source: NtfsFiles;
  readonly entries: TreeEntry[];
  readonly lost: { path: string; reason: string }[];
  readonly paths: Map<number, string>;
  readonly buffers: Map<number, boolean>;
  readonly faults: NtfsFault[];
  /** Names that an index has; by file. */
  readonly indexed: Map<NtfsFile, Set<FileNameKey>>;
  readonly visited: Set<number>;
};

export async function readNtfsTree(read: ReadBytes, table: MasterFileTable, source: NtfsFiles): Promise<NtfsTree> {
  const lists = { entries: [], lost: [], faults: [] };
  const maps = { buffers: new Map(), paths: new Map(), indexed: new Map(), visited: new Set<number>() };
  const reading: Reading = { read, table, source, ...lists, ...maps };
  reading.paths.set(systemRecords.root, "");
  await readBelow(reading, systemRecords.root, "");
  nameUnindexed(reading);
  return reading;
}

async function readBelow(reading: Reading, record: number, path: string): Promise<void> {
  const queue = [{ record, path }];
  let units = 0;
  for (const next of queue) {
    const directory = reading.source.files.get(next.record);
    if (directory === undefined || reading.visited.has(next.record)) continue;
    reading.visited.add(next.record);
    for (const name of await namesIn(reading, directory, next.path)) {
      const file = follow(reading, directory, name, next.path);
      units += next.path.length + name.text.length;
      checkPathUnits(units);
      if (file?.directory === true) queue.push({ record: file.record, path: pathBelow(next.path, name.text) });
    }
  }
}

const pathBelow = (directory: string, name: string): string => (directory === "" ? name : `${directory}/${name}`);
const structureOf = (path: string): string => (path === "" ? "the index of the root" : `the index of ${path}`);

async function namesIn(reading: Reading, directory: NtfsFile, path: string): Promise<readonly IndexedName[]> {
  const { read, table, faults, buffers } = reading;
  const home = { offset: table.offsetOf(directory.record), length: fileRecordSize };
  const common = { record: directory.record, path, structure: structureOf(path) };
  try {
    const index = await readDirectoryIndex(read, directory, home);
    for (const fault of index.faults) faults.push({ ...common, ...fault });
    for (const [offset, written] of index.buffers) buffers.set(offset, written);
    return index.names;
  } catch (error) {
    if (!(error instanceof VolumeFault) || error instanceof VolumeLimit) throw error;
    faults.push({ ...common, ...home, reason: error.message });
    return [];
  }
}

/** The file that an entry of an index leads to, where it says the same of itself and is reached by this name. */
function follow(reading: Reading, directory: NtfsFile, entry: IndexedName, path: string): NtfsFile | undefined {
  const { source, entries, indexed } = reading;
  const file = source.files.get(entry.record);
  const own = file?.sequence === entry.sequence ? file.names.find((name) => isSame(name, entry, directory)) : undefined;
  const full = pathBelow(path, entry.text);
  if (file === undefined || own === undefined) {
    lose(reading, entry, full, structureOf(path));
    return undefined;
  }
  const known = indexed.get(file) ?? new Set();
  known.add(own);
  indexed.set(file, known);
  // The root lists itself.
  if (own.nameSpace === nameSpaces.dos || file.record === systemRecords.root) return undefined;
  entries.push({ path: full, file });
  if (!reading.paths.has(file.record)) reading.paths.set(file.record, full);
  return file;
}

function isSame(name: FileNameKey, entry: FileNameKey, { record, sequence }: NtfsFile): boolean {
  const { parent, text, nameSpace } = name;
  const same = parent.record === entry.parent.record && parent.sequence === entry.parent.sequence;
  const here = parent.record === record && parent.sequence === sequence;
  return same && here && text === entry.text && nameSpace === entry.nameSpace;
}

function lose(reading: Reading, entry: IndexedName, path: string, structure: string): void {
  const { source, table, lost, paths, faults } = reading;
  const broken = source.broken.get(entry.record);
  const reason =
    broken === undefined
      ? `its directory entry leads to record ${entry.record}, which is not its own`
      : `its record ${entry.record} is broken: ${broken}`;
  if (entry.nameSpace !== nameSpaces.dos) lost.push({ path, reason });
  // A broken record is told by itself.
  if (broken !== undefined) {
    if (!paths.has(entry.record)) paths.set(entry.record, path);
    return;
  }
  const home = { offset: table.offsetOf(entry.parent.record), length: fileRecordSize };
  faults.push({ record: null, path, ...home, structure, reason });
}

/** Names that no index has. */
function nameUnindexed(reading: Reading): void {
  const { source, table, lost, faults, indexed, paths } = reading;
  for (const file of source.files.values()) {
    for (const name of file.names) {
      if (indexed.get(file)?.has(name) === true) continue;
      const path = pathByParents(reading, name);
      const reason = "the index of its directory does not have it";
      if (name.nameSpace !== nameSpaces.dos) {
        lost.push({ path, reason });
        if (!paths.has(file.record)) paths.set(file.record, path);
      }
      const home = { offset: table.offsetOf(file.record), length: fileRecordSize };
      faults.push({ record: file.record, path, ...home, structure: `record ${file.record} of $MFT`, reason });
    }
  }
}

/** The path of a name as the files themselves tell it; what cannot be known is a question mark. */
function pathByParents({ source, paths }: Reading, name: FileNameKey): string {
  const parts = [name.text];
  let parent = name.parent.record;
  for (let depth = 0; depth < deepestLostPath; depth += 1) {
    const known = paths.get(parent);
    if (known !== undefined) return pathBelow(known, parts.toReversed().join("/"));
    const above = source.files.get(parent)?.names.find(({ nameSpace }) => nameSpace !== nameSpaces.dos);
    if (above === undefined) break;
    parts.push(above.text);
    parent = above.parent.record;
  }
  return `?/${parts.toReversed().join("/")}`;
}
