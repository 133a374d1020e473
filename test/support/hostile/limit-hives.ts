/** Registry hives whose keys lead back to themselves. */
import { writeFileSync } from "node:fs";
import { MiB, roundUp } from "../../../src/bytes/units.js";
import {
  baseBlockChecksum,
  baseBlockRecord,
  baseBlockSize,
  binRecord,
  cellHeader,
  cellUnit,
  inlineData,
  keyFlags,
  keyNodeRecord,
  keyValueRecord,
  listElement,
  noCell,
  subkeyListHead,
} from "../../../src/registry/hive-records.js";

const firstCell = 32;

/** The key `Objects`, which is the root and its own first subkey, and `count` times a key of another name, as it is its own. */
function circle(otherName: string, count: number): Uint8Array {
  const hive = new Uint8Array(4 * MiB);
  const view = new DataView(hive.buffer);
  const cell = (offset: number, length: number): number => {
    view.setInt32(baseBlockSize + offset, -(length + cellHeader.size), true);
    return baseBlockSize + offset + cellHeader.size;
  };
  const sizeOf = (name: string): number => Math.ceil((cellHeader.size + keyNodeRecord.size + name.length) / 8) * 8;
  const other = firstCell + sizeOf("Objects");
  const list = other + sizeOf(otherName);
  for (const [offset, name] of [
    [firstCell, "Objects"],
    [other, otherName],
  ] as const) {
    const key = cell(offset, keyNodeRecord.size + name.length);
    const subkeys = { subkeyCount: count, subkeyList: list };
    keyNodeRecord.patch(hive, key, { signature: "nk", flags: keyFlags.asciiName, ...subkeys, nameLength: name.length });
    hive.set(new TextEncoder().encode(name), key + keyNodeRecord.size);
  }
  const at = cell(list, 4 + 4 * count);
  hive.set(new TextEncoder().encode("li"), at);
  view.setUint16(at + 2, count, true);
  for (let index = 0; index < count; index += 1)
    view.setUint32(at + 4 + 4 * index, index === 0 ? firstCell : other, true);
  baseBlockRecord.patch(hive, 0, {
    signature: "regf",
    rootCellOffset: firstCell,
    hiveBinsSize: hive.length - baseBlockSize,
  });
  baseBlockRecord.patch(hive, 0, { checksum: baseBlockChecksum(hive) });
  return hive;
}

/** A hive of cells in one bin of `size` bytes; `fill` takes cells and gives the root's. */
function hiveOf(size: number, fill: (take: (content: Uint8Array) => number) => number): Uint8Array {
  const hive = new Uint8Array(baseBlockSize + size);
  binRecord.patch(hive, baseBlockSize, { signature: "hbin", size });
  const view = new DataView(hive.buffer);
  let end = binRecord.size;
  const root = fill((content) => {
    const cell = end;
    const cellSize = roundUp(cellHeader.size + content.length, cellUnit);
    view.setInt32(baseBlockSize + cell, -cellSize, true);
    hive.set(content, baseBlockSize + cell + cellHeader.size);
    end += cellSize;
    return cell;
  });
  if (end < size) view.setInt32(baseBlockSize + end, size - end, true);
  const base = { signature: "regf", majorVersion: 1, minorVersion: 5, fileFormat: 1, hiveBinsSize: size };
  baseBlockRecord.patch(hive, 0, { ...base, rootCellOffset: root });
  baseBlockRecord.patch(hive, 0, { checksum: baseBlockChecksum(hive) });
  return hive;
}

const largest = 32 * MiB;
const none = { security: noCell, className: noCell, subkeyList: noCell, valueList: noCell, volatileSubkeyList: noCell };
const key = (values: Parameters<typeof keyNodeRecord.encode>[0]): Uint8Array =>
  keyNodeRecord.encode({ signature: "nk", flags: keyFlags.asciiName, ...none, ...values });

/** As many keys as there is room for, each the only subkey of another. */
function nested(): Uint8Array {
  return hiveOf(largest, (take) => {
    const count = Math.floor((largest - binRecord.size) / (80 + 16));
    for (let index = 0; index < count; index += 1) {
      const cell = binRecord.size + index * 96;
      const isLast = index === count - 1;
      take(
        key({ parent: Math.max(cell - 96, 0), subkeyCount: isLast ? 0 : 1, subkeyList: isLast ? noCell : cell + 80 }),
      );
      take(Uint8Array.of(0x6c, 0x69, 1, 0, ...listElement.encode({ cell: cell + 96 })));
    }
    return binRecord.size;
  });
}

/** One value of a long name, as often as a list can name it. */
function oneValue(): Uint8Array {
  return hiveOf(largest, (take) => {
    const name = 60_000;
    const content = new Uint8Array(keyValueRecord.size + name);
    keyValueRecord.patch(content, 0, { signature: "vk", nameLength: name, dataSize: inlineData });
    const value = take(content);
    const count = largest / 4 - 30_000;
    const list = take(new Uint8Array(new Uint32Array(count).fill(value).buffer));
    return take(key({ valueCount: count, valueList: list }));
  });
}

/** An index of the longest kind whose every element is one leaf of the longest kind. */
function oneLeaf(): Uint8Array {
  return hiveOf(largest, (take) => {
    const list = (signature: string, cell: number): Uint8Array => {
      const content = new Uint8Array(4 + 4 * 0xffff);
      subkeyListHead.patch(content, 0, { signature, count: 0xffff });
      content.set(new Uint8Array(new Uint32Array(0xffff).fill(cell).buffer), 4);
      return content;
    };
    const leaf = take(list("li", 0));
    return take(key({ subkeyCount: 4_000_000, subkeyList: take(list("ri", leaf)) }));
  });
}

export const limitHives: Readonly<Record<string, (path: string) => void>> = {
  "a hive that is one circle": (path) => writeFileSync(path, circle("Elements", 60_000)),
  "a hive that is one circle with a long name": (path) => writeFileSync(path, circle("n".repeat(65_000), 60_000)),
  "a hive of the most keys, each below another": (path) => writeFileSync(path, nested()),
  "a hive of one value in a list that is as long as can be": (path) => writeFileSync(path, oneValue()),
  "a hive of one leaf in an index that is as long as can be": (path) => writeFileSync(path, oneLeaf()),
};
