/** The tree of an ISO 9660 or Joliet volume, with Rock Ridge where an ISO 9660 one has it. */
import type { Extent } from "../../extents/extent.js";
import { fromSource } from "../../extents/layout.js";
import type { FileTree } from "../../tree/index.js";
import { aboveLimit, damaged, decodeChecked } from "../failures.js";
import { maximumDepth } from "../limits.js";
import type { Reading } from "../reading.js";
import { appendContent, noteMissing, pathBelow, warn } from "../reading.js";
import type { IsoEntry, IsoReading, Section } from "./directory.js";
import { ownSection, readIsoDirectory, sectionOf, systemUseSkipOf } from "./directory.js";
import { directoryRecord, fileFlags } from "./records.js";
import type { LinkedDirectory, LinkedNode } from "./symbolic-links.js";
import { resolveLinks } from "./symbolic-links.js";
import { instantOfRecordingTime } from "./time.js";
import type { IsoVolume } from "./volume-descriptors.js";
import { checkBlockSize } from "./volume-descriptors.js";

/** Also whether the names are Rock Ridge's. */
export async function readIsoTree(
  reading: Reading,
  volume: IsoVolume,
): Promise<{ readonly tree: FileTree; readonly rockRidge: boolean }> {
  checkBlockSize(volume);
  const what = "the root directory's record";
  const root = decodeChecked(directoryRecord, volume.rootDirectoryRecord, 0, what);
  if ((root.fileFlags & fileFlags.directory) === 0) throw damaged(`${what} says that it is no directory`);
  const section = sectionOf(volume, root);
  const systemUseSkip = volume.form === "joliet" ? undefined : await systemUseSkipOf(reading, section);
  const children = await readChildren({ reading, volume, systemUseSkip }, section, "", 1, new Set());
  const modified = instantOfRecordingTime(root.recordingTime);
  const times = modified === undefined ? {} : { modified };
  const linked: LinkedDirectory = { kind: "directory", name: "", times, attributes: {}, children };
  return { tree: resolveLinks(reading, linked), rockRidge: systemUseSkip !== undefined };
}

async function readChildren(
  isoReading: IsoReading,
  recorded: Section,
  path: string,
  depth: number,
  visited: Set<number>,
): Promise<LinkedNode[]> {
  const { reading } = isoReading;
  const own = recorded.length > 0 ? recorded : await ownSection(isoReading, recorded);
  // Nothing is there, or what is there is another directory's.
  if (own === undefined || (recorded.length === 0 && visited.has(own.offset))) {
    warn(reading, "directory-without-records", `the directory /${path} has no records, not even its own: it is empty`);
    return [];
  }
  if (own.length > 0 && visited.has(own.offset)) {
    throw damaged(`the directory /${path} is entered twice: directories form a circle`, { path });
  }
  visited.add(own.offset);
  if (depth > maximumDepth)
    throw aboveLimit(`the directory /${path} lies deeper than ${maximumDepth} levels`, { path });
  const children: LinkedNode[] = [];
  for (const entry of newestVersions(reading, await readIsoDirectory(isoReading, own, path), path)) {
    const childPath = pathBelow(reading, path, entry.name);
    const { name, times, linkTarget: target } = entry;
    const attributes = entry.hidden ? { hidden: true } : {};
    if (target !== undefined) children.push({ kind: "link", name, times, attributes, target });
    else if (entry.isDirectory) {
      const [first] = entry.sections;
      const below = await readChildren(isoReading, first!, childPath, depth + 1, visited);
      children.push({ kind: "directory", name, times, attributes, children: below });
    } else {
      const content = contentOf(reading, entry.sections);
      noteMissing(reading, childPath, content);
      const size = entry.sections.reduce((sum, { length }) => sum + length, 0);
      children.push({ kind: "file", name, times, attributes, size, content });
    }
  }
  return children;
}

function contentOf(reading: Reading, sections: readonly Section[]): Extent[] {
  const content: Extent[] = [];
  for (const { offset, length } of sections) {
    appendContent(reading, content, fromSource(reading.source, offset, length));
  }
  return content;
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
