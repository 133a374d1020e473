/** The bytes of a partition or a drive that is only looked at, at any place: through the cache, because nothing is judged by them. */
import { open } from "node:fs/promises";
import type { ReadBytes } from "../source/byte-source.js";
import { checkRange } from "../source/byte-source.js";
import { readAll } from "./transfer.js";

/** Gives `work` what reads the `size` bytes at `path`. Throws what the system throws at opening, and what `work` throws. */
export async function withPartitionBytes<T>(
  path: string,
  size: number,
  work: (read: ReadBytes) => Promise<T>,
): Promise<T> {
  const handle = await open(path, "r");
  try {
    return await work(async (offset, length) => {
      checkRange(size, offset, length);
      const bytes = new Uint8Array(length);
      await readAll(handle, path, offset, bytes);
      return bytes;
    });
  } finally {
    await handle.close();
  }
}
