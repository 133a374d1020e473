/**
 * WIM resources: everything but the header lies in a resource, a run of bytes described by a 24-byte resource header
 * (`RESHDR_DISK_SHORT` of the WIM specification). Its first eight bytes are a 56-bit size and, above it, one byte of flags.
 */
import { exactSize } from "../bytes/amounts.js";
import { uint56le, uint64le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import type { ErrorCode } from "../errors.js";
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";

/** WIM specification, `RESHDR_DISK_SHORT`. */
export const resourceHeaderRecord = record("RESHDR_DISK_SHORT", 24, {
  size: uint56le(0),
  flags: uint8(7),
  offset: uint64le(8),
  originalSize: uint64le(16),
});

/** WIM specification, `RESHDR_FLAG_*`; solid, which Windows 8 added for ESD files, is wimlib's `WIM_RESHDR_FLAG_SOLID`. */
export const resourceFlags = { free: 0x01, metadata: 0x02, compressed: 0x04, spanned: 0x08, solid: 0x10 } as const;

export type ResourceHeader = {
  /** Bytes that the resource takes in the file; 0 where there is none. */
  readonly size: number;
  /** Bits of `resourceFlags`. */
  readonly flags: number;
  /** Bytes from the start of the WIM (of the part that holds it). */
  readonly offset: number;
  /** Bytes after decompression; equal to `size` where the resource is stored. */
  readonly originalSize: number;
};

/** Where a damaged or unsupported thing was met: the WIM's name as the person knows it. */
export type WimLocation = { readonly name: string };

export function wimError(code: Extract<ErrorCode, "wim-damaged" | "wim-unsupported">, at: WimLocation, text: string) {
  const hint =
    code === "wim-damaged"
      ? "The image is damaged: fetch it again and compare its hash with the published one."
      : "Windows 7's own WIMs do not use this. Convert the file with a WIM tool, or take an untouched image.";
  return new Win7UsbError(code, `${at.name}: ${text}`, { hint, data: { wim: at.name } });
}

/** `wim-unsupported`: above a bound of this room, which a sound WIM may be. `seen` says what and how much. */
export function wimLimit(at: WimLocation, seen: string): Win7UsbError {
  return wimError("wim-unsupported", at, `${seen}: a limit of win7usb, not damage`);
}

/** The `RESHDR_DISK_SHORT` at `offset` of `bytes`; throws `wim-damaged` where a size or offset is above 2^53 - 1. */
export function decodeResourceHeader(bytes: Uint8Array, offset: number, at: WimLocation): ResourceHeader {
  try {
    return resourceHeaderRecord.decode(bytes, offset);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw wimError("wim-damaged", at, `the resource header at ${offset} is out of range (${error.message})`);
  }
}

/** Throws `wim-damaged` unless the resource lies wholly inside a WIM of `wimSize` bytes. */
export function checkResourceBounds(resource: ResourceHeader, wimSize: number, what: string, at: WimLocation): void {
  if (resource.offset <= wimSize && resource.size <= wimSize - resource.offset) return;
  const end = resource.offset + resource.size;
  throw wimError("wim-damaged", at, `the ${what} ends at byte ${end}, but the WIM has ${exactSize(wimSize)}`);
}

/**
 * The bytes of a resource that must be stored as it is: the lookup table, XML data and integrity table always are.
 * Throws `wim-unsupported` where it is compressed or larger than `limit` bytes, `wim-damaged` where it leaves the file.
 */
export async function readStoredResource(
  source: ByteSource,
  resource: ResourceHeader,
  limit: number,
  what: string,
  at: WimLocation,
): Promise<Uint8Array> {
  if ((resource.flags & (resourceFlags.compressed | resourceFlags.solid)) !== 0) {
    throw wimError("wim-unsupported", at, `the ${what} is compressed (flags 0x${resource.flags.toString(16)})`);
  }
  if (resource.size !== resource.originalSize) {
    const seen = `${resource.size} bytes stored, ${resource.originalSize} bytes original`;
    throw wimError("wim-damaged", at, `the ${what} is not compressed but its sizes differ: ${seen}`);
  }
  checkResourceBounds(resource, source.size, what, at);
  if (resource.size > limit) {
    throw wimLimit(at, `the ${what} has ${exactSize(resource.size)}, expected at most ${exactSize(limit)}`);
  }
  return source.read(resource.offset, resource.size);
}
