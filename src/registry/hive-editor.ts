/**
 * A hive that is edited in place: keys added, values set. What is not named keeps its cells. The rules are those by which
 * Windows finds and trusts what it reads: subkeys in the order of their names, counts and largest lengths right, references
 * of security descriptors counted, both sequence numbers the same, and the checksum. Names are matched without regard to
 * case. The time of what is changed is given from outside, so that the same edits give the same bytes.
 */
import { firstIndexWhere } from "../extents/search.js";
import { joinBytes } from "../bytes/join.js";
import { upCase } from "../bytes/up-case.js";
import { checkCells } from "./check-cells.js";
import type { HiveCells } from "./hive-cells.js";
import { hiveError } from "./hive-error.js";
import { encodeName } from "./hive-names.js";
import { dataCells, dataPlace, encodeOffsets, readData, readKey, readValue } from "./hive-nodes.js";
import {
  baseBlockChecksum,
  baseBlockRecord,
  keyFlags,
  keyNodeRecord,
  keySecurityRecord,
  keyValueRecord,
  longestKeyName,
  noCell,
} from "./hive-records.js";
import { openCells } from "./open-cells.js";
import { openKey, type Subkey, type OpenKey } from "./open-key.js";
import { insertSubkey, reorderSubkeys } from "./subkey-list.js";
import type { HiveValue } from "./value-data.js";
import { checkValue, encodeValue, writeData } from "./value-data.js";

/** A path of names from the root, which is the empty path. */
export type KeyPath = readonly string[];

export class HiveEditor {
  readonly #cells: HiveCells;
  readonly #root: number;
  /** The minor version, which decides how data and lists are kept. */
  readonly #version: number;
  readonly #time: bigint;
  readonly #opened = new Map<number, OpenKey>();
  #isChanged = false;

  /**
   * Takes a copy of the hive. `name` is how messages call it, `time` the FILETIME of what is changed. Throws
   * `hive-damaged`, `hive-dirty` and `hive-unsupported`.
   */
  constructor(hive: Uint8Array, { name, time }: { readonly name: string; readonly time: bigint }) {
    const { cells, root, version } = openCells(hive, { name });
    checkCells(cells, root, version);
    this.#cells = cells;
    this.#root = root;
    this.#version = version;
    this.#time = time;
  }

  /** The names of a key's subkeys in their order; undefined where there is no such key. */
  subkeys(path: KeyPath): string[] | undefined {
    return this.#find(path)?.subkeys.map(({ name }) => name);
  }

  /** A key's values in their order; undefined where there is no such key. */
  values(path: KeyPath): HiveValue[] | undefined {
    return this.#find(path)?.valueCells.map((cell) => this.#valueAt(cell));
  }

  value(path: KeyPath, name: string): HiveValue | undefined {
    const cell = this.#find(path)?.cellOfValue.get(upCase(name));
    return cell === undefined ? undefined : this.#valueAt(cell);
  }

  /** Adds what is missing of the path. Throws RangeError for a name that no key can have. */
  addKey(path: KeyPath): void {
    let key = this.#open(this.#root);
    let known = 0;
    for (; known < path.length; known += 1) {
      const cell = key.cellOfSubkey.get(upCase(path[known]!));
      if (cell === undefined) break;
      key = this.#open(cell);
    }
    const missing = path.slice(known);
    for (const name of missing) checkKeyName(name);
    for (const name of missing) key = this.#open(this.#addSubkey(key, name));
  }

