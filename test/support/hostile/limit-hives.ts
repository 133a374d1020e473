/** Registry hives whose keys lead back to themselves. */
import { writeFileSync } from "node:fs";
import { MiB } from "../../../src/bytes/units.js";
import {
  baseBlockChecksum,
  baseBlockRecord,
  baseBlockSize,
  cellHeader,
  keyFlags,
  keyNodeRecord,
} from "../../../src/registry/hive.js";

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

export const limitHives: Readonly<Record<string, (path: string) => void>> = {
  "a hive that is one circle": (path) => writeFileSync(path, circle("Elements", 60_000)),
  "a hive that is one circle with a long name": (path) => writeFileSync(path, circle("n".repeat(65_000), 60_000)),
};
