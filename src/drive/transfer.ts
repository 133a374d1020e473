/** Complete transfers through a file handle: short ones are continued, and errors say where and why they failed. */
import type { FileHandle } from "node:fs/promises";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import type { Run } from "../extents/extent.js";

/** Writes all of `bytes` at `offset`; throws `write-failed`. */
export async function writeAll(handle: FileHandle, path: string, offset: number, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    let count: number;
    try {
      ({ bytesWritten: count } = await handle.write(bytes, done, bytes.length - done, offset + done));
    } catch (error) {
      throw transferError("writing", path, offset + done, bytes.length - done, error);
    }
    if (count === 0) throw transferError("writing", path, offset + done, bytes.length - done, "no byte was taken");
    done += count;
  }
}

/**
 * Fills `target` from `offset`; throws `write-failed`, also where the drive ends before `least` bytes. Asking for more
 * than there is serves direct reads at the end of a file.
 */
export async function readAll(
  handle: FileHandle,
  path: string,
  offset: number,
  target: Uint8Array,
  least = target.length,
): Promise<void> {
  let done = 0;
  while (done < least) {
    let count: number;
    try {
      ({ bytesRead: count } = await handle.read(target, done, target.length - done, offset + done));
    } catch (error) {
      throw transferError("reading back", path, offset + done, target.length - done, error);
    }
    if (count === 0) throw transferError("reading back", path, offset + done, least - done, "it ends there");
    done += count;
  }
}

/** Flushes to the medium; throws `write-failed`. */
export async function syncData(handle: FileHandle, path: string): Promise<void> {
  try {
    await handle.datasync();
  } catch (error) {
    throw stepError("flushing", path, error);
  }
}

/** `write-failed` for a transfer. `doing`: the beginning of the message, such as `writing`. */
export function transferError(
  doing: string,
  path: string,
  offset: number,
  length: number,
  cause: unknown,
): Win7UsbError {
  return failure(`${doing} ${length} bytes at byte ${offset} of ${path}`, path, cause, { offset, length });
}

/** `write-failed` for an operation that is no transfer. */
export function stepError(doing: string, path: string, cause: unknown): Win7UsbError {
  return failure(`${doing} ${path}`, path, cause);
}

function failure(what: string, target: string, cause: unknown, place: Partial<Run> = {}): Win7UsbError {
  return new Win7UsbError("write-failed", `${what} failed: ${reasonOf(cause)}`, {
    hint: hintOf(cause),
    data: { target, ...place, cause: errorCodeOf(cause) ?? reasonOf(cause) },
    cause,
  });
}

function hintOf(cause: unknown): string {
  switch (errorCodeOf(cause)) {
    case "ENOSPC":
    case "EDQUOT":
      return "The medium is full: make room, or write somewhere else.";
    case "EFBIG":
      return "The file system there cannot hold a file of this size: write somewhere else.";
    case "EBADF":
      // What libuv makes of ERROR_ACCESS_DENIED when Windows protects a mounted volume.
      return "Windows has mounted a volume of this drive again: close what uses it, and write it from the beginning.";
    case "ENODEV":
    case "ENXIO":
    case "ENOMEDIUM":
      return "The drive is gone: plug it in again and write it from the beginning.";
    default:
      return "The target is not bootable. Check that the drive is still plugged in, try another port or another drive.";
  }
}
