/**
 * A target whose transfers are retried where the cause may be temporary: a bad contact, a bus reset, a weak cell that the
 * drive remaps. Retries are limited for each transfer and for the whole write: a drive that keeps failing is broken, and
 * one that is gone has to be reported within seconds. A flush is not retried: after a failed one the system may have
 * dropped the data, and a second flush would succeed without having written it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { layeredWriter, type DriveWriter } from "../drive/drive-writer.js";
import { Win7UsbError } from "../errors.js";
import { keepsMemory } from "./watched-writer.js";

/** Milliseconds before each further attempt. */
const retryDelaysMs = [100, 400] as const;
/** Of one target in one write. */
export const mostRetries = 16;

/** The system's error codes of temporary failures. A drive that is gone, full or read-only stays so. */
const temporaryCauses = new Set(["EIO", "EAGAIN", "EBUSY", "ETIMEDOUT", "EREMOTEIO", "EILSEQ", "EPROTO"]);

/** `onRetry` is called with the failure before each retry. */
export function withRetries(writer: DriveWriter, onRetry: (error: Win7UsbError) => void): DriveWriter {
  let left: number = mostRetries;
  const attempt = async (transfer: () => Promise<void>): Promise<void> => {
    for (const pause of retryDelaysMs) {
      try {
        return await transfer();
      } catch (error) {
        if (!isTemporary(error) || left === 0) throw error;
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

function isTemporary(error: unknown): error is Win7UsbError {
  return error instanceof Win7UsbError && !keepsMemory(error) && temporaryCauses.has(String(error.data["cause"]));
}
