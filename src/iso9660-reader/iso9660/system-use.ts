/**
 * The System Use Sharing Protocol (SUSP 1.12): what follows the identifier of a directory record is a row of entries of
 * a signature, a length and data, and goes on elsewhere where a CE entry says so. Traps: the row may begin some bytes
 * later than the field (SP's bytes skipped; 14 bytes of CD-ROM XA before SP itself), a length below 4 would never end,
 * and continuation areas may lead in a circle.
 */
import { ascii, bothEndian32, bytes, uint8 } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { aboveLimit, damaged } from "../failures.js";
import { logicalSectorSize, maximumSystemUseAreas, maximumSystemUseBytes } from "../limits.js";
import type { Reading } from "../reading.js";
import { countSystemUse } from "../reading.js";
import { directoryRecord } from "./records.js";
import type { IsoVolume } from "./volume-descriptors.js";

/** SUSP 4.1: what every entry begins with. */
const systemUseEntry = record("system use entry", 4, {
  signature: ascii(0, 2),
  /** Bytes of the whole entry. */
  length: uint8(2),
  version: uint8(3),
});

/** SUSP 5.1, `CE`: where the row goes on. */
const continuationArea = record("continuation area entry", 28, {
  head: bytes(0, systemUseEntry.size),
  /** Logical block. */
  blockLocation: bothEndian32(4),
  /** Bytes from the block's start. */
  offset: bothEndian32(12),
  /** Bytes. */
  length: bothEndian32(20),
});

/** SUSP 5.3, `SP`: the first entry of the root directory's own record. */
const sharingProtocol = record("sharing protocol entry", 7, {
  head: bytes(0, systemUseEntry.size),
  checkBytes: bytes(4, 2),
  /** Bytes before the first entry in every other record. */
  bytesSkipped: uint8(6),
});

/** SUSP 5.3: BE EF, so that no other use of the field is taken for it. */
const checkBytes = [0xbe, 0xef];
/** CD-ROM XA's system use information comes first where a disc has both. */
const extendedArchitectureSize = 14;

export type SystemUseEntry = {
  /** Two characters. */
  readonly signature: string;
  /** What follows the version. */
  readonly data: Uint8Array;
};

/** The field behind the identifier and its padding (ECMA-119 9.1.13). `entry` is the whole directory record. */
export function systemUseField(entry: Uint8Array, identifierLength: number): Uint8Array {
  const end = directoryRecord.size + identifierLength;
  return entry.subarray(Math.min(entry.length, end + ((identifierLength + 1) % 2)));
}

/** How many bytes every record skips before its first entry; undefined where the root's own record has no SP. */
export function sharingSkip(field: Uint8Array): number | undefined {
  for (const start of [0, extendedArchitectureSize]) {
    if (field.length < start + sharingProtocol.size) break;
    const { signature } = systemUseEntry.decode(field, start);
    const found = sharingProtocol.decode(field, start);
    const isThere = signature === "SP" && checkBytes.every((byte, index) => found.checkBytes[index] === byte);
    if (isThere) return found.bytesSkipped;
  }
  return undefined;
}

/** All entries of a record's system use field, continuation areas included. `what` is for messages. */
export async function systemUseEntries(
  reading: Reading,
  { blockSize }: IsoVolume,
  field: Uint8Array,
  what: string,
): Promise<SystemUseEntry[]> {
  const entries: SystemUseEntry[] = [];
  let area: Uint8Array | undefined = field;
  const visited = new Set<string>();
  for (let areas = 0, taken = 0; area !== undefined; areas += 1) {
    taken += area.length;
    if (areas > maximumSystemUseAreas || taken > maximumSystemUseBytes) {
      throw aboveLimit(
        `${what} goes on in over ${maximumSystemUseAreas} areas or ${maximumSystemUseBytes} bytes of system use entries`,
      );
    }
    const next: Continuation | undefined = collect(area, entries, what);
    const place = `${next?.blockLocation}/${next?.offset}`;
    if (visited.has(place)) throw damaged(`${what} goes on in an area twice: its continuation areas form a circle`);
    visited.add(place);
    area = next && (await readArea(reading, blockSize, next, what));
  }
  return entries;
}

type Continuation = { readonly blockLocation: number; readonly offset: number; readonly length: number };

/** Appends the entries of one area; returns where the row goes on. */
function collect(area: Uint8Array, entries: SystemUseEntry[], what: string): Continuation | undefined {
  let next: Continuation | undefined;
  // SUSP 4: fewer than four bytes at the end are padding, and so are zeros.
  for (let at = 0; at + systemUseEntry.size <= area.length && area[at] !== 0;) {
    const { signature, length } = systemUseEntry.decode(area, at);
    if (length < systemUseEntry.size || at + length > area.length) {
      throw damaged(`${what} has a system use entry of ${length} bytes, ${area.length - at} are left for it`);
    }
    // SUSP 5.4: an ST entry ends the row.
    if (signature === "ST") return undefined;
    if (signature !== "CE") entries.push({ signature, data: area.subarray(at + systemUseEntry.size, at + length) });
    else if (length >= continuationArea.size) next = continuationArea.decode(area, at);
    else throw damaged(`${what} has a CE entry of ${length} bytes, expected ${continuationArea.size}`);
    at += length;
  }
  return next;
}

async function readArea(reading: Reading, blockSize: number, next: Continuation, what: string): Promise<Uint8Array> {
  const { blockLocation, offset, length } = next;
  // A row that takes more than a sector is written as several areas; what claims more is no row.
  if (length > logicalSectorSize || offset > logicalSectorSize) {
    throw damaged(
      `${what} goes on at byte ${offset} of a block for ${length} bytes, expected at most ${logicalSectorSize}`,
    );
  }
  countSystemUse(reading, what, length);
  return reading.metadata.read(blockLocation * blockSize + offset, length, `the continuation of ${what}`);
}
