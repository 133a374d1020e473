/**
 * What one image's tree adds up to, to be compared with the XML data and the lookup table. The counts follow what WIM tools
 * write: DIRCOUNT and FILECOUNT count names, the root among the directories; a reparse point counts as a file; TOTALBYTES
 * is every stream of every name; HARDLINKBYTES is what names beyond a file's first one add to it.
 */
import type { VisitedEntry } from "../../wim/metadata-walk.js";
import { walkMetadata } from "../../wim/metadata-walk.js";
import type { WimLocation } from "../../wim/resource.js";
import { toHex } from "../../bytes/hex.js";
import type { BlobTable } from "./blob-index.js";
import { findBlob, sha1Length } from "./blob-index.js";

export type MissingBlob = { readonly path: string; readonly hash: string };

export type ImageTally = {
  readonly directories: number;
  /** Directories that are reparse points too, counted in `files`. */
  readonly reparseDirectories: number;
  readonly files: number;
  readonly totalBytes: number;
  readonly hardLinkBytes: number;
  /** By blob id: how many streams of this image have it as content. */
  readonly references: Uint32Array;
  /** Streams whose content is not in the lookup table: the first `missingLimit` of them, and their number. */
  readonly missing: readonly MissingBlob[];
  readonly missingCount: number;
  readonly strayDescriptors: number;
};

/** Files with missing content that are named for one image. */
const missingLimit = 100;

/** Walks an image's tree; throws `wim-damaged` where it is none. */
export function tallyImage(data: Uint8Array, blobs: BlobTable, at: WimLocation): ImageTally {
  const references = new Uint32Array(blobs.sizes.length);
  const missing: MissingBlob[] = [];
  const links = new Set<string>();
  let directories = 0;
  let reparseDirectories = 0;
  let files = 0;
  let totalBytes = 0;
  let hardLinkBytes = 0;
  let missingCount = 0;
  const addStreams = (entry: VisitedEntry): number => {
    let bytes = 0;
    for (const stream of entry.streams) {
      const { hashOffset } = stream;
      const blob = findBlob(blobs, data, hashOffset);
      if (blob >= 0) {
        references[blob]! += 1;
        bytes += blobs.sizes[blob]!;
        continue;
      }
      missingCount += 1;
      if (missing.length >= missingLimit) continue;
      missing.push({ path: entry.pathOf(stream), hash: toHex(data.subarray(hashOffset, hashOffset + sha1Length)) });
    }
    return bytes;
  };
  const { strayDescriptors } = walkMetadata(data, at, (entry) => {
    const bytes = addStreams(entry);
    totalBytes += bytes;
    if (entry.isDirectory && !entry.isReparsePoint) directories += 1;
    else files += 1;
    if (entry.isDirectory && entry.isReparsePoint) reparseDirectories += 1;
    if (entry.isDirectory || bytes === 0 || (entry.hardLinkLow === 0 && entry.hardLinkHigh === 0)) return;
    // Some Windows 7 images give one group to different files; names are links only where the content is the same too.
    const content = entry.streams.find((stream) => stream.nameLength === 0)?.hashOffset ?? entry.streams[0]!.hashOffset;
    const link = `${entry.hardLinkHigh}:${entry.hardLinkLow}:${findBlob(blobs, data, content)}`;
    if (links.has(link)) hardLinkBytes += bytes;
    else links.add(link);
  });
  return {
    directories,
    reparseDirectories,
    files,
    totalBytes,
    hardLinkBytes,
    references,
    missing,
    missingCount,
    strayDescriptors,
  };
}

/** The paths of the streams that have one of `wanted` as content, at most `limit` for each. */
export function findPaths(
  data: Uint8Array,
  blobs: BlobTable,
  wanted: readonly number[],
  limit: number,
  at: WimLocation,
): { blob: number; path: string }[] {
  const left = new Map(wanted.map((blob) => [blob, limit]));
  const paths: { blob: number; path: string }[] = [];
  walkMetadata(data, at, (entry) => {
    for (const stream of entry.streams) {
      const blob = findBlob(blobs, data, stream.hashOffset);
      const remaining = left.get(blob) ?? 0;
      if (remaining === 0) continue;
      left.set(blob, remaining - 1);
      paths.push({ blob, path: entry.pathOf(stream) });
    }
  });
  return paths;
}
