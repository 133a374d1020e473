/** Values as they are written: their data in the value's own cell, in one of its own, or in segments. */
import { MiB } from "../bytes/units.js";
import { joinBytes } from "../bytes/join.js";
import type { HiveCells } from "./hive-cells.js";
import { encodeName } from "./hive-names.js";
import { encodeOffsets } from "./hive-nodes.js";
import {
  bigDataRecord,
  bigDataSegmentSize,
  bigDataVersion,
  inlineData,
  keyValueRecord,
  noCell,
  valueFlags,
} from "./hive-records.js";

/** `type` is one of `valueTypes`, or any other number; an empty name is the key's default value. */
export type HiveValue = { readonly name: string; readonly type: number; readonly data: Uint8Array };

/** Characters; Windows' limits of registry elements. */
const longestValueName = 16_383;
/** Bytes; Windows' limits of registry elements, "standard format". */
const largestData = MiB;

/** Bytes behind the data of a segment. Windows gives every segment, the last one too, a whole cell; hivex counts on it. */
const segmentTail = 4;

/** Throws RangeError for a value that no hive can hold. */
export function checkValue({ name, type, data }: HiveValue): void {
  const said = `the value ${JSON.stringify(name.slice(0, 80))}`;
  if (name.length > longestValueName || name.includes("\0")) {
    throw new RangeError(
      `${said} has a name of ${name.length} characters, expected at most ${longestValueName}, not NUL`,
    );
  }
  if (data.length > largestData) {
    throw new RangeError(`${said} has ${data.length} bytes of data, expected at most ${largestData}`);
  }
  if (!Number.isInteger(type) || type < 0 || type > 0xffff_ffff) throw new RangeError(`${said} has the type ${type}`);
}

/** The fields of a value that say where its data is; all but what fits into the fields is written to cells of its own. */
export function writeData(cells: HiveCells, data: Uint8Array, version: number): { dataSize: number; data: number } {
  const { width } = keyValueRecord.fields.data;
  if (data.length <= width) {
    const field = new Uint8Array(width);
    field.set(data);
    return { dataSize: inlineData + data.length, data: new DataView(field.buffer).getUint32(0, true) };
  }
  if (data.length <= bigDataSegmentSize || version < bigDataVersion) {
    return { dataSize: data.length, data: cells.add(data) };
  }
  const segments: number[] = [];
  for (let start = 0; start < data.length; start += bigDataSegmentSize) {
    const segment = new Uint8Array(bigDataSegmentSize + segmentTail);
    segment.set(data.subarray(start, start + bigDataSegmentSize));
    segments.push(cells.add(segment));
  }
  const segmentList = cells.add(encodeOffsets(segments));
  const head = bigDataRecord.encode({ signature: "db", segmentCount: segments.length, segmentList });
  return { dataSize: data.length, data: cells.add(head) };
}

/** The content of a new value's cell, without its data. */
export function encodeValue(name: string): Uint8Array {
  const { bytes, isCompressed } = encodeName(name);
  const flags = isCompressed && bytes.length > 0 ? valueFlags.asciiName : 0;
  const head = keyValueRecord.encode({ signature: "vk", nameLength: bytes.length, data: noCell, flags });
  return joinBytes([head, bytes]);
}
