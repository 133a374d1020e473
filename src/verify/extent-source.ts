/** Bytes of a file at known places, read with blocking calls: for threads that have nothing else to do meanwhile. */
import { closeSync, openSync, readSync } from "node:fs";
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { checkRange } from "../source/byte-source.js";
import type { FileExtent } from "../wim/verify/index.js";

export type ExtentSource = ByteSource & {
  /** `readInto` that has filled `target` when it returns. */
  readIntoNow(offset: number, target: Uint8Array): void;
  close(): void;
};

/** Opens `path`; throws `image-unreadable` where that or reading fails. */
export function openExtents(path: string, extents: readonly FileExtent[]): ExtentSource {
  const file = attempt(path, () => openSync(path, "r"));
  const starts: number[] = [];
  let size = 0;
  for (const { length } of extents) {
    starts.push(size);
    size += length;
  }
  const readIntoNow = (offset: number, target: Uint8Array): void => {
    checkRange(size, offset, target.length);
    let filled = 0;
    for (let index = extentAt(starts, offset); filled < target.length; index += 1) {
      const extent = extents[index]!;
      const skip = offset + filled - starts[index]!;
      const part = target.subarray(filled, filled + Math.min(extent.length - skip, target.length - filled));
      readFully(file, path, part, extent.offset + skip);
      filled += part.length;
    }
  };
  return {
    size,
    readIntoNow,
    async readInto(offset, target) {
      readIntoNow(offset, target);
    },
    async read(offset, length) {
      checkRange(size, offset, length);
      const target = new Uint8Array(length);
      readIntoNow(offset, target);
      return target;
    },
    close: () => closeSync(file),
  };
}

/** The last extent that begins at or before `offset`. */
function extentAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}

function readFully(file: number, path: string, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length;) {
    const count = attempt(path, () => readSync(file, target, done, target.length - done, position + done));
    if (count === 0) {
      throw new Win7UsbError("image-truncated", `${path} ends at byte ${position + done}, but more is needed`, {
        hint: "The file became shorter while it was read: let it be written to its end first.",
      });
    }
    done += count;
  }
}

function attempt(path: string, action: () => number): number {
  try {
    return action();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Win7UsbError("image-unreadable", `${path} cannot be read: ${why}`, { cause: error });
  }
}
