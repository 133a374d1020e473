/**
 * The INFs that a Windows comes with, out of an image of a WIM: in `Windows\inf`, and in the driver store behind it, where
 * each package has a folder. They are decoded one after the other in the order in which they lie, because an image has
 * several hundred of them in some 30 MB. Not all of `Windows\inf` need be in the store, nor the other way round, so both are
 * read; the same content is read once.
 */
import { exactSize } from "../bytes/amounts.js";
import { toHex } from "../bytes/hex.js";
import { MiB } from "../bytes/units.js";
import { infSizeLimit } from "../drivers/limits.js";
import { resourceFormat } from "../wim/compression/chunks.js";
import { readImageMetadata } from "../wim/compression/read-metadata.js";
import { createResourceReader, readWhole } from "../wim/compression/resource-reader.js";
import type { Wim } from "../wim/index.js";
import { unnamedStreamHash } from "../wim/image-counts.js";
import { walkMetadata } from "../wim/metadata-walk.js";
import type { ResourceHeader } from "../wim/resource.js";
import { resourceFlags, wimLimit } from "../wim/resource.js";

/** An image of Windows 7 has some 700; one that every driver was added to has thousands. */
const inboxInfLimit = 20_000;

/** Bytes of all of them: those of Windows 7 have about 30 MiB in UTF-16; what is compressed may claim any number. */
const inboxSizeLimit = 512 * MiB;

const publishedDepth = 3;
const storedDepth = 6;
const pattern = /^windows\/(?:inf|system32\/driverstore\/filerepository\/[^/]+)\/[^/]+\.inf$/i;

/**
 * Calls `visit` with each INF of an image, counted from 1, of which `parts` are all parts. The result is how many there are.
 * INFs over 8 MiB are left out. Throws `wim-damaged` and `wim-unsupported`.
 */
export async function visitInboxInfs(
  parts: readonly Wim[],
  image: number,
  visit: (path: string, data: Uint8Array) => void,
): Promise<number> {
  const [first] = parts;
  if (first === undefined) return 0;
  const paths = infPaths(await readImageMetadata(first, image), first);
  for (const part of parts) await visitPart(part, paths, visit);
  return paths.size;
}

/** By the content's SHA-1, as hexadecimal. */
function infPaths(metadata: Uint8Array, wim: Wim): Map<string, string> {
  const paths = new Map<string, string>();
  walkMetadata(metadata, wim, (visited) => {
    const { depth, isDirectory, isReparsePoint, streams } = visited;
    // Paths cost more than the walk, and few entries lie so deep.
    if (isDirectory || isReparsePoint || (depth !== publishedDepth && depth !== storedDepth)) return;
    const path = visited.path();
    const sha1 = unnamedStreamHash(metadata, streams);
    if (sha1 === null || !pattern.test(path)) return;
    const hash = toHex(sha1);
    if (!paths.has(hash)) paths.set(hash, path);
    if (paths.size > inboxInfLimit) throw wimLimit(wim, `an image has more than ${inboxInfLimit} INFs`);
  });
  return paths;
}

async function visitPart(
  wim: Wim,
  paths: ReadonlyMap<string, string>,
  visit: (path: string, data: Uint8Array) => void,
): Promise<void> {
  const { entries } = await wim.lookupTable();
  const found: { readonly resource: ResourceHeader; readonly path: string }[] = [];
  for (const { resource, hash, partNumber } of entries) {
    if ((resource.flags & resourceFlags.metadata) !== 0 || partNumber !== wim.header.partNumber) continue;
    const path = paths.get(toHex(hash));
    if (path !== undefined && resource.originalSize <= infSizeLimit) found.push({ resource, path });
  }
  const size = found.reduce((sum, { resource }) => sum + resource.originalSize, 0);
  if (size > inboxSizeLimit)
    throw wimLimit(wim, `an image's INFs have ${exactSize(size)}, expected at most ${exactSize(inboxSizeLimit)}`);
  const reader = createResourceReader(wim.source, resourceFormat(wim.name, wim.header));
  for (const { resource, path } of found.toSorted((a, b) => a.resource.offset - b.resource.offset)) {
    visit(path, await readWhole(reader, resource));
  }
}
