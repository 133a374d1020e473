/**
 * A target whose transfers are tried again where the reason may pass: a bad contact, a bus that was reset, a weak cell
 * that a drive moves elsewhere. Bounded for one transfer and for the whole write, because a drive that fails again and
 * again is broken, and one that is gone has to be told of within seconds. A flush is not tried again: after one that
 * failed the system may have forgotten what it had to write, and the second would succeed for nothing.
 */
import { setTimeout as delay } from "node:timers/promises";
import { layeredWriter, type DriveWriter } from "../drive/drive-writer.js";
import { Win7UsbError } from "../errors.js";
import { keepsMemory } from "./watched-writer.js";

/** Milliseconds before each further attempt. */
const retryDelaysMs = [100, 400] as const;
/** Of one target in one write. */
export const mostRetries = 16;

/** The system's names of what may pass. A drive that is gone, full or read-only stays so. */
const passingCauses = new Set(["EIO", "EAGAIN", "EBUSY", "ETIMEDOUT", "EREMOTEIO", "EILSEQ", "EPROTO"]);

/** `onRetry` is told why a transfer is tried again. */
export function withRetries(writer: DriveWriter, onRetry: (error: Win7UsbError) => void): DriveWriter {
  let left: number = mostRetries;
  const attempt = async (transfer: () => Promise<void>): Promise<void> => {
    for (const pause of retryDelaysMs) {
      try {
        return await transfer();
      } catch (error) {
        if (!mayPass(error) || left === 0) throw error;
        left -= 1;
        onRetry(error);
        await delay(pause);
      }
    }
    return transfer();
  };
  return layeredWriter(writer, {
    write: (offset, bytes) => attempt(() => writer.write(offset, bytes)),
    read: (offset, target) => attempt(() => writer.read(offset, target)),
  });
}

function mayPass(error: unknown): error is Win7UsbError {
  return error instanceof Win7UsbError && !keepsMemory(error) && passingCauses.has(String(error.data["cause"]));
}
