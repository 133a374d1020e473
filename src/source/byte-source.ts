/**
 * Where bytes come from: a file, a block device, memory, or a window of another source. Reads are random-access and
 * may run at the same time. A read that leaves `[0, size)` is an error and never comes back short.
 */
import { Win7UsbError } from "../errors.js";

/** Bytes that are read at any place; `Win7UsbError` or the source's own error where they cannot be. */
export type ByteSource = {
  /** Bytes. */
  readonly size: number;
  /** A new array of exactly `length` bytes from `offset`. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Fills `target` from `offset` without a copy in between where the source can. */
  readInto(offset: number, target: Uint8Array): Promise<void>;
};

/** Reads `length` bytes at `offset` of the disk. */
export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array>;

/** What a range is to lie in, and what its being outside means: only an image can be cut short. */
const containers = {
  image: "The image is cut short or damaged: fetch it again.",
  layout: "Ask for bytes that it has, or lay out more.",
  window: "Ask for bytes that it has, or open a larger one.",
} as const;

/** Throws `image-truncated` unless `[offset, offset + length)` lies inside a source of `size` bytes. */
export function checkRange(
  size: number,
  offset: number,
  length: number,
  what: keyof typeof containers = "image",
): void {
  const sane = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (sane && offset + length <= size) return;
  throw new Win7UsbError(
    "image-truncated",
    `the ${what} ends at byte ${size}, but bytes ${offset} to ${offset + length} are needed`,
    { hint: containers[what], data: { size, offset, length } },
  );
}

/** A source that reads with `fill`, which is only called for ranges inside of `[0, size)`. */
export function filledSource(size: number, fill: ByteSource["readInto"]): ByteSource {
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length);
      const target = new Uint8Array(length);
      await fill(offset, target);
      return target;
    },
    async readInto(offset, target) {
      checkRange(size, offset, target.length);
      await fill(offset, target);
    },
  };
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    async read(offset, length) {
      checkRange(bytes.length, offset, length);
      return bytes.slice(offset, offset + length);
    },
    async readInto(offset, target) {
      checkRange(bytes.length, offset, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
}

/** The window `[start, start + size)` of `parent`, with offsets from 0. */
export function sliceSource(parent: ByteSource, start: number, size: number): ByteSource {
  checkRange(parent.size, start, size);
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length, "window");
      return parent.read(start + offset, length);
    },
    readInto(offset, target) {
      checkRange(size, offset, target.length, "window");
      return parent.readInto(start + offset, target);
    },
  };
}
