/**
 * Registry hives, as far as `boot/bcd` needs them: keys are found by path, values read by name. A hive is a base block of
 * 4 KiB and, behind it, bins made of cells; every offset counts from the first bin, and a cell in use has its size negated.
 * Names follow the registry file format as documented by others than Microsoft, which never published it. Input is
 * hostile: every cell is bounded, lists are capped, and a walk never goes deeper than its path, so cycles cannot trap it.
 */
import {
  baseBlockChecksum,
  baseBlockRecord,
  baseBlockSize,
  cellHeader,
  fastListElement,
  inlineData,
  keyFlags,
  keyNodeRecord,
  keyValueRecord,
  listElement,
  longestKeyName,
  subkeyListHead,
  valueFlags,
} from "./hive-records.js";
import { decodeName } from "./hive-names.js";

/** Entries looked at in one list: a boot configuration store has some dozen objects with some dozen elements each. */
const listLimit = 256;

/** Shared by all keys of a hive. */
type HiveReading = {
  /** What offsets count from: all bins, one behind the other. */
  readonly bins: Uint8Array;
  /** A list that was looked through is longer than `listLimit`. */
  isPartial: boolean;
};

export type HiveKey = {
  readonly name: string;
  readonly reading: Readonly<HiveReading>;
  /** Subkeys in the hive's order; reading stops quietly at the first broken one, as a walk does at a missing key. */
  subkeys(): HiveKey[];
  /** A value's raw data, or undefined. */
  value(name: string): Uint8Array | undefined;
};

/** The root key of a hive, or a sentence that says why these bytes are none. */
export function openHive(data: Uint8Array): HiveKey | string {
  if (data.length < baseBlockSize) return `it has ${data.length} bytes, a hive has at least ${baseBlockSize}`;
  const base = baseBlockRecord.decode(data);
  if (base.signature !== "regf") return `it begins with ${JSON.stringify(base.signature)}, expected "regf"`;
  const checksum = baseBlockChecksum(data);
  if (checksum !== base.checksum) {
    return `its checksum is 0x${base.checksum.toString(16)}, expected 0x${checksum.toString(16)}`;
  }
  if (base.hiveBinsSize > data.length - baseBlockSize) {
    return `it is cut short: ${data.length} bytes, expected ${baseBlockSize + base.hiveBinsSize}`;
  }
  const bins = data.subarray(baseBlockSize, baseBlockSize + base.hiveBinsSize);
  return keyAt({ bins, isPartial: false }, base.rootCellOffset) ?? "its root key cannot be read";
}

/** The key below `key` at a path of names, matched without regard to case. */
export function findKey(key: HiveKey, ...path: readonly string[]): HiveKey | undefined {
  let found: HiveKey | undefined = key;
  for (const name of path) {
    const wanted = name.toLowerCase();
    found = found?.subkeys().find((candidate) => candidate.name.toLowerCase() === wanted);
  }
  return found;
}

/** A cell's content, or undefined where the offset does not lead to a cell in use. */
function cellAt({ bins }: HiveReading, offset: number): Uint8Array | undefined {
  if (offset > bins.length - cellHeader.size) return undefined;
  const size = -cellHeader.decode(bins, offset).size;
  if (size < cellHeader.size || size > bins.length - offset) return undefined;
  return bins.subarray(offset + cellHeader.size, offset + size);
}

function keyAt(reading: HiveReading, offset: number): HiveKey | undefined {
  const cell = cellAt(reading, offset);
  if (cell === undefined || cell.length < keyNodeRecord.size) return undefined;
  const node = keyNodeRecord.decode(cell);
  if (node.signature !== "nk" || node.nameLength > Math.min(cell.length - keyNodeRecord.size, longestKeyName)) {
    return undefined;
  }
  const nameBytes = cell.subarray(keyNodeRecord.size, keyNodeRecord.size + node.nameLength);
  return {
    name: decodeName(nameBytes, (node.flags & keyFlags.asciiName) !== 0),
    reading,
    subkeys: () => subkeysOf(reading, node.subkeyList, node.subkeyCount),
    value: (name) => valueOf(reading, node.valueList, node.valueCount, name),
  };
}

/** Lists are `lf` and `lh` (offset and hint), `li` (offset), and `ri`, a list of such lists. */
function subkeysOf(reading: HiveReading, list: number, count: number, isNested = false): HiveKey[] {
  const cell = count === 0 ? undefined : cellAt(reading, list);
  if (cell === undefined || cell.length < subkeyListHead.size) return [];
  const { signature, count: elements } = subkeyListHead.decode(cell);
  const element = signature === "lf" || signature === "lh" ? fastListElement : listElement;
  if (!["lf", "lh", "li", "ri"].includes(signature)) return [];
  const room = Math.floor((cell.length - subkeyListHead.size) / element.size);
  const entries = limited(reading, Math.min(elements, room));
  const keys: HiveKey[] = [];
  for (let index = 0; index < entries; index += 1) {
    if (keys.length >= listLimit) {
      reading.isPartial = true;
      break;
    }
    const { cell: offset } = element.decode(cell, subkeyListHead.size + index * element.size);
    if (signature === "ri") {
      if (!isNested) keys.push(...subkeysOf(reading, offset, count, true));
      continue;
    }
    const key = keyAt(reading, offset);
    if (key === undefined) break;
    keys.push(key);
  }
  return keys;
}

/** How many of a list's entries are looked through. */
function limited(reading: HiveReading, entries: number): number {
  if (entries > listLimit) reading.isPartial = true;
  return Math.min(entries, listLimit);
}

function valueOf(reading: HiveReading, list: number, count: number, name: string): Uint8Array | undefined {
  const offsets = count === 0 ? undefined : cellAt(reading, list);
  if (offsets === undefined) return undefined;
  const entries = limited(reading, Math.min(count, Math.floor(offsets.length / listElement.size)));
  for (let index = 0; index < entries; index += 1) {
    const cell = cellAt(reading, listElement.decode(offsets, index * listElement.size).cell);
    if (cell === undefined || cell.length < keyValueRecord.size) continue;
    const value = keyValueRecord.decode(cell);
    if (value.signature !== "vk" || value.nameLength > cell.length - keyValueRecord.size) continue;
    const isAscii = (value.flags & valueFlags.asciiName) !== 0;
    if (value.nameLength !== name.length * (isAscii ? 1 : 2)) continue;
    const nameBytes = cell.subarray(keyValueRecord.size, keyValueRecord.size + value.nameLength);
    if (decodeName(nameBytes, isAscii).toLowerCase() !== name.toLowerCase()) continue;
    const inlineSize = value.dataSize - inlineData;
    const { offset: dataAt, width } = keyValueRecord.fields.data;
    if (inlineSize >= 0) return cell.subarray(dataAt, dataAt + Math.min(inlineSize, width));
    return cellAt(reading, value.data)?.subarray(0, value.dataSize);
  }
  return undefined;
}
