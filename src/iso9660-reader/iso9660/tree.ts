/** The tree of an ISO 9660 or Joliet volume. */
import type { ContentExtent, FileTimes, FileTree, TreeNode } from "../../tree/index.js";
import { damaged, decodeChecked } from "../failures.js";
import { maximumDepth } from "../limits.js";
import type { Reading } from "../reading.js";
import { appendExtent, noteMissing, pathBelow, warn } from "../reading.js";
import type { IsoEntry, Section } from "./directory.js";
import { readIsoDirectory, sectionOf } from "./directory.js";
import { directoryRecord, fileFlags } from "./records.js";
import { instantOfRecordingTime } from "./time.js";
import type { IsoVolume } from "./volume-descriptors.js";
import { checkBlockSize } from "./volume-descriptors.js";

export async function readIsoTree(reading: Reading, volume: IsoVolume): Promise<FileTree> {
  checkBlockSize(volume);
  const what = "the root directory's record";
  const root = decodeChecked(directoryRecord, volume.rootDirectoryRecord, 0, what);
  if ((root.fileFlags & fileFlags.directory) === 0) throw damaged(`${what} says that it is no directory`);
  const children = await readChildren(reading, volume, sectionOf(volume, root), "", 1, new Set());
  return { kind: "directory", name: "", times: timesOf(root.recordingTime), attributes: {}, children };
}

async function readChildren(
  reading: Reading,
  volume: IsoVolume,
  section: Section,
  path: string,
  depth: number,
  visited: Set<number>,
): Promise<TreeNode[]> {
  if (section.length > 0 && visited.has(section.offset)) {
    throw damaged(`the directory /${path} is entered twice: directories form a circle`, { path });
  }
  visited.add(section.offset);
  if (depth > maximumDepth) throw damaged(`the directory /${path} lies deeper than ${maximumDepth} levels`, { path });
  const children: TreeNode[] = [];
  for (const entry of newestVersions(reading, await readIsoDirectory(reading, volume, section, path), path)) {
    const childPath = pathBelow(reading, path, entry.name);
    const { name } = entry;
    const times = timesOf(entry.recordingTime);
    const attributes = entry.hidden ? { hidden: true } : {};
    if (entry.isDirectory) {
      const [first] = entry.sections;
      const below = await readChildren(reading, volume, first!, childPath, depth + 1, visited);
      children.push({ kind: "directory", name, times, attributes, children: below });
      continue;
    }
    const extents = extentsOf(reading, entry.sections);
    noteMissing(reading, childPath, extents);
    const size = entry.sections.reduce((sum, { length }) => sum + length, 0);
    children.push({ kind: "file", name, times, attributes, size, extents });
  }
  return children;
}

function extentsOf(reading: Reading, sections: readonly Section[]): ContentExtent[] {
  const extents: ContentExtent[] = [];
  for (const section of sections) appendExtent(reading, extents, { source: reading.source, ...section });
  return extents;
}

/** ECMA-119 9.3: versions of a name stand in falling order, and the first one is the file as it is. */
function newestVersions(reading: Reading, entries: readonly IsoEntry[], path: string): IsoEntry[] {
  const versions = new Map<string, number>();
  return entries.filter(({ name, version }) => {
    const newest = versions.get(name);
    if (newest === undefined) versions.set(name, version);
    if (newest === undefined || newest <= version) return true;
    warn(reading, "older-version", `version ${version} of ${name} in /${path} is left out`);
    return false;
  });
}

function timesOf(bytes: Uint8Array): FileTimes {
  const modified = instantOfRecordingTime(bytes);
  return modified === undefined ? {} : { modified };
}
