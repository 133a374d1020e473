/** What the parts of this reader share while one image is read: where it comes from, and what was found on the way. */
import { exactSize } from "../bytes/amounts.js";
import type { Warning } from "../errors.js";
import type { Extent } from "../extents/extent.js";
import { appendPart, type LayoutPart } from "../extents/layout.js";
import type { ByteSource } from "../source/byte-source.js";
import { aboveLimit, damaged } from "./failures.js";
import {
  maximumDirectoryBytes,
  maximumDirectorySize,
  maximumEntries,
  maximumExtents,
  maximumPathCharacters,
  maximumPathLength,
} from "./limits.js";
import { metadataReader } from "./metadata-reader.js";
import type { MetadataReader } from "./metadata-reader.js";

/** A file whose last bytes lie behind the image's end. */
export type TruncatedFile = { readonly path: string; readonly missingBytes: number };

export type Reading = {
  readonly source: ByteSource;
  readonly metadata: MetadataReader;
  /** First message and number of times by warning code: a thousand like warnings are one. */
  readonly warnings: Map<string, { message: string; count: number }>;
  readonly truncatedFiles: TruncatedFile[];
  /** What was taken so far of the limits that hold for the whole image. */
  readonly taken: { entries: number; pathCharacters: number; directoryBytes: number; extents: number };
};

export function startReading(source: ByteSource): Reading {
  return {
    source,
    metadata: metadataReader(source),
    warnings: new Map(),
    truncatedFiles: [],
    taken: { entries: 0, pathCharacters: 0, directoryBytes: 0, extents: 0 },
  };
}

export function warn(reading: Reading, code: string, message: string): void {
  const known = reading.warnings.get(code);
  if (known === undefined) reading.warnings.set(code, { message, count: 1 });
  else known.count += 1;
}

export function listWarnings(reading: Reading): Warning[] {
  return [...reading.warnings].map(([code, { message, count }]) => ({
    code,
    message: count === 1 ? message : `${message} (and ${count - 1} more like it)`,
  }));
}

/** Counts one directory entry; throws `image-unsupported` above the limit. */
export function countEntry(reading: Reading, path: string): void {
  reading.taken.entries += 1;
  if (reading.taken.entries <= maximumEntries) return;
  throw aboveLimit(`the image has more than ${maximumEntries} directory entries, counted up to /${path}`);
}

/** The path of an entry called `name`, counted; throws `image-unsupported` above either limit of paths. */
export function pathBelow(reading: Reading, directory: string, name: string): string {
  const path = directory === "" ? name : `${directory}/${name}`;
  if (path.length > maximumPathLength) {
    throw aboveLimit(`the path /${directory}/... has ${path.length} characters, expected at most ${maximumPathLength}`);
  }
  reading.taken.pathCharacters += path.length;
  if (reading.taken.pathCharacters <= maximumPathCharacters) return path;
  throw aboveLimit(`the paths up to /${path} have more than ${maximumPathCharacters} characters`);
}

/** Counts a directory's bytes before they are read; throws `image-unsupported` above either limit, `image-damaged` above the image's size. */
export function countDirectory(reading: Reading, path: string, size: number): void {
  if (size > reading.source.size) {
    throw damaged(
      `the directory /${path} has ${exactSize(size)}, expected at most the ${exactSize(reading.source.size)} of the image`,
    );
  }
  if (size > maximumDirectorySize) {
    throw aboveLimit(
      `the directory /${path} has ${exactSize(size)}, expected at most ${exactSize(maximumDirectorySize)}`,
    );
  }
  countSystemUse(reading, path, size);
}

/** Counts bytes of Rock Ridge, which lie in directories and behind them; throws `image-unsupported` above the limit. */
export function countSystemUse(reading: Reading, path: string, size: number): void {
  reading.taken.directoryBytes += size;
  if (reading.taken.directoryBytes <= maximumDirectoryBytes) return;
  throw aboveLimit(`the directories up to /${path} have more than ${exactSize(maximumDirectoryBytes)}`);
}

/** Counts an extent, or a block of descriptors of extents; throws `image-unsupported` above the limit. */
export function countExtent(reading: Reading): void {
  reading.taken.extents += 1;
  if (reading.taken.extents > maximumExtents) throw aboveLimit(`the files have more than ${maximumExtents} extents`);
}

/** Appends to a file's content; throws `image-unsupported` above the limit. */
export function appendContent(reading: Reading, content: Extent[], part: LayoutPart): void {
  countExtent(reading);
  appendPart(content, part);
}

/** Notes how many bytes of a file lie behind the image's end. Several files may share them; each is named. */
export function noteMissing(reading: Reading, path: string, content: readonly Extent[]): void {
  let missingBytes = 0;
  for (const { source, length } of content) {
    if (source.kind !== "range") continue;
    missingBytes += Math.min(length, Math.max(0, source.offset + length - source.source.size));
  }
  if (missingBytes > 0) reading.truncatedFiles.push({ path, missingBytes });
}
