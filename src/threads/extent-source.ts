/** Extents of a file as a source that blocks while it reads: for threads that have nothing else to do. */
import { closeSync, openSync, readSync } from "node:fs";
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { checkRange, filledSource } from "../source/byte-source.js";
import type { FileExtent } from "../verification/wim/extent-map.js";
import { ExtentMap } from "../verification/wim/extent-map.js";

type BlockingSource = ByteSource & {
  /** `readInto` that has filled `target` when it returns. */
  readIntoNow(offset: number, target: Uint8Array): void;
  close(): void;
};

/** Fills `target` with the file's bytes from `position`; false where it does not have them, so that they must be read. */
export type TakeBytes = (position: number, target: Uint8Array) => boolean;

/** Opens `path`; throws `image-unreadable` where opening or reading fails. Bytes that `take` supplies are not read. */
export function openExtents(path: string, extents: readonly FileExtent[], take?: TakeBytes): BlockingSource {
  const file = attempt(path, () => openSync(path, "r"));
  const map = new ExtentMap(extents);
  const { size } = map;
  const fill = (offset: number, target: Uint8Array): void => {
    let filled = 0;
    for (const piece of map.pieces(offset, target.length)) {
      const part = target.subarray(filled, filled + piece.length);
      if (take?.(piece.offset, part) !== true) readFully(file, path, part, piece.offset);
      filled += piece.length;
    }
  };
  return {
    ...filledSource(size, async (offset, target) => fill(offset, target)),
    readIntoNow(offset, target) {
      checkRange(size, offset, target.length);
      fill(offset, target);
    },
    close: () => closeSync(file),
  };
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
