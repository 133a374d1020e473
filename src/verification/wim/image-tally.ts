/** Sums over one image's tree, to be compared with the XML data and the lookup table. */
import type { ImageCounts } from "../../wim/image-counts.js";
import { hashAt, ImageCounter } from "../../wim/image-counts.js";
import type { VisitedEntry } from "../../wim/metadata-walk.js";
import { walkMetadata } from "../../wim/metadata-walk.js";
import type { WimLocation } from "../../wim/resource.js";
import type { BlobTable } from "./blob-index.js";
import { findBlob } from "./blob-index.js";

export type MissingBlob = { readonly path: string; readonly hash: string };

export type ImageTally = ImageCounts & {
  /** By blob id: how many streams of this image have it as content. */
  readonly references: Uint32Array;
  /** Streams whose content is not in the lookup table: the first `missingLimit` of them, and their number. */
  readonly missing: readonly MissingBlob[];
  readonly missingCount: number;
  readonly strayDescriptors: number;
  /** Entries whose name Windows cannot have: the first one's path, and their number; null where there is none. */
  readonly foreignNames: ForeignNames | null;
};

export type ForeignNames = { readonly path: string; readonly count: number };

/** Files with missing content that are named for one image. */
const missingLimit = 100;

/** Walks an image's tree; throws `wim-damaged` where the metadata is no tree. */
export function tallyImage(data: Uint8Array, blobs: BlobTable, at: WimLocation): ImageTally {
  const references = new Uint32Array(blobs.sizes.length);
  const missing: MissingBlob[] = [];
  const counter = new ImageCounter();
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
      missing.push({ path: entry.pathOf(stream), hash: hashAt(data, hashOffset) });
    }
    return bytes;
  };
  let foreignNames: ForeignNames | null = null;
  const { strayDescriptors } = walkMetadata(data, at, (entry) => {
    if (!entry.isWindowsName) {
      foreignNames = foreignNames === null ? { path: entry.path(), count: 1 } : nextOf(foreignNames);
    }
    counter.add(entry, addStreams(entry), (hashOffset) => findBlob(blobs, data, hashOffset));
  });
  const { directories, reparseDirectories, files, totalBytes, hardLinkBytes } = counter;
  const counts = { directories, reparseDirectories, files, totalBytes, hardLinkBytes };
  return { ...counts, references, missing, missingCount, strayDescriptors, foreignNames };
}

const nextOf = ({ path, count }: ForeignNames): ForeignNames => ({ path, count: count + 1 });

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
