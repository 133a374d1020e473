/** Keys and values of a hive that is edited, as their cells have them: every offset followed with care, nothing left out. */
import type { HiveCells } from "./hive-cells.js";
import { hiveError } from "./hive-error.js";
import { decodeName } from "./hive-names.js";
import {
  bigDataRecord,
  bigDataSegmentSize,
  bigDataVersion,
  inlineData,
  keyFlags,
  keyNodeRecord,
  keyValueRecord,
  listElement,
  longestKeyName,
  noCell,
  valueFlags,
} from "./hive-records.js";

export type KeyNode = ReturnType<typeof keyNodeRecord.decode> & { readonly name: string };
export type ValueNode = ReturnType<typeof keyValueRecord.decode> & { readonly name: string };

const checkedFields = keyNodeRecord.select(
  "signature",
  "flags",
  "parent",
  "subkeyCount",
  "subkeyList",
  "valueCount",
  "valueList",
  "security",
  "className",
  "classNameLength",
  "nameLength",
);
/** What leads on from a key. */
export type CheckedKey = ReturnType<typeof checkedFields.decode>;

/** The key whose cell is `cell`, without what it is called. Throws `hive-damaged`. */
export function checkKey(cells: HiveCells, cell: number): CheckedKey {
  const content = cells.content(cell, keyNodeRecord.size, "a key");
  const node = checkedFields.decode(content);
  const { signature, nameLength } = node;
  if (signature === "nk" && nameLength <= Math.min(content.length - keyNodeRecord.size, longestKeyName)) return node;
  const seen = `${JSON.stringify(signature)} and a name of ${nameLength} bytes`;
  throw hiveError("hive-damaged", cells.at, `the key at ${cell} has ${seen}`);
}

/** The key whose cell is `cell`. Throws `hive-damaged`. */
export function readKey(cells: HiveCells, cell: number): KeyNode {
  checkKey(cells, cell);
  const content = cells.content(cell, keyNodeRecord.size, "a key");
  const node = keyNodeRecord.decode(content);
  return { ...node, name: nameBehind(content, keyNodeRecord.size, node.nameLength, node.flags & keyFlags.asciiName) };
}

/** The cells of a key's values, in their order. A key that stands for a handle has a number of another meaning there. */
export function readValueCells(cells: HiveCells, { flags, valueCount, valueList }: CheckedKey): number[] {
  if (valueCount === 0 || (flags & keyFlags.predefinedHandle) !== 0) return [];
  const content = cells.content(valueList, valueCount * listElement.size, "a list of values");
  const view = new DataView(content.buffer, content.byteOffset);
  return Array.from({ length: valueCount }, (_, index) => listElement.fields.cell.read(view, index * listElement.size));
}

/** The value whose cell is `cell`. Throws `hive-damaged`. */
export function readValue(cells: HiveCells, cell: number): ValueNode {
  const content = cells.content(cell, keyValueRecord.size, "a value");
  const node = keyValueRecord.decode(content);
  if (node.signature !== "vk" || node.nameLength > content.length - keyValueRecord.size) {
    const seen = `${JSON.stringify(node.signature)} and a name of ${node.nameLength} bytes`;
    throw hiveError("hive-damaged", cells.at, `the value at ${cell} has ${seen}`);
  }
  return {
    ...node,
    name: nameBehind(content, keyValueRecord.size, node.nameLength, node.flags & valueFlags.asciiName),
  };
}

function nameBehind(content: Uint8Array, start: number, length: number, isCompressed: number): string {
  return decodeName(content.subarray(start, start + length), isCompressed !== 0);
}

/** Where a value's data lies: in the value itself, in one cell, or in segments that a cell with their list leads to. */
export type DataPlace =
  | { readonly kind: "inline"; readonly size: number }
  | { readonly kind: "cell"; readonly size: number; readonly cell: number }
  | {
      readonly kind: "segments";
      readonly size: number;
      readonly head: number;
      readonly list: number;
      readonly segments: readonly number[];
    };

const what = "a value's data";

/** `version` is the hive's minor version. Throws `hive-damaged`. */
export function dataPlace(cells: HiveCells, { dataSize, data }: ValueNode, version: number): DataPlace {
  if (dataSize >= inlineData) {
    const size = dataSize - inlineData;
    if (size > keyValueRecord.fields.data.width) {
      throw hiveError("hive-damaged", cells.at, `a value has ${size} bytes of data in a field of 4`);
    }
    return { kind: "inline", size };
  }
  if (dataSize === 0) return { kind: "inline", size: 0 };
  // Tools of others put data of any size into one cell.
  const content = cells.content(data, Math.min(dataSize, bigDataRecord.size), what);
  if (content.length >= dataSize) return { kind: "cell", size: dataSize, cell: data };
  const { signature, segmentCount, segmentList } = bigDataRecord.decode(content);
  const needed = Math.ceil(dataSize / bigDataSegmentSize);
  if (version < bigDataVersion || signature !== "db" || segmentCount !== needed) {
    const seen = `${dataSize} bytes in a cell of ${content.length}`;
    throw hiveError("hive-damaged", cells.at, `${what} at ${data} has ${seen}, and no segments that hold them`);
  }
  const list = cells.content(segmentList, segmentCount * listElement.size, "a list of segments");
  const view = new DataView(list.buffer, list.byteOffset);
  const segments = Array.from({ length: segmentCount }, (_, index) =>
    listElement.fields.cell.read(view, index * listElement.size),
  );
  for (const [index, segment] of segments.entries()) {
    cells.content(segment, Math.min(bigDataSegmentSize, dataSize - index * bigDataSegmentSize), "a segment of data");
  }
  return { kind: "segments", size: dataSize, head: data, list: segmentList, segments };
}

/** A value's data, copied. Throws `hive-damaged`. */
export function readData(cells: HiveCells, cell: number, version: number): Uint8Array {
  const place = dataPlace(cells, readValue(cells, cell), version);
  const { size } = place;
  if (place.kind === "inline") {
    const { offset } = keyValueRecord.fields.data;
    return cells.content(cell, keyValueRecord.size, "a value").slice(offset, offset + size);
  }
  if (place.kind === "cell") return cells.content(place.cell, size, what).slice(0, size);
  const data = new Uint8Array(size);
  for (const [index, segment] of place.segments.entries()) {
    const start = index * bigDataSegmentSize;
    const length = Math.min(bigDataSegmentSize, size - start);
    data.set(cells.content(segment, length, "a segment of data").subarray(0, length), start);
  }
  return data;
}

/** All cells that data takes. */
export function dataCells(place: DataPlace): readonly number[] {
  if (place.kind === "inline") return [];
  return place.kind === "cell" ? [place.cell] : [place.head, place.list, ...place.segments];
}

/** Offsets as a list of them is kept. */
export function encodeOffsets(offsets: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(offsets.length * listElement.size);
  for (const [index, cell] of offsets.entries()) listElement.patch(bytes, index * listElement.size, { cell });
  return bytes;
}

/** Whether a key names a cell with a class. */
export const hasClass = ({ className, classNameLength }: CheckedKey): boolean =>
  className !== noCell && classNameLength > 0;
