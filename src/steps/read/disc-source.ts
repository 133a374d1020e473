/**
 * A disc's bytes for who reads its structures: what cannot be read is zeros, because a sector may be one that nobody needs. What
 * was read is kept, since reads go past the system's cache, and structures are looked at several times.
 */
import { pageMemory } from "../../bytes/page-memory.js";
import { MiB, roundDown, roundUp } from "../../bytes/units.js";
import { discSectorSize } from "../../drive/optical-disc.js";
import { type DiscReader } from "../../drive/optical.js";
import { whetherRead } from "../../read/whether-read.js";
import { filledSource, type ByteSource } from "../../source/byte-source.js";

/** Bytes: more than the structures of a disc that are read before it is copied. */
const keptLimit = 4 * MiB;

export type DiscSource = ByteSource & {
  /** Sectors that could not be read so far. */
  unread(): number;
  /** Whether any was read. */
  isAnyRead(): boolean;
};

export function discSource(reader: Pick<DiscReader, "read">, capacity: number): DiscSource {
  let unread = 0;
  let isAnyRead = false;
  const readOrZeros = async (offset: number, target: Uint8Array): Promise<boolean> => {
    const isRead = await whetherRead(() => reader.read(offset, target));
    isAnyRead ||= isRead;
    return isRead;
  };
  const kept: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  let room = keptLimit;
  const keep = (start: number, bytes: Uint8Array): void => {
    room -= bytes.length;
    if (room >= 0) kept.push({ start, bytes });
  };
  const sectorsAt = async (start: number, end: number): Promise<Uint8Array> => {
    const known = kept.find(({ start: first, bytes }) => first <= start && end <= first + bytes.length);
    if (known !== undefined) return known.bytes.subarray(start - known.start, end - known.start);
    const memory = pageMemory(end - start);
    if (!(await readOrZeros(start, memory))) {
      for (let at = 0; at < memory.length; at += discSectorSize) {
        const sector = memory.subarray(at, Math.min(at + discSectorSize, memory.length));
        if (await readOrZeros(start + at, sector)) continue;
        sector.fill(0);
        unread += 1;
      }
    }
    keep(start, memory);
    return memory;
  };
  const fill = async (offset: number, target: Uint8Array): Promise<void> => {
    const start = roundDown(offset, discSectorSize);
    const end = Math.min(capacity, roundUp(offset + target.length, discSectorSize));
    const sectors = await sectorsAt(start, end);
    target.set(sectors.subarray(offset - start, offset - start + target.length));
  };
  return { ...filledSource(capacity, fill), unread: () => unread, isAnyRead: () => isAnyRead };
}
