/**
 * Which files need what could not be read, and of a WIM which of its images: one whose files are all there can be installed,
 * whatever another lacks. Nothing here fails: what cannot be told is said so. Pure.
 */
import { toHex } from "../bytes/hex.js";
import { Win7UsbError } from "../errors.js";
import { runEnd, type Extent, type Run } from "../extents/extent.js";
import { firstRunEndingBehind } from "../extents/search.js";
import { contentSource, walk, type FileNode, type FileTree } from "../tree/index.js";
import { wimSets, type WimSet } from "../verification/wims.js";
import { readImageMetadata } from "../wim/compression/read-metadata.js";
import { openWim, resourceFlags, type Wim } from "../wim/index.js";
import { hashAt } from "../wim/image-counts.js";
import { walkMetadata } from "../wim/metadata-walk.js";

/** An image of a WIM. */
export type NamedImage = {
  /** Counted from 1. */
  readonly index: number;
  readonly name: string;
};

/** Which images of a WIM are whole although parts of it could not be read. */
export type UnreadWim = {
  /** Images that need what could not be read; null where that cannot be told, and `problem` says why. */
  readonly touched: readonly NamedImage[] | null;
  readonly whole: readonly NamedImage[];
  readonly problem: string | null;
};

/** A file of the disc of which something could not be read. */
export type UnreadFile = {
  readonly path: string;
  /** Bytes of the file, and how many of them could not be read. */
  readonly size: number;
  readonly unreadBytes: number;
  /** Of the WIM that it is, or is a part of. */
  readonly wim: UnreadWim | null;
};

export type UnreadPlaces = {
  readonly files: readonly UnreadFile[];
  /** Bytes of no file: in the disc's own structures, or between files. */
  readonly otherBytes: number;
};

/** `gaps`: ascending, in the image that `tree` was read from, whose bytes there are zeros. */
export async function unreadPlaces(tree: FileTree, gaps: readonly Run[]): Promise<UnreadPlaces> {
  const byPath = new Map<string, { readonly node: FileNode; readonly gaps: Run[] }>();
  const used = new Set<number>();
  let otherBytes = gaps.reduce((sum, { length }) => sum + length, 0);
  for (const { path, node } of walk(tree)) {
    if (node.kind !== "file") continue;
    const inFile = gapsOf(node, gaps);
    if (inFile.length === 0) continue;
    byPath.set(path, { node, gaps: inFile });
    for (const extent of node.content) {
      // Two names of one content are counted once.
      if (extent.source.kind !== "range" || used.has(extent.source.offset)) continue;
      used.add(extent.source.offset);
      otherBytes -= within(gaps, extent.source.offset, extent.length).reduce((sum, { length }) => sum + length, 0);
    }
  }
  const wims = await unreadWims(tree, byPath);
  const files = [...byPath].map(([path, { node, gaps: inFile }]) => ({
    path,
    size: contentSource(node).size,
    unreadBytes: inFile.reduce((sum, { length }) => sum + length, 0),
    wim: wims.get(path) ?? null,
  }));
  return { files, otherBytes: Math.max(0, otherBytes) };
}

/** The parts of ascending `gaps` that lie in `[offset, offset + length)`. */
function within(gaps: readonly Run[], offset: number, length: number): Run[] {
  const found: Run[] = [];
  for (
    let index = firstRunEndingBehind(gaps, offset);
    index < gaps.length && gaps[index]!.offset < offset + length;
    index += 1
  ) {
    const start = Math.max(offset, gaps[index]!.offset);
    found.push({ offset: start, length: Math.min(offset + length, runEnd(gaps[index]!)) - start });
  }
  return found;
}

/** In offsets of the file. */
function gapsOf({ content }: FileNode, gaps: readonly Run[]): Run[] {
  const moved = (extent: Extent): Run[] => {
    const { source } = extent;
    if (source.kind !== "range") return [];
    const inExtent = within(gaps, source.offset, extent.length);
    return inExtent.map(({ offset, length }) => ({ offset: offset - source.offset + extent.offset, length }));
  };
  return content.flatMap(moved);
}

type Gaps = ReadonlyMap<string, { readonly gaps: readonly Run[] }>;

async function unreadWims(tree: FileTree, byPath: Gaps): Promise<Map<string, UnreadWim>> {
  const found = new Map<string, UnreadWim>();
  for (const set of wimSets(tree)) {
    const touched = set.parts.filter(({ path }) => byPath.has(path));
    if (touched.length === 0) continue;
    const told = await unreadWim(set, byPath);
    for (const { path } of touched) found.set(path, told);
  }
  return found;
}

async function unreadWim(set: WimSet, byPath: Gaps): Promise<UnreadWim> {
  try {
    return await imagesOf(set, byPath);
  } catch (error) {
    if (!(error instanceof Win7UsbError) || !error.code.startsWith("wim-")) throw error;
    return { touched: null, whole: [], problem: "its tables could not be read" };
  }
}

async function imagesOf(set: WimSet, byPath: Gaps): Promise<UnreadWim> {
  const hashes = new Set<string>();
  let first: Wim | undefined;
  const gapsIn = (path: string): readonly Run[] => byPath.get(path)?.gaps ?? [];
  for (const { path, file } of set.parts) {
    const gaps = gapsIn(path);
    const wim = await openWim(contentSource(file), path);
    if (wim.header.partNumber === 1) first = wim;
    const { xmlData, lookupTable } = wim.header;
    const isTableTouched = [xmlData, lookupTable].some(({ offset, size }) => within(gaps, offset, size).length > 0);
    if (isTableTouched) return { touched: null, whole: [], problem: "its tables could not be read" };
    const { entries } = await wim.lookupTable();
    for (const { resource, hash, partNumber } of entries) {
      if (partNumber !== wim.header.partNumber || (resource.flags & resourceFlags.metadata) !== 0) continue;
      if (within(gaps, resource.offset, resource.size).length > 0) hashes.add(toHex(hash));
    }
  }
  if (first === undefined) return { touched: null, whole: [], problem: "its first part is not on this disc" };
  const touched: NamedImage[] = [];
  const whole: NamedImage[] = [];
  const { metadata } = await first.lookupTable();
  for (const [position, { resource }] of metadata.entries()) {
    const index = position + 1;
    const described = first.images.find((image) => image.index === index);
    const named = { index, name: described?.editionId ?? described?.name ?? "" };
    const isTouched =
      within(gapsIn(first.name), resource.offset, resource.size).length > 0 || (await needs(first, index, hashes));
    (isTouched ? touched : whole).push(named);
  }
  return { touched, whole, problem: null };
}

/** Whether a file of the image has a content with one of these SHA-1s, in hexadecimal. */
async function needs(wim: Wim, image: number, hashes: ReadonlySet<string>): Promise<boolean> {
  if (hashes.size === 0) return false;
  const data = await readImageMetadata(wim, image);
  let isFound = false;
  walkMetadata(data, wim, ({ streams }) => {
    isFound ||= streams.some(({ hashOffset }) => hashes.has(hashAt(data, hashOffset)));
  });
  return isFound;
}
