/** What the writers of all platforms share once a drive is open: whole transfers through one handle, and its end. */
import type { FileHandle } from "node:fs/promises";
import type { Drive } from "./drive.js";
import type { DriveWriter } from "./drive-writer.js";
import { readAll, syncData, writeAll } from "./transfer.js";

/** `afterClose` tells the system of a drive that was finished; whether it can does not change what was written. */
export function handleWriter(drive: Drive, handle: FileHandle, afterClose: () => Promise<unknown>): DriveWriter {
  const { path } = drive;
  return {
    path,
    kind: "drive",
    size: drive.size,
    alignment: drive.logicalBlockSize,
    skipsZeros: false,
    write: (offset, bytes) => writeAll(handle, path, offset, bytes),
    read: (offset, target) => readAll(handle, path, offset, target),
    flush: () => syncData(handle, path),
    beginReadBack: async () => ({ fromMedium: true }),
    async commit() {
      await syncData(handle, path);
      await handle.close();
      await afterClose();
    },
    async abort() {
      // A drive that is gone cannot be closed properly either, and that is not what went wrong first.
      await Promise.allSettled([handle.close()]);
    },
  };
}
