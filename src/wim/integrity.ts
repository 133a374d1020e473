/**
 * The integrity table (WIM specification, "Integrity table"): SHA-1 hashes of equal chunks of everything from the end of the
 * header to the end of the lookup table. The XML data and the table itself lie behind that range and are not covered.
 */
import { uint32le } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { MiB } from "../bytes/units.js";
import type { ByteSource } from "../source/byte-source.js";
import type { WimHeader } from "./header.js";
import { wimHeaderRecord } from "./header.js";
import type { WimLocation } from "./resource.js";
import { readStoredResource, wimError } from "./resource.js";
import { sha1Length } from "./sha1.js";

/** WIM specification, "Integrity table"; the hashes follow. */
export const integrityTableRecord = record("INTEGRITY_TABLE", 12, {
  size: uint32le(0),
  entryCount: uint32le(4),
  chunkSize: uint32le(8),
});

/** 52,000 chunks: enough for 500 GiB in chunks of 10 MiB, or 3 GiB in chunks of 64 KiB. */
export const integrityTableLimit = MiB;

export type IntegrityTable = {
  /** Bytes covered by each hash; the last chunk may be shorter. */
  readonly chunkSize: number;
  /** First byte covered. */
  readonly start: number;
  /** End of what is covered, exclusive. */
  readonly end: number;
  /** One SHA-1 for each chunk, 20 bytes each. */
  readonly hashes: readonly Uint8Array[];
};

/** The integrity table, or null where the WIM has none; throws `wim-damaged` where it contradicts itself. */
export async function readIntegrityTable(
  source: ByteSource,
  header: WimHeader,
  at: WimLocation,
): Promise<IntegrityTable | null> {
  if (header.integrityTable.size === 0) return null;
  const data = await readStoredResource(source, header.integrityTable, integrityTableLimit, "integrity table", at);
  if (data.length < integrityTableRecord.size) {
    throw wimError("wim-damaged", at, `the integrity table has only ${data.length} bytes`);
  }
  const { size, entryCount, chunkSize } = integrityTableRecord.decode(data);
  const expectedSize = integrityTableRecord.size + entryCount * sha1Length;
  if (size !== expectedSize || data.length !== expectedSize) {
    const seen = `${data.length} bytes (${size} by its own field)`;
    throw wimError("wim-damaged", at, `the integrity table has ${seen}, expected ${expectedSize}`);
  }
  const start = wimHeaderRecord.size;
  const end = header.lookupTable.offset + header.lookupTable.size;
  const expectedCount = chunkSize === 0 || end < start ? -1 : Math.ceil((end - start) / chunkSize);
  if (entryCount !== expectedCount) {
    const seen = `${entryCount} hashes of ${chunkSize}-byte chunks`;
    throw wimError("wim-damaged", at, `the integrity table has ${seen}, which do not cover bytes ${start} to ${end}`);
  }
  const hashes = Array.from({ length: entryCount }, (_, index) => {
    const offset = integrityTableRecord.size + index * sha1Length;
    return data.subarray(offset, offset + sha1Length);
  });
  return { chunkSize, start, end, hashes };
}

/** Bytes of each chunk but the last, as all tools write it (wimlib's integrity.c, `INTEGRITY_CHUNK_SIZE`). */
export const integrityChunkSize = 10 * MiB;

/** The bytes of a table of these hashes, 20 bytes each. */
export function encodeIntegrityTable(chunkSize: number, hashes: readonly Uint8Array[]): Uint8Array {
  const size = integrityTableRecord.size + hashes.length * sha1Length;
  const table = new Uint8Array(size);
  integrityTableRecord.patch(table, 0, { size, entryCount: hashes.length, chunkSize });
  for (const [index, hash] of hashes.entries()) table.set(hash, integrityTableRecord.size + index * sha1Length);
  return table;
}
