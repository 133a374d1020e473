/**
 * Directories: each name's long entries before its short one. Trap: `..` of a directory below the root says cluster 0,
 * never the root's own number (FAT32 specification, "FAT Directory Structure").
 */
import type { FileAttributes, FileTimes } from "../../../tree/index.js";
import type { FatDirectory, FatFile } from "./contents.js";
import {
  fatDirectoryEntry,
  directoryEntrySize,
  entryAttributes as attribute,
  firstClusterFields,
} from "../records/directory-entry.js";
import { noCluster } from "../records/file-allocation-table.js";
import { writeLongName } from "../records/long-name.js";
import type { FatTime } from "../records/time.js";
import { fatTime, noTime } from "../records/time.js";

/** The entries of `directory`; `label` is what the root's first one says. */
export function encodeDirectory(directory: FatDirectory, label: string): Uint8Array {
  const target = new Uint8Array(directory.size);
  let at = directory.parent === null ? writeLabel(target, directory, label) : writeDots(target, directory);
  for (const child of directory.children) at = writeChild(target, at, child);
  return target;
}

function writeLabel(target: Uint8Array, root: FatDirectory, label: string): number {
  const { date, time } = timeOf(root.node.times.modified) ?? noTime;
  fatDirectoryEntry.patch(target, 0, {
    name: label,
    attributes: attribute.volumeLabel,
    writeDate: date,
    writeTime: time,
  });
  return directoryEntrySize;
}

function writeDots(target: Uint8Array, directory: FatDirectory): number {
  const { parent } = directory;
  // The root has no parent; whoever lies directly in it points to cluster 0.
  const up = parent === null || parent.parent === null ? noCluster : parent.firstCluster;
  for (const [index, cluster] of [directory.firstCluster, up].entries()) {
    fatDirectoryEntry.patch(target, index * directoryEntrySize, {
      name: ".".repeat(index + 1),
      attributes: attribute.directory,
      ...timeFields(directory.node.times),
      ...firstClusterFields(cluster),
    });
  }
  return 2 * directoryEntrySize;
}

function writeChild(target: Uint8Array, offset: number, child: FatFile | FatDirectory): number {
  const { node, name, firstCluster } = child;
  if (name === null) throw new RangeError("the root directory has no entry");
  const at = name.longName === null ? offset : writeLongName(target, offset, name.longName, name.shortName);
  fatDirectoryEntry.patch(target, at, {
    name: name.shortName,
    attributes: attributeBits(node.attributes) | (node.kind === "file" ? attribute.archive : attribute.directory),
    caseFlags: name.caseFlags,
    ...timeFields(node.times),
    ...firstClusterFields(firstCluster),
    fileSize: node.kind === "file" ? node.size : 0,
  });
  return at + directoryEntrySize;
}

/** Every file is marked for archiving, whatever the image says: on this volume it is new. */
function attributeBits({ readOnly, hidden, system }: FileAttributes): number {
  return (
    (readOnly === true ? attribute.readOnly : 0) |
    (hidden === true ? attribute.hidden : 0) |
    (system === true ? attribute.system : 0)
  );
}

/** The write time must be there; creation and access are 0 where the image does not record them. */
function timeFields(times: FileTimes) {
  const write = timeOf(times.modified) ?? timeOf(times.created) ?? noTime;
  const creation = timeOf(times.created);
  const access = timeOf(times.accessed);
  return {
    writeDate: write.date,
    writeTime: write.time,
    ...(creation === undefined
      ? {}
      : { creationDate: creation.date, creationTime: creation.time, creationHundredths: creation.hundredths }),
    ...(access === undefined ? {} : { lastAccessDate: access.date }),
  };
}

function timeOf(instant: number | undefined): FatTime | undefined {
  return instant === undefined ? undefined : fatTime(instant);
}
