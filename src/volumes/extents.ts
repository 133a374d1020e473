/**
 * How a plan's extents are made: appended in disk order, gaps filled with zeros, so that the result is sorted, free of
 * overlap and without a hole by construction. Neighbours that can be one extent become one.
 */
import { Win7UsbError } from "../errors.js";
import { MiB } from "../bytes/units.js";
import type { FileNode } from "../tree/index.js";
import { endOf, manifestAreaSize, type Partition } from "./mbr.js";
import type { Extent, ExtentSource } from "../extents/extent.js";

/** Where at most this much is left behind the files, it is written too, so that a small image file is one whole. */
export const wholeDiskMargin = 64 * MiB;

/** The end of a disk where others leave signatures: GPT backup (33 sectors), RAID superblocks (up to 128 KiB). */
export const wipedAtEnd = MiB;

export type FinishedExtents = { readonly extents: readonly Extent[]; readonly contentEnd: number };

/** The manifest's place: right behind the partition, where no file system looks and nobody's files come to lie. */
export function manifestExtent(partition: Partition): Extent {
  return { offset: endOf(partition), length: manifestAreaSize, source: { kind: "manifest" } };
}

export class ExtentList {
  readonly #extents: Extent[] = [];
  #position = 0;

  /** The first byte that is not covered yet. */
  get position(): number {
    return this.#position;
  }

  /** Appends `length` bytes at `offset`; what lies between the position and `offset` becomes zeros. */
  place(offset: number, length: number, source: ExtentSource): void {
    if (offset < this.#position || !Number.isSafeInteger(offset + length) || length < 0) {
      throw new RangeError(`extent of ${length} bytes at ${offset}, but the plan stands at ${this.#position}`);
    }
    if (offset > this.#position) this.#append({ kind: "zeros" }, offset - this.#position);
    if (length > 0) this.#append(source, length);
  }

  bytes(offset: number, bytes: Uint8Array): void {
    this.place(offset, bytes.length, { kind: "bytes", bytes });
  }

  zerosTo(end: number): void {
    this.place(end, 0, { kind: "zeros" });
  }

  /** Appends a file's content at `offset`. Throws `image-damaged` where its extents do not add up to its size. */
  content(offset: number, file: FileNode, path: string): void {
    checkContent(file, path);
    let at = offset;
    for (const { source, offset: from, length } of file.extents) {
      this.place(at, length, source === null ? { kind: "zeros" } : { kind: "range", source, offset: from });
      at += length;
    }
  }

  /**
   * Closes the plan of a disk of `diskSize` bytes. `tail` are sorted extents behind the content (the manifest; NTFS keeps
   * a copy of its boot sector in the partition's last sector); what else lies in the disk's last MiB is wiped.
   */
  finish(diskSize: number, tail: readonly Extent[] = []): FinishedExtents {
    const left = diskSize - this.#position;
    if (left < 0) throw new RangeError(`the plan ends at ${this.#position}, beyond the disk's ${diskSize} bytes`);
    if (left <= wholeDiskMargin) {
      for (const extent of tail) this.place(extent.offset, extent.length, extent.source);
      this.zerosTo(diskSize);
      return { extents: this.#extents, contentEnd: diskSize };
    }
    const contentEnd = this.#position;
    const wipeStart = diskSize - wipedAtEnd;
    for (const extent of tail) {
      if (extent.offset >= wipeStart) this.#skipTo(wipeStart);
      else this.#skipTo(extent.offset);
      this.place(extent.offset, extent.length, extent.source);
    }
    this.#skipTo(wipeStart);
    this.zerosTo(diskSize);
    return { extents: this.#extents, contentEnd };
  }

  /** Leaves a gap that no extent covers. */
  #skipTo(offset: number): void {
    this.#position = Math.max(this.#position, offset);
  }

  #append(source: ExtentSource, length: number): void {
    const last = this.#extents.at(-1);
    const touches = last !== undefined && last.offset + last.length === this.#position;
    if (touches && continues(last, source)) {
      this.#extents[this.#extents.length - 1] = { ...last, length: last.length + length };
    } else {
      this.#extents.push({ offset: this.#position, length, source });
    }
    this.#position += length;
  }
}

/** Throws `image-damaged` where a file's extents do not add up to its size. */
export function checkContent(file: FileNode, path: string): void {
  const total = file.extents.reduce((sum, extent) => sum + extent.length, 0);
  if (total === file.size) return;
  throw new Win7UsbError("image-damaged", `${path} has ${file.size} bytes, but its extents hold ${total}`, {
    hint: "The image is damaged: fetch it again.",
    data: { path, size: file.size, extents: total },
  });
}

function continues(last: Extent, next: ExtentSource): boolean {
  if (last.source.kind === "zeros") return next.kind === "zeros";
  if (last.source.kind !== "range" || next.kind !== "range") return false;
  return last.source.source === next.source && last.source.offset + last.length === next.offset;
}
