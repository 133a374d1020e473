/** The names of the file system's own files as entries of the root's index and of that of $Extend. */
import { nameSpaces } from "../records/file-name.js";
import { extendSystemNames, rootSystemNames, systemName, type SystemName } from "../records/system-names.js";
import { upCase } from "../../../bytes/up-case.js";
import { systemRecords } from "../records/volume-format.js";
import type { KeyedName } from "./directory-index.js";
import type { NtfsName } from "./file-names.js";

const stored = (text: string): NtfsName => ({ text, upper: upCase(text), nameSpace: nameSpaces.win32AndDos });
const keyed = ({ record, text }: SystemName): KeyedName => ({ record, position: 0, name: stored(text) });

/** The stored name of a system file. */
export const storedSystemName = (record: number): NtfsName => stored(systemName(record));

export const rootNames = {
  own: [storedSystemName(systemRecords.root)],
  keys: rootSystemNames.map((name) => keyed(name)),
  reserved: new Set(rootSystemNames.map(({ text }) => upCase(text))) as ReadonlySet<string>,
} as const;

export const extendNames = {
  own: [storedSystemName(systemRecords.extend)],
  keys: extendSystemNames.map((name) => keyed(name)),
} as const;
