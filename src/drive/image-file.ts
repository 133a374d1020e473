/**
 * An image file as a target: a sparse temporary file beside the path, which takes the path's name only when it is
 * whole, so that neither an interruption nor a full disk ever leaves half an image there or costs an older one. What a
 * killed process leaves is removed by the next write of the same image (leftovers.ts).
 * Traps: O_DIRECT, where the file system has it, keeps the image out of the page cache and the progress honest, but
 * takes whole pages only, so the odd end of an image goes through a second, ordinary handle.
 */
import { exactSize } from "../bytes/amounts.js";
import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { pageMemory } from "../bytes/page-memory.js";
import { imageFileUnit, roundUp } from "../bytes/units.js";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import type { DriveWriter, ReadBack } from "./drive-writer.js";
import { existsError, FinalName, ImageFolder } from "./image-folder.js";
import { removeLeftovers, temporaryName } from "./leftovers.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { realPath } from "./real-path.js";
import { readAll, syncData, writeAll } from "./transfer.js";

export type ImageFileOptions = {
  /** Replace an existing file. */
  readonly force: boolean;
};

/**
 * Creates the temporary file; `requireRoom` (free-space.ts) comes before. Throws `target-exists`, `target-missing` (no such
 * folder), `target-not-a-drive` (the path is that of something else), `no-permission`, `target-read-only` or `no-space`.
 */
export async function openImageFile(path: string, size: number, options: ImageFileOptions): Promise<DriveWriter> {
  const finalPath = await resolveImagePath(path, options.force);
  await removeLeftovers(finalPath);
  const folder = await ImageFolder.open(dirname(finalPath), path);
  try {
    return await createImage(folder, { path, size, finalPath, force: options.force });
  } catch (error) {
    await folder.close();
    throw error;
  }
}

type NewImage = {
  readonly path: string;
  readonly size: number;
  readonly finalPath: string;
  readonly force: boolean;
};

type ImageFile = NewImage & {
  readonly folder: ImageFolder;
  /** In the folder. */
  readonly temporary: string;
  readonly name: FinalName;
  readonly buffered: FileHandle;
  /** Undefined where the file system has no O_DIRECT. */
  readonly direct: FileHandle | undefined;
};

async function createImage(folder: ImageFolder, image: NewImage): Promise<DriveWriter> {
  const { path, size, finalPath } = image;
  const temporary = temporaryName(finalPath);
  const buffered = await createFile(folder, path, temporary);
  try {
    await extend(buffered, path, size);
    const name = new FinalName(folder, path, temporary, basename(finalPath));
    await name.rehearse(buffered);
    const direct = await openDirect(buffered, path);
    return imageWriter({ ...image, folder, temporary, name, buffered, direct });
  } catch (error) {
    await folder.remove(temporary, buffered);
    await buffered.close();
    throw error;
  }
}

function imageWriter(file: ImageFile): DriveWriter {
  const { path, size, folder, buffered, direct } = file;
  let readsDirectly = false;
  // A complete file whose name could not be given is not deleted.
  let isWhole = false;
  const close = async (): Promise<void> => {
    await direct?.close();
    await buffered.close();
    await folder.close();
  };
  return {
    path,
    kind: "image-file",
    size,
    alignment: imageFileUnit,
    skipsZeros: true,
    write: (offset, bytes) =>
      writeAll(direct !== undefined && isDirectTransfer(offset, bytes) ? direct : buffered, path, offset, bytes),
    read(offset, target) {
      if (direct === undefined || !readsDirectly) return readAll(buffered, path, offset, target);
      if (isDirectTransfer(offset, target)) return readAll(direct, path, offset, target);
      return readPadded(direct, path, offset, target);
    },
    // One flush serves both handles: they are the same file.
    flush: () => syncData(buffered, path),
    async beginReadBack(): Promise<ReadBack> {
      if (direct === undefined) return { fromMedium: false, reason: "the file system there has no direct access" };
      readsDirectly = true;
      return { fromMedium: true };
    },
    async commit() {
      await syncData(buffered, path);
      isWhole = true;
      await file.name.take(buffered, file.force);
      await folder.sync();
      await close();
    },
    async abort() {
      // The file may be gone with its disk; an earlier failure is the one to report.
      if (!isWhole) await Promise.allSettled([folder.remove(file.temporary, buffered)]);
      await Promise.allSettled([close()]);
    },
  };
}

function isDirectTransfer(offset: number, bytes: Uint8Array): boolean {
  return offset % imageFileUnit === 0 && bytes.length % imageFileUnit === 0 && bytes.byteOffset % imageFileUnit === 0;
}

/** A read at the end of the file: O_DIRECT needs whole pages, so more is requested than there is. */
async function readPadded(direct: FileHandle, path: string, offset: number, target: Uint8Array): Promise<void> {
  const padded = pageMemory(roundUp(target.length, imageFileUnit));
  await readAll(direct, path, offset, padded, target.length);
  target.set(padded.subarray(0, target.length));
}

/** The final path: links are followed, so that the file they point to is replaced. */
async function resolveImagePath(path: string, force: boolean): Promise<string> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) {
      throw new Win7UsbError("target-not-a-drive", `${path} is no file, and an image file cannot take its place`, {
        hint: "Name a drive, or the path of a new image file.",
      });
    }
    if (!force) throw existsError(path);
    return await realPath(path);
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return resolve(path);
    throw error instanceof Win7UsbError ? error : openError(path, error);
  }
}

async function createFile(folder: ImageFolder, path: string, temporary: string): Promise<FileHandle> {
  try {
    return await folder.create(temporary);
  } catch (error) {
    throw openError(path, error);
  }
}

async function extend(handle: FileHandle, path: string, size: number): Promise<void> {
  try {
    await handle.truncate(size);
  } catch (error) {
    throw new Win7UsbError("no-space", `an image of ${exactSize(size)} cannot be made at ${path}: ${reasonOf(error)}`, {
      hint: "The file system there cannot hold a file of this size: choose another folder or a smaller size.",
      data: { target: path, needed: size },
      cause: error,
    });
  }
}

/** A second handle past the page cache, of the file that was created, whatever has its name by now. */
async function openDirect(buffered: FileHandle, path: string): Promise<FileHandle | undefined> {
  const { O_DIRECT } = constants as { O_DIRECT?: number };
  if (O_DIRECT === undefined || platform !== "linux") return undefined;
  try {
    return await open(`/proc/self/fd/${buffered.fd}`, constants.O_RDWR | O_DIRECT);
  } catch (error) {
    const code = errorCodeOf(error);
    // No direct access, or no /proc: the cache is used, and `beginReadBack` says so.
    if (code === "EINVAL" || code === "ENOENT") return undefined;
    throw openError(path, error);
  }
}
