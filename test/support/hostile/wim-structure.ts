/** Where the records of a sound WIM lie, and how its hashes are made right again. */
import { createHash } from "node:crypto";
import { pipableImageTag, wimHeaderRecord } from "../../../src/wim/header.js";
import { integrityTableRecord } from "../../../src/wim/integrity.js";
import { sha1Length } from "../../../src/wim/sha1.js";
import { lookupTableEntryRecord } from "../../../src/wim/lookup-table.js";
import { walkMetadata } from "../../../src/wim/metadata-walk.js";
import { directoryEntryRecord, securityBlockRecord, streamEntryRecord } from "../../../src/wim/metadata.js";
import { resourceFlags, resourceHeaderRecord } from "../../../src/wim/resource.js";
import { pipableBlobRecord } from "../../../src/verification/wim/layout-check.js";
import { StructureBuilder } from "./structure.js";

type Resource = ReturnType<typeof resourceHeaderRecord.decode>;

const chunkTableWords = 64;

export function wimStructure(wim: Uint8Array): StructureBuilder {
  const found = new StructureBuilder();
  const isPipable = wimHeaderRecord.decode(wim).imageTag === pipableImageTag;
  const headerAt = isPipable ? wim.length - wimHeaderRecord.size : 0;
  for (const at of new Set([0, headerAt])) addHeader(found, at);
  const resourceAt = (offset: number): Resource => resourceHeaderRecord.decode(wim, headerAt + offset);
  const { lookupTable, xmlData, integrityTable } = wimHeaderRecord.fields;
  addLookupTable(found, wim, resourceAt(lookupTable.offset), isPipable);
  addXml(found, wim, resourceAt(xmlData.offset));
  addIntegrityTable(found, resourceAt(integrityTable.offset), resourceAt(lookupTable.offset));
  return found;
}

function addHeader(found: StructureBuilder, offset: number): void {
  found.record(wimHeaderRecord, offset);
  const { lookupTable, xmlData, bootMetadata, integrityTable } = wimHeaderRecord.fields;
  for (const field of [lookupTable, xmlData, bootMetadata, integrityTable]) {
    found.record(resourceHeaderRecord, offset + field.offset);
  }
}

function addLookupTable(found: StructureBuilder, wim: Uint8Array, table: Resource, isPipable: boolean): void {
  for (let at = table.offset; at < table.offset + table.size; at += lookupTableEntryRecord.size) {
    found.record(lookupTableEntryRecord, at);
    found.record(resourceHeaderRecord, at);
    const resource = resourceHeaderRecord.decode(wim, at);
    if (isPipable) found.record(pipableBlobRecord, resource.offset - pipableBlobRecord.size);
    const isCompressed = (resource.flags & resourceFlags.compressed) !== 0;
    if (isCompressed) {
      found.stream(resource.offset, resource.size);
      found.words("chunk table", resource.offset, resource.offset + Math.min(chunkTableWords, resource.size));
      continue;
    }
    if ((resource.flags & resourceFlags.metadata) !== 0) addMetadata(found, wim, resource, at);
  }
}

/** The tree, whose SHA-1 stands in its entry of the lookup table. */
function addMetadata(found: StructureBuilder, wim: Uint8Array, { offset, size }: Resource, entryAt: number): void {
  found.record(securityBlockRecord, offset);
  const data = wim.subarray(offset, offset + size);
  walkMetadata(data, { name: "a sound WIM" }, (entry) => {
    const length = directoryEntryRecord.fields.length.read(new DataView(data.buffer, data.byteOffset), entry.offset);
    found.record(directoryEntryRecord, offset + entry.offset, length);
    for (const { hashOffset } of entry.streams) {
      const ownHash = entry.offset + directoryEntryRecord.fields.hash.offset;
      const at = offset + hashOffset - streamEntryRecord.fields.hash.offset;
      if (hashOffset !== ownHash) found.record(streamEntryRecord, at);
    }
  });
  const hashAt = entryAt + lookupTableEntryRecord.fields.hash.offset;
  found.seal(offset, offset + size, (changed) => setHash(changed, hashAt, offset, offset + size));
}

function addXml(found: StructureBuilder, wim: Uint8Array, { offset, size }: Resource): void {
  const text = new TextDecoder("utf-16le", { ignoreBOM: true }).decode(wim.subarray(offset, offset + size));
  for (const { index, 0: token } of text.matchAll(/<[^>]*>|[^<]+/g)) {
    found.place("XML token", offset + 2 * index, 2 * token.length);
    found.site("XML character", offset + 2 * (index + (token.length >>> 1)), 2);
  }
}

function addIntegrityTable(found: StructureBuilder, table: Resource, lookupTable: Resource): void {
  if (table.size === 0) return;
  found.record(integrityTableRecord, table.offset);
  const end = lookupTable.offset + lookupTable.size;
  // One chunk covers a WIM as small as these.
  found.seal(wimHeaderRecord.size, end, (changed) =>
    setHash(changed, table.offset + integrityTableRecord.size, wimHeaderRecord.size, end),
  );
}

function setHash(data: Uint8Array, at: number, start: number, end: number): void {
  if (at + sha1Length > data.length) return;
  data.set(createHash("sha1").update(data.subarray(start, end)).digest(), at);
}