  /** Adds the value or replaces what it holds. Throws RangeError where there is no such key, and for what no hive holds. */
  setValue(path: KeyPath, value: HiveValue): void {
    checkValue(value);
    const key = this.#find(path);
    if (key === undefined) throw new RangeError(`there is no key ${JSON.stringify(path.join("\\"))}`);
    const node = readKey(this.#cells, key.cell);
    if ((node.flags & keyFlags.predefinedHandle) !== 0) {
      throw hiveError("hive-unsupported", this.#cells.at, `the key ${node.name} stands for a handle and has no values`);
    }
    const old = key.cellOfValue.get(upCase(value.name));
    if (old !== undefined && isSame(this.#valueAt(old), value)) return;
    if (old === undefined) this.#addValue(key, value);
    else this.#removeData(old);
    const cell = key.cellOfValue.get(upCase(value.name))!;
    const place = writeData(this.#cells, value.data, this.#version);
    keyValueRecord.patch(this.#cells.content(cell, keyValueRecord.size, "a value"), 0, { ...place, type: value.type });
    this.#patchKey(key.cell, {
      largestValueName: Math.max(node.largestValueName, value.name.length * 2),
      largestValueData: Math.max(node.largestValueData, value.data.length),
    });
  }

  /** The hive as it is now; the one that was given to the byte where nothing was changed. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#isChanged) {
      const block = this.#cells.baseBlock;
      const sequenceNumber = (baseBlockRecord.decode(block).primarySequenceNumber + 1) % 2 ** 32;
      baseBlockRecord.patch(block, 0, {
        primarySequenceNumber: sequenceNumber,
        secondarySequenceNumber: sequenceNumber,
        lastWritten: this.#time,
        hiveBinsSize: this.#cells.size,
      });
      baseBlockRecord.patch(block, 0, { checksum: baseBlockChecksum(block) });
      this.#isChanged = false;
    }
    return this.#cells.bytes();
  }

  #find(path: KeyPath): OpenKey | undefined {
    let cell: number | undefined = this.#root;
    for (const name of path) {
      cell = this.#open(cell).cellOfSubkey.get(upCase(name));
      if (cell === undefined) return undefined;
    }
    return this.#open(cell);
  }

  #open(cell: number): OpenKey {
    const opened = this.#opened.get(cell) ?? openKey(this.#cells, cell);
    this.#opened.set(cell, opened);
    return opened;
  }

  #valueAt(cell: number): HiveValue {
    const { name, type } = readValue(this.#cells, cell);
    return { name, type, data: readData(this.#cells, cell, this.#version) };
  }

  /** Adds a key that is not there; returns its cell. */
  #addSubkey(parent: OpenKey, name: string): number {
    const { security, largestSubkeyName } = readKey(this.#cells, parent.cell);
    const { bytes, isCompressed } = encodeName(name);
    const node = keyNodeRecord.encode({
      signature: "nk",
      flags: isCompressed ? keyFlags.asciiName : 0,
      lastWritten: this.#time,
      parent: parent.cell,
      subkeyList: noCell,
      volatileSubkeyList: noCell,
      valueList: noCell,
      security,
      className: noCell,
      nameLength: bytes.length,
    });
    const cell = this.#cells.add(joinBytes([node, bytes]));
    if (security !== noCell) this.#countReference(security);
    const subkeyList = this.#insert(parent, { cell, name, upper: upCase(name) });
    this.#patchKey(parent.cell, {
      subkeyCount: parent.subkeys.length,
      subkeyList,
      largestSubkeyName: Math.max(largestSubkeyName, name.length * 2),
    });
    return cell;
  }

  /** Puts the key into its parent's list; returns the list's cell. */
  #insert(parent: OpenKey, subkey: Subkey): number {
    if (!parent.isSorted) {
      // Tools of others order names differently, and Windows would not find all of them.
      parent.subkeys = parent.subkeys.toSorted((a, b) => (a.upper < b.upper ? -1 : 1));
      const sorted = parent.subkeys.map(({ cell }) => cell);
      reorderSubkeys(this.#cells, parent.list, sorted);
      parent.isSorted = true;
    }
    const { subkeys, list } = parent;
    const position = firstIndexWhere(subkeys.length, (index) => subkeys[index]!.upper > subkey.upper);
    subkeys.splice(position, 0, subkey);
    parent.cellOfSubkey.set(subkey.upper, subkey.cell);
    return insertSubkey(this.#cells, list, position, subkey, this.#version);
  }

  #countReference(security: number): void {
    const content = this.#cells.content(security, keySecurityRecord.size, "a security descriptor");
    const { referenceCount } = keySecurityRecord.decode(content);
    if (referenceCount === 2 ** 32 - 1) {
      throw hiveError("hive-damaged", this.#cells.at, `the security descriptor at ${security} has too many references`);
    }
    keySecurityRecord.patch(content, 0, { referenceCount: referenceCount + 1 });
  }

  /** Adds a value without its data. */
  #addValue(key: OpenKey, { name }: HiveValue): void {
    const cell = this.#cells.add(encodeValue(name));
    const { valueList } = readKey(this.#cells, key.cell);
    const list = encodeOffsets([...key.valueCells, cell]);
    const isFirst = key.valueCells.length === 0;
    const listCell = isFirst ? this.#cells.add(list) : this.#cells.replace(valueList, list, "a list of values");
    key.valueCells.push(cell);
    key.cellOfValue.set(upCase(name), cell);
    this.#patchKey(key.cell, { valueCount: key.valueCells.length, valueList: listCell });
  }

  #removeData(value: number): void {
    const place = dataPlace(this.#cells, readValue(this.#cells, value), this.#version);
    for (const cell of dataCells(place)) this.#cells.remove(cell, "a value's data");
  }

  #patchKey(cell: number, values: Parameters<typeof keyNodeRecord.patch>[2]): void {
    const content = this.#cells.content(cell, keyNodeRecord.size, "a key");
    keyNodeRecord.patch(content, 0, { ...values, lastWritten: this.#time });
    this.#isChanged = true;
  }
}

function checkKeyName(name: string): void {
  if (name !== "" && name.length * 2 <= longestKeyName && !/[\\\0]/.test(name)) return;
  throw new RangeError(`${JSON.stringify(name.slice(0, 300))} is no name that a key can have`);
}

function isSame(a: HiveValue, b: HiveValue): boolean {
  return a.type === b.type && a.data.length === b.data.length && a.data.every((byte, index) => byte === b.data[index]);
}
