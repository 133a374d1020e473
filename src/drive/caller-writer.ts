/** Wraps a writer of the caller's so that it behaves as `DriveWriter` promises, as far as possible. */
import { roundDown } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import { layeredWriter, type DriveWriter } from "./drive-writer.js";
import { stepError, transferError } from "./transfer.js";
import { requireTransferUnit } from "./transfer-unit.js";

/**
 * Every transfer is a multiple of the alignment, so bytes behind the last multiple are not written. Any error becomes
 * `write-failed`, as for a drive; `abort` never throws. Throws `target-unsupported` for an alignment that no drive has, and
 * for an invalid size.
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

/** Aborts a writer of the caller's; never throws. */
export async function abortWriter(writer: DriveWriter): Promise<void> {
  await Promise.allSettled([(async () => writer.abort())()]);
}

/** Also catches what `work` throws synchronously. */
async function attempt<T>(work: () => Promise<T>, errorOf: (cause: unknown) => Win7UsbError): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof Win7UsbError ? cause : errorOf(cause);
  }
}
