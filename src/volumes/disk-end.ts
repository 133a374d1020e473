/** How the plan of a disk ends, whatever the file system: the manifest's place, and the wiped end. */
import { Win7UsbError } from "../errors.js";
import { MiB } from "../bytes/units.js";
import type { Extent } from "../extents/extent.js";
import type { LayoutBuilder } from "../extents/layout.js";
import type { FileNode } from "../tree/index.js";
import { endOf, manifestAreaSize, type DiskPartition } from "./mbr.js";

/** Where at most this much is left behind the files, it is written too, so that a small image file is one whole. */
const wholeDiskMargin = 64 * MiB;

/** The end of a disk where others leave signatures: GPT backup (33 sectors), RAID superblocks (up to 128 KiB). */
export const wipedAtEnd = MiB;

type FinishedExtents = { readonly extents: readonly Extent[]; readonly contentEnd: number };

/** The manifest's place: right behind the partition, where no file system looks and nobody's files come to lie. */
export function manifestExtent(partition: DiskPartition): Extent {
  return { offset: endOf(partition), length: manifestAreaSize, source: { kind: "manifest" } };
}

/**
 * Closes the plan of a disk of `diskSize` bytes. `tail` are sorted extents behind the content (the manifest; NTFS keeps
 * a copy of its boot sector in the partition's last sector); what else lies in the disk's last MiB is wiped.
 */
export function finishDisk(list: LayoutBuilder, diskSize: number, tail: readonly Extent[] = []): FinishedExtents {
  const { position, extents } = list;
  const left = diskSize - position;
  if (left < 0) throw new RangeError(`the plan ends at ${position}, beyond the disk's ${diskSize} bytes`);
  if (left <= wholeDiskMargin) {
    list.layout(0, tail);
    list.zerosTo(diskSize);
    return { extents, contentEnd: diskSize };
  }
  const wipeStart = diskSize - wipedAtEnd;
  for (const extent of tail) {
    list.skipTo(Math.min(extent.offset, wipeStart));
    list.place(extent.offset, extent.length, extent.source);
  }
  list.skipTo(wipeStart);
  list.zerosTo(diskSize);
  return { extents, contentEnd: position };
}

/** Places a file's content at `offset`. Throws `image-damaged` where its extents do not add up to its size. */
export function placeContent(list: LayoutBuilder, offset: number, file: FileNode, path: string): void {
  checkContent(file, path);
  list.layout(offset, file.content);
}

/** Throws `image-damaged` where a file's extents do not add up to its size. */
export function checkContent(file: FileNode, path: string): void {
  const total = file.content.reduce((sum, extent) => sum + extent.length, 0);
  if (total === file.size) return;
  throw new Win7UsbError("image-damaged", `${path} has ${file.size} bytes, but its extents hold ${total}`, {
    hint: "The image is damaged: fetch it again.",
    data: { path, size: file.size, extents: total },
  });
}
