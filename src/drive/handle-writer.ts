/** The writer of an open drive, the same for all platforms: complete transfers through one handle. */
import type { FileHandle } from "node:fs/promises";
import type { Drive } from "./drive.js";
import type { DriveWriter } from "./drive-writer.js";
import { readAll, syncData, writeAll } from "./transfer.js";

/** `afterClose` tells the system about the finished drive; its failure does not change what was written. */
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
      // Closing a drive that is gone fails as well; the first failure is the one to report.
      await Promise.allSettled([handle.close()]);
    },
  };
}
