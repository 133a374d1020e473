/** The names of the file system's own files: in the root, and in $Extend. */
import { nameSpaces } from "./attributes.js";
import type { KeyedName } from "../plan/directory-index.js";
import type { StoredName } from "../plan/file-names.js";
import { upCase } from "./up-case.js";
import { systemRecords } from "./volume-format.js";

const stored = (text: string): StoredName => ({ text, upper: upCase(text), nameSpace: nameSpaces.win32AndDos });
const key = (record: number, text: string): KeyedName => ({ record, position: 0, name: stored(text) });

const inRoot: readonly KeyedName[] = [
  key(systemRecords.mft, "$MFT"),
  key(systemRecords.mftMirror, "$MFTMirr"),
  key(systemRecords.logFile, "$LogFile"),
  key(systemRecords.volume, "$Volume"),
  key(systemRecords.attributeDefinitions, "$AttrDef"),
  key(systemRecords.root, "."),
  key(systemRecords.bitmap, "$Bitmap"),
  key(systemRecords.boot, "$Boot"),
  key(systemRecords.badClusters, "$BadClus"),
  key(systemRecords.secure, "$Secure"),
  key(systemRecords.upCase, "$UpCase"),
  key(systemRecords.extend, "$Extend"),
];

const inExtend: readonly KeyedName[] = [
  key(systemRecords.quota, "$Quota"),
  key(systemRecords.objectId, "$ObjId"),
  key(systemRecords.reparse, "$Reparse"),
];

/** The root lists itself as `.`. */
export const rootNames = {
  own: [stored(".")],
  keys: inRoot,
  reserved: new Set(inRoot.map(({ name }) => name.upper)) as ReadonlySet<string>,
} as const;

export const extendNames = { own: [stored("$Extend")], keys: inExtend } as const;

/** The stored name of a system file. */
export function systemName(record: number): StoredName {
  const found = [...inRoot, ...inExtend].find((candidate) => candidate.record === record);
  if (found === undefined) throw new RangeError(`record ${record} is no system file with a name`);
  return found.name;
}
