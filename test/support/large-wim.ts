/** A WIM that is made larger by blobs of zeros, which take no memory and which no image refers to: for plans alone. */
import { fileOf } from "./memory-tree.js";
import { fromSource, zeros, type LayoutPart } from "../../src/extents/layout.js";
import { createHash } from "node:crypto";
import { memorySource } from "../../src/source/byte-source.js";
import type { FileNode } from "../../src/tree/index.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import { openWim } from "../../src/wim/index.js";
import type { LookupTableEntry } from "../../src/wim/lookup-table.js";
import { encodeLookupTable } from "../../src/wim/lookup-table.js";
import { resourceHeaderRecord } from "../../src/wim/resource.js";

/** The file `name` of `wim`, with stored blobs of these sizes in front of its tables. An integrity table is not made anew. */
export async function enlargedWim(name: string, wim: Uint8Array, sizes: readonly number[]): Promise<FileNode> {
  const small = await openWim(memorySource(wim));
  const { header, xmlData: xml } = small;
  const entries: LookupTableEntry[] = [...(await small.lookupTable()).entries];
  const start = header.lookupTable.offset;
  let end = start;
  for (const size of sizes) {
    const resource = { size, flags: 0, offset: end, originalSize: size };
    // Nobody reads them: any hash will do that no other blob has.
    const hash = new Uint8Array(createHash("sha1").update(`${end} ${size}`).digest());
    entries.push({ resource, partNumber: 1, referenceCount: 1, hash });
    end += size;
  }
  const table = encodeLookupTable(entries);
  const tableSizes = { size: table.length, originalSize: table.length };
  const head = wim.slice(0, start);
  wimHeaderRecord.patch(head, 0, {
    lookupTable: resourceHeaderRecord.encode({ ...header.lookupTable, ...tableSizes, offset: end }),
    xmlData: resourceHeaderRecord.encode({ ...header.xmlData, offset: end + table.length }),
    integrityTable: resourceHeaderRecord.encode({
      ...header.integrityTable,
      offset: header.integrityTable.size === 0 ? 0 : end + table.length + xml.length,
    }),
  });
  const { offset: integrityOffset, size: integritySize } = header.integrityTable;
  const integrity = wim.subarray(integrityOffset, integrityOffset + integritySize);
  const bytes = (data: Uint8Array): LayoutPart => fromSource(memorySource(data));
  return fileOf(name, [bytes(head), ...sizes.map(zeros), bytes(table), bytes(xml), bytes(integrity)]);
}
