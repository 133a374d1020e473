/** Where the keys, values and lists of a sound registry hive lie, and how its checksum is made right again. */
import {
  baseBlockChecksum,
  baseBlockRecord,
  baseBlockSize,
  cellHeader,
  keyNodeRecord,
  keyValueRecord,
} from "../../../src/registry/hive.js";
import { StructureBuilder } from "./structure.js";

const binHeaderSize = 32;

export function hiveStructure(hive: Uint8Array): StructureBuilder {
  const found = new StructureBuilder();
  found.record(baseBlockRecord, 0, baseBlockRecord.fields.checksum.offset + 4);
  const view = new DataView(hive.buffer, hive.byteOffset, hive.byteLength);
  for (let at = baseBlockSize + binHeaderSize; at + cellHeader.size < hive.length;) {
    const size = Math.abs(view.getInt32(at, true));
    if (size === 0) break;
    addCell(found, hive, at, size);
    at += size;
  }
  found.seal(0, baseBlockRecord.fields.checksum.offset + 4, (data) => {
    if (data.length >= baseBlockSize) baseBlockRecord.patch(data, 0, { checksum: baseBlockChecksum(data) });
  });
  return found;
}

function addCell(found: StructureBuilder, hive: Uint8Array, at: number, size: number): void {
  const content = at + cellHeader.size;
  const signature = String.fromCharCode(hive[content]!, hive[content + 1]!);
  found.site("cell size", at, 4);
  if (signature === "nk") found.record(keyNodeRecord, content, size - cellHeader.size);
  else if (signature === "vk") found.record(keyValueRecord, content, size - cellHeader.size);
  else {
    found.place("list", content, size - cellHeader.size);
    found.words("list", content, at + size);
  }
}
