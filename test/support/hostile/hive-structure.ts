/** Where the keys, values and lists of a sound registry hive lie, and how its checksum is made right again. */
import {
  baseBlockChecksum,
  baseBlockRecord,
  baseBlockSize,
  binRecord,
  cellHeader,
  keyNodeRecord,
  keySecurityRecord,
  keyValueRecord,
} from "../../../src/registry/hive-records.js";
import { StructureBuilder } from "./structure.js";

export function hiveStructure(hive: Uint8Array): StructureBuilder {
  const found = new StructureBuilder();
  found.record(baseBlockRecord, 0, baseBlockRecord.fields.checksum.offset + 4);
  const view = new DataView(hive.buffer, hive.byteOffset, hive.byteLength);
  for (let bin = baseBlockSize; bin + binRecord.size < hive.length;) {
    const { size: binSize } = binRecord.decode(hive, bin);
    if (binSize === 0) break;
    found.record(binRecord, bin);
    const end = Math.min(bin + binSize, hive.length);
    for (let at = bin + binRecord.size; at + cellHeader.size < end;) {
      const size = Math.abs(view.getInt32(at, true));
      if (size === 0 || at + size > end) break;
      addCell(found, hive, at, size);
      at += size;
    }
    bin = end;
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
  else if (signature === "sk") found.record(keySecurityRecord, content, size - cellHeader.size);
  else {
    found.place("list", content, size - cellHeader.size);
    found.words("list", content, at + size);
  }
}
