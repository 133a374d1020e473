/** Small reads of a target at any offset, through aligned memory. */
import { pageMemory } from "../bytes/page-memory.js";
import { MiB, roundDown, roundUp } from "../bytes/units.js";
import type { DriveReader } from "../drive/drive-reader.js";
import type { ReadBytes } from "../source/byte-source.js";

/** For one read at a time. Rejects with a Win7UsbError where the target gives an error or ends before. */
export function createReadBytes(reader: DriveReader): ReadBytes {
  const memory = pageMemory(MiB);
  return async (offset, length) => {
    const result = new Uint8Array(length);
    const end = offset + length;
    for (let at = offset; at < end;) {
      const start = roundDown(at, reader.alignment);
      const stop = Math.min(roundUp(end, reader.alignment), start + memory.length, Math.max(reader.size, end));
      await reader.read(start, memory.subarray(0, stop - start));
      result.set(memory.subarray(at - start, Math.min(end, stop) - start), at - offset);
      at = stop;
    }
    return result;
  };
}
