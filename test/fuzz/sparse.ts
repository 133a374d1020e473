/**
 * Discs and disks as few bytes, which a fuzzer can change: the size in units, then pieces, each with the byte that it
 * begins at. What no piece covers reads as zeros, and a later piece lies over an earlier one. All bytes mean something:
 * there is no input that is none.
 */
import { uint16le, uint32le, uint8 } from "../../src/bytes/fields.js";
import { record } from "../../src/bytes/record.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { isAllZeros } from "../../src/bytes/zeros.js";
import type { ByteSource, ReadBytes } from "../../src/source/byte-source.js";
import { checkRange } from "../../src/source/byte-source.js";

/** Bytes. */
export const sparseUnit = 512;

const head = record("sparse image", 5, { units: uint32le(0), flags: uint8(4) });
const pieceHead = record("piece of a sparse image", 6, { offset: uint32le(0), length: uint16le(4) });

/** Bytes of zeros that end a piece: fewer stay in it, where they can be changed. Pieces begin and end at multiples of it. */
const gap = 16;
/** Most of a volume is zeros, which are passed over at this pace. */
const wide = 64 * KiB;
/** A piece is no longer, so that a change of its length moves little else. */
const longestPiece = 512;

/** Set in `flags` where checksums are left as they are. */
export const leaveSeals = 1;

/** More than any reader has a reason to ask for at once. */
const largestRead = 80 * MiB;

export type Piece = { readonly offset: number; readonly bytes: Uint8Array };

export type SparseImage = {
  readonly size: number;
  readonly flags: number;
  readonly pieces: readonly Piece[];
  /** What lies there; zeros where nothing does. */
  bytes(offset: number, length: number): Uint8Array;
};

/** `largest`: bytes of the largest image that is worth reading. */
export function decodeSparse(input: Uint8Array, largest: number): SparseImage {
  const data = Uint8Array.from(input);
  if (data.length < head.size) return { size: 0, flags: 0, pieces: [], bytes: (_, length) => new Uint8Array(length) };
  const { units, flags } = head.decode(data);
  const pieces: Piece[] = [];
  for (let at = head.size; at + pieceHead.size <= data.length;) {
    const { offset, length } = pieceHead.decode(data, at);
    const start = at + pieceHead.size;
    pieces.push({ offset, bytes: data.subarray(start, start + length) });
    at = start + length;
  }
  return { size: Math.min(units * sparseUnit, largest), flags, pieces, bytes: (...range) => overlay(pieces, ...range) };
}

function overlay(pieces: readonly Piece[], start: number, length: number): Uint8Array {
  if (length > largestRead) throw new Error(`${length} bytes are wanted at once`);
  const result = new Uint8Array(length);
  for (const { offset, bytes } of pieces) {
    const from = Math.max(offset, start);
    const to = Math.min(offset + bytes.length, start + length);
    if (from < to) result.set(bytes.subarray(from - offset, to - offset), from - start);
  }
  return result;
}

/** Rejects with `image-truncated` outside of the image. */
export function sparseReader(image: SparseImage): ReadBytes {
  const pages = pagesOf(image);
  return async (offset, length) => {
    checkRange(image.size, offset, length);
    if (length > largestRead) throw new Error(`${length} bytes are wanted at once`);
    const result = new Uint8Array(length);
    for (let page = Math.floor(offset / pageSize); page * pageSize < offset + length; page += 1) {
      const bytes = pages.get(page);
      if (bytes === undefined) continue;
      const start = Math.max(page * pageSize, offset);
      const end = Math.min((page + 1) * pageSize, offset + length);
      result.set(bytes.subarray(start - page * pageSize, end - page * pageSize), start - offset);
    }
    return result;
  };
}

const pageSize = 4 * KiB;

/** What pieces cover, put together once: readers of volumes read thousands of times. */
function pagesOf({ pieces }: SparseImage): ReadonlyMap<number, Uint8Array> {
  const pages = new Map<number, Uint8Array>();
  for (const { offset, bytes } of pieces) {
    for (let at = 0; at < bytes.length;) {
      const page = Math.floor((offset + at) / pageSize);
      const within = offset + at - page * pageSize;
      const part = bytes.subarray(at, at + pageSize - within);
      const known = pages.get(page) ?? new Uint8Array(pageSize);
      known.set(part, within);
      pages.set(page, known);
      at += part.length;
    }
  }
  return pages;
}

export function sparseSource(image: SparseImage): ByteSource {
  const read = sparseReader(image);
  return { size: image.size, read, readInto: async (offset, target) => target.set(await read(offset, target.length)) };
}

/** Without what is zeros. */
export function encodeSparse(image: Uint8Array, flags = 0): Uint8Array {
  const parts: Uint8Array[] = [head.encode({ units: Math.ceil(image.length / sparseUnit), flags })];
  const isBlank = (at: number): boolean => isAllZeros(image.subarray(at, at + gap));
  for (let at = 0; at < image.length; at += gap) {
    while (at % wide === 0 && at < image.length && isAllZeros(image.subarray(at, at + wide))) at += wide;
    if (at >= image.length || isBlank(at)) continue;
    const limit = Math.min(at + longestPiece, image.length);
    let end = at + gap;
    while (end < limit && !isBlank(end)) end += gap;
    parts.push(
      pieceHead.encode({ offset: at, length: Math.min(end, limit) - at }),
      image.subarray(at, Math.min(end, limit)),
    );
    at = end - gap;
  }
  return new Uint8Array(Buffer.concat(parts));
}
