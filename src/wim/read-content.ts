/** A file's content out of a WIM, in memory. */
import { toHex } from "../bytes/hex.js";
import { resourceFormat } from "./compression/chunks.js";
import { createResourceReader, readWhole } from "./compression/resource-reader.js";
import type { Wim } from "./index.js";
import { resourceFlags, wimError } from "./resource.js";

/**
 * The content with this SHA-1 (20 bytes), decoded; `parts` are those of a split set, in order, or one WIM; `what` is how
 * messages call it. Throws `wim-damaged` where there is none or it cannot be decoded, `wim-unsupported` where it has more than
 * `limit` bytes.
 */
export async function readHashedContent(
  parts: readonly Wim[],
  sha1: Uint8Array,
  limit: number,
  what: string,
): Promise<Uint8Array> {
  const key = toHex(sha1);
  for (const wim of parts) {
    const { entries } = await wim.lookupTable();
    for (const { hash, resource, partNumber } of entries) {
      if ((resource.flags & resourceFlags.metadata) !== 0 || toHex(hash) !== key) continue;
      if (partNumber !== wim.header.partNumber) continue;
      if (resource.originalSize > limit) {
        throw wimError("wim-unsupported", wim, `${what} has ${resource.originalSize} bytes, expected at most ${limit}`);
      }
      return readWhole(createResourceReader(wim.source, resourceFormat(wim.name, wim.header)), resource);
    }
  }
  throw wimError("wim-damaged", parts[0]!, `the content of ${what} is missing (SHA-1 ${key})`);
}
