/**
 * What stands in the root of a FAT or exFAT volume, for who has to know whether there is anything at all on a stick: it is sold with such
 * a volume, and without a file in it. Deleted entries are no files. Traps: a name may be long or short; a root may go on behind its first
 * cluster, and is then not known to be all.
 */
import { readUtf16 } from "../../bytes/utf16.js";
import type { ReadBytes } from "../../source/byte-source.js";
import {
  deletedEntry,
  directoryEntrySize,
  endOfDirectory,
  entryAttributes,
  entryAttributesMask,
  fatDirectoryEntry,
  unpackShortName,
} from "../fat32/records/directory-entry.js";
import { longNameAttributes, LongNameReader } from "../fat32/records/long-name.js";
import { quietly } from "./content.js";
import { exFatRoot } from "./exfat.js";
import { fatRoot } from "./fat.js";

/** `read` from byte 0 of the volume's partition. Null where neither lies there, or its root does not end where it can be seen. */
export async function namesInRoot(read: ReadBytes, size: number): Promise<string[] | null> {
  const exFat = await quietly(() => exFatRoot(read));
  if (exFat !== null) return exFatNames(exFat);
  const fat = await quietly(() => fatRoot(read, size));
  return fat === null ? null : fatNames(fat);
}

function fatNames(root: Uint8Array): string[] | null {
  const names: string[] = [];
  const long = new LongNameReader();
  for (let at = 0; at + directoryEntrySize <= root.length; at += directoryEntrySize) {
    if (root[at] === endOfDirectory) return names;
    const { attributes, name, caseFlags } = fatDirectoryEntry.decode(root, at);
    if (root[at] === deletedEntry) long.reset();
    else if ((attributes & entryAttributesMask) === longNameAttributes) long.add(root, at);
    else if ((attributes & entryAttributes.volumeLabel) !== 0) long.reset();
    else names.push(long.take(name) ?? unpackShortName(name, caseFlags));
  }
  return null;
}

/** exFAT 6.2.1: types of entries, of which those without the highest bit are free; 7.4 and 7.7: a file, and parts of its name. */
const exFatTypes = { end: 0x00, inUse: 0x80, bitmap: 0x81, upCaseTable: 0x82, label: 0x83, file: 0x85, name: 0xc1 };
/** Of the volume itself, and what stands behind a file's own entry. */
const ofVolume = [exFatTypes.bitmap, exFatTypes.upCaseTable, exFatTypes.label];
const secondary = 0x40;
/** 7.7.3: fifteen UTF-16 units behind two bytes. */
const nameEntry = { offset: 2, units: 15 };

function exFatNames(root: Uint8Array): string[] | null {
  const names: string[] = [];
  for (let at = 0; at + directoryEntrySize <= root.length; at += directoryEntrySize) {
    const type = root[at]!;
    if (type === exFatTypes.end) return names;
    if ((type & exFatTypes.inUse) === 0 || ofVolume.includes(type)) continue;
    if (type === exFatTypes.name && names.length > 0) {
      const part = readUtf16(root, at + nameEntry.offset, nameEntry.units);
      names[names.length - 1] += part.replace(/\0.*$/s, "");
      // What is of no kind that is known belongs to somebody.
    } else if ((type & secondary) === 0) names.push("");
  }
  return null;
}
