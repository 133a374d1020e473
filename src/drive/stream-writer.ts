/**
 * A stream as a target: every byte of the disk, in ascending order, to whoever reads it. Traps: nothing comes back, so
 * nothing can be tried again or read back; and a reader that takes its time (somebody types a password there) is no fault.
 */
import { exactSize } from "../bytes/amounts.js";
import { MiB } from "../bytes/units.js";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { sectorSize } from "../volumes/plan.js";
import type { DriveWriter } from "./drive-writer.js";
import type { StreamTarget } from "./drive.js";
import { giveTo } from "./give-to.js";
import { InOrder } from "./in-order.js";
import { transferError } from "./transfer.js";

/** Bytes that are given at a time: what a slow reader has taken is told between them. */
const chunkSize = MiB;

/** `size` is the disk's, in bytes. */
export function streamWriter({ path, output }: StreamTarget, size: number): DriveWriter {
  const order = new InOrder();
  let position = 0;
  output.on("error", ignore);
  return {
    path,
    kind: "stream",
    size,
    alignment: sectorSize,
    skipsZeros: false,
    sequential: true,
    write: (offset, bytes) =>
      order.run(async () => {
        if (offset !== position) throw new RangeError(`${path} is at byte ${position}, and not at ${offset}`);
        for (let start = 0; start < bytes.length; start += chunkSize) {
          const chunk = bytes.subarray(start, start + chunkSize);
          await giveTo(output, chunk).catch((cause: unknown) => {
            throw isGone(cause)
              ? goneError(path, position, size)
              : transferError("writing", path, position, chunk.length, cause);
          });
          position += chunk.length;
        }
      }),
    read: async () => {
      throw new Error("a stream cannot be read back");
    },
    flush: () => order.run(async () => undefined),
    beginReadBack: async () => ({ fromMedium: false, reason: "what a stream was given does not come back" }),
    commit: async () => undefined,
    abort: async () => undefined,
  };
}

/** Each write is told of its own failure. Without a listener, the stream's would end the process. */
const ignore = (): void => undefined;

function isGone(cause: unknown): boolean {
  const gone = ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"];
  return gone.includes(errorCodeOf(cause) ?? "");
}

function goneError(path: string, position: number, size: number): Win7UsbError {
  const message = `whoever reads ${path} went away after ${exactSize(position)} of ${exactSize(size)}`;
  return new Win7UsbError("write-failed", message, {
    hint: "What was taken is no whole disk. See why the reader ended, and run the same command again.",
    data: { target: path, offset: position, cause: "EPIPE" },
  });
}
