/**
 * Registry hives, as far as `boot/bcd` needs them: keys are found by path, values read by name. A hive is a base block of
 * 4 KiB and, behind it, bins made of cells; every offset counts from the first bin, and a cell in use has its size negated.
 * Names follow the registry file format as documented by others than Microsoft, which never published it. Input is
 * hostile: every cell is bounded, lists are capped, and a walk never goes deeper than its path, so cycles cannot trap it.
 */
import { ascii, bytes, int32le, reserved, uint16le, uint32le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { KiB } from "../bytes/units.js";

export const baseBlockSize = 4 * KiB;

/** "Base block"; what lies between the file's name and the checksum is of Windows Vista and later. */
export const baseBlockRecord = record("HBASE_BLOCK", baseBlockSize, {
  signature: ascii(0, 4),
  primarySequenceNumber: uint32le(4),
  secondarySequenceNumber: uint32le(8),
  lastWritten: bytes(12, 8),
  majorVersion: uint32le(20),
  minorVersion: uint32le(24),
  fileType: uint32le(28),
  fileFormat: uint32le(32),
  rootCellOffset: uint32le(36),
  hiveBinsSize: uint32le(40),
  clusteringFactor: uint32le(44),
  fileName: bytes(48, 64),
  resourceManagerId: bytes(112, 16),
  logId: bytes(128, 16),
  flags: uint32le(144),
  transactionManagerId: bytes(148, 16),
  guidSignature: uint32le(164),
  lastReorganized: bytes(168, 8),
  reserved1: reserved(176, 332),
  checksum: uint32le(508),
  reserved2: reserved(512, 3528),
  thawTransactionManagerId: bytes(4040, 16),
  thawResourceManagerId: bytes(4056, 16),
  thawLogId: bytes(4072, 16),
  bootType: uint32le(4088),
  bootRecover: uint32le(4092),
});

/** "Cells"; the size counts the header too, and is negative in a cell that is in use. The content follows. */
export const cellHeader = record("HCELL", 4, { size: int32le(0) });

/** "Index leaf" (`li`), "Fast leaf" (`lf`), "Hash leaf" (`lh`) and "Index root" (`ri`); the elements follow. */
export const subkeyListHead = record("CM_KEY_INDEX", 4, { signature: ascii(0, 2), count: uint16le(2) });
/** An element of `li` and `ri`, and of a key's list of values. */
export const listElement = record("CM_KEY_INDEX element", 4, { cell: uint32le(0) });
/** An element of `lf` and `lh`; the hint is the name's beginning, or its hash. */
export const fastListElement = record("CM_KEY_FAST_INDEX element", 8, { cell: uint32le(0), hint: bytes(4, 4) });

/** "Key node"; the key's name follows. */
export const keyNodeRecord = record("CM_KEY_NODE", 76, {
  signature: ascii(0, 2),
  flags: uint16le(2),
  lastWritten: bytes(4, 8),
  accessBits: uint32le(12),
  parent: uint32le(16),
  subkeyCount: uint32le(20),
  volatileSubkeyCount: uint32le(24),
  subkeyList: uint32le(28),
  volatileSubkeyList: uint32le(32),
  valueCount: uint32le(36),
  valueList: uint32le(40),
  security: uint32le(44),
  className: uint32le(48),
  largestSubkeyName: uint32le(52),
  largestSubkeyClass: uint32le(56),
  largestValueName: uint32le(60),
  largestValueData: uint32le(64),
  workVariable: uint32le(68),
  nameLength: uint16le(72),
  classNameLength: uint16le(74),
});

/** "Key value"; the value's name follows. */
export const keyValueRecord = record("CM_KEY_VALUE", 20, {
  signature: ascii(0, 2),
  nameLength: uint16le(2),
  dataSize: uint32le(4),
  data: uint32le(8),
  type: uint32le(12),
  flags: uint16le(16),
  spare: reserved(18, 2),
});

export const keyFlags = { hiveEntry: 0x04, noDelete: 0x08, asciiName: 0x20 } as const;
export const valueFlags = { asciiName: 0x01 } as const;
export const valueTypes = { text: 1, binary: 3, dword: 4, multiText: 7 } as const;
/** Set in `dataSize` where the data (at most 4 bytes) stands in the `data` field itself. */
export const inlineData = 0x8000_0000;

/** Bytes of a key's name: 255 characters of 16 bits (Windows' limits of registry elements). */
const longestKeyName = 510;

/** Entries looked at in one list: a boot configuration store has some dozen objects with some dozen elements each. */
const listLimit = 256;

const asciiNames = new TextDecoder("windows-1252");
const wideNames = new TextDecoder("utf-16le");

export type HiveKey = {
  readonly name: string;
  /** Subkeys in the hive's order; reading stops quietly at the first broken one, as a walk does at a missing key. */
  subkeys(): HiveKey[];
  /** A value's raw data, or undefined. */
  value(name: string): Uint8Array | undefined;
};

/** XOR of the base block's first 127 words; 0 and -1 are not used as checksums. */
export function baseBlockChecksum(block: Uint8Array): number {
  const view = new DataView(block.buffer, block.byteOffset);
  let sum = 0;
  for (let offset = 0; offset < baseBlockRecord.fields.checksum.offset; offset += 4)
    sum ^= view.getUint32(offset, true);
  const unsigned = sum >>> 0;
  if (unsigned === 0xffff_ffff) return 0xffff_fffe;
  return unsigned === 0 ? 1 : unsigned;
}

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
  return keyAt(bins, base.rootCellOffset) ?? "its root key cannot be read";
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
function cellAt(bins: Uint8Array, offset: number): Uint8Array | undefined {
  if (offset > bins.length - cellHeader.size) return undefined;
  const size = -cellHeader.decode(bins, offset).size;
  if (size < cellHeader.size || size > bins.length - offset) return undefined;
  return bins.subarray(offset + cellHeader.size, offset + size);
}

function keyAt(bins: Uint8Array, offset: number): HiveKey | undefined {
  const cell = cellAt(bins, offset);
  if (cell === undefined || cell.length < keyNodeRecord.size) return undefined;
  const node = keyNodeRecord.decode(cell);
  if (node.signature !== "nk" || node.nameLength > Math.min(cell.length - keyNodeRecord.size, longestKeyName)) {
    return undefined;
  }
  const nameBytes = cell.subarray(keyNodeRecord.size, keyNodeRecord.size + node.nameLength);
  return {
    name: decodeName(nameBytes, (node.flags & keyFlags.asciiName) !== 0),
    subkeys: () => subkeysOf(bins, node.subkeyList, node.subkeyCount),
    value: (name) => valueOf(bins, node.valueList, node.valueCount, name),
  };
}

function decodeName(data: Uint8Array, isAscii: boolean): string {
  return (isAscii ? asciiNames : wideNames).decode(data);
}

/** Lists are `lf` and `lh` (offset and hint), `li` (offset), and `ri`, a list of such lists. */
function subkeysOf(bins: Uint8Array, list: number, count: number, isNested = false): HiveKey[] {
  const cell = count === 0 ? undefined : cellAt(bins, list);
  if (cell === undefined || cell.length < subkeyListHead.size) return [];
  const { signature, count: elements } = subkeyListHead.decode(cell);
  const element = signature === "lf" || signature === "lh" ? fastListElement : listElement;
  if (!["lf", "lh", "li", "ri"].includes(signature)) return [];
  const entries = Math.min(elements, listLimit, Math.floor((cell.length - subkeyListHead.size) / element.size));
  const keys: HiveKey[] = [];
  for (let index = 0; index < entries && keys.length < listLimit; index += 1) {
    const { cell: offset } = element.decode(cell, subkeyListHead.size + index * element.size);
    if (signature === "ri") {
      if (!isNested) keys.push(...subkeysOf(bins, offset, count, true));
      continue;
    }
    const key = keyAt(bins, offset);
    if (key === undefined) break;
    keys.push(key);
  }
  return keys;
}

function valueOf(bins: Uint8Array, list: number, count: number, name: string): Uint8Array | undefined {
  const offsets = count === 0 ? undefined : cellAt(bins, list);
  if (offsets === undefined) return undefined;
  const entries = Math.min(count, listLimit, Math.floor(offsets.length / listElement.size));
  for (let index = 0; index < entries; index += 1) {
    const cell = cellAt(bins, listElement.decode(offsets, index * listElement.size).cell);
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
    return cellAt(bins, value.data)?.subarray(0, value.dataSize);
  }
  return undefined;
}
