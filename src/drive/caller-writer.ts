/** A writer of the caller's, held to what `DriveWriter` promises as far as that can be done from outside. */
import { roundDown } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import { layeredWriter, type DriveWriter } from "./drive-writer.js";
import { stepError, transferError } from "./transfer.js";
import { requireTransferUnit } from "./transfer-unit.js";

/**
 * Every transfer is whole units, so that bytes behind the last one are left alone; what fails, by whatever error, is told as
 * a drive's failure is, and `abort` never throws. Throws `target-unsupported` for units that no drive has, and for a size that
 * is none.
 */
export function callerWriter(writer: DriveWriter): DriveWriter {
  requireTransferUnit(writer);
  const { path, size, alignment } = writer;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new Win7UsbError("target-unsupported", `${path} says that it holds ${size} bytes`, {
      data: { target: path },
    });
  }
  const step = <T>(doing: string, work: () => Promise<T>): Promise<T> =>
    attempt(work, (cause) => stepError(doing, path, cause));
  return layeredWriter(writer, {
    size: roundDown(size, alignment),
    write: (offset, bytes) =>
      attempt(
        () => writer.write(offset, bytes),
        (cause) => transferError("writing", path, offset, bytes.length, cause),
      ),
    read: (offset, target) =>
      attempt(
        () => writer.read(offset, target),
        (cause) => transferError("reading back", path, offset, target.length, cause),
      ),
    flush: () => step("flushing", () => writer.flush()),
    beginReadBack: () => step("reading back", () => writer.beginReadBack()),
    commit: () => step("closing", () => writer.commit()),
    abort: () => abortWriter(writer),
  });
}

/** Gives a writer of the caller's up, whatever it makes of that. */
export async function abortWriter(writer: DriveWriter): Promise<void> {
  await Promise.allSettled([(async () => writer.abort())()]);
}

/** Also where `work` throws before it gives a promise. */
async function attempt<T>(work: () => Promise<T>, errorOf: (cause: unknown) => Win7UsbError): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof Win7UsbError ? cause : errorOf(cause);
  }
}
