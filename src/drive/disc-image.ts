/**
 * The image file that a disc is read into, and the map beside it. Both have their own names from the beginning, as
 * ddrescue's have: the map says what of the image is there. What the map claims is on the medium before it does, and a map
 * takes the place of the one before it as a whole.
 */
import { constants } from "node:fs";
import { open, readFile, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { isAllZeros } from "../bytes/zeros.js";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { existsError, ImageFolder } from "./image-folder.js";
import { removeLeftovers, temporaryName } from "./leftovers.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { finalPathOf } from "./real-path.js";
import { syncData, writeAll } from "./transfer.js";

/** What ddrescue's manual and people call the map of an image. */
export const mapPathOf = (imagePath: string): string => `${imagePath}.map`;

export type FoundDiscImage = {
  /** Bytes; null where there is no image. */
  readonly size: number | null;
  /** The map's text; null where there is none. */
  readonly map: string | null;
};

/** What is there already. `mapLimit`: bytes of the largest map that is read. Throws `map-unusable` above it. */
export async function findDiscImage(path: string, mapLimit: number): Promise<FoundDiscImage> {
  const mapPath = mapPathOf(path);
  const [image, map] = [await fileSize(path), await fileSize(mapPath)];
  if (map !== null && map > mapLimit) {
    throw new Win7UsbError("map-unusable", `the map ${mapPath} has ${map} bytes, expected at most ${mapLimit}`, {
      hint: "Read the disc into another file.",
      data: { map: mapPath },
    });
  }
  try {
    return { size: image, map: map === null ? null : await readFile(mapPath, "utf8") };
  } catch (error) {
    throw openError(mapPath, error, "read");
  }
}

async function fileSize(path: string): Promise<number | null> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return stats.size;
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return null;
    throw openError(path, error);
  }
  throw new Win7UsbError("target-not-a-drive", `${path} is no file, and an image cannot take its place`, {
    hint: "Name the path of a new image file.",
    data: { target: path },
  });
}

export type DiscImage = {
  /** Gives it `size` bytes and saves the map. What is gone on with is not touched before. */
  begin(size: number, map: string): Promise<void>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  read(offset: number, target: Uint8Array): Promise<void>;
  /** What was written is on the medium, and then the map. */
  save(map: string): Promise<void>;
  /** Closes both. */
  close(): Promise<void>;
};

/** `create`: there is nothing of this name, or nothing in it; `replace`: whatever is there goes; `resume`: it stays. */
export type OpenDiscImage = "create" | "replace" | "resume";

/** Throws `target-exists`, `no-permission`, `no-space` and the like. Nothing that is there is changed yet. */
export async function openDiscImage(path: string, how: OpenDiscImage): Promise<DiscImage> {
  const finalPath = await finalPathOf(path);
  const folder = await ImageFolder.open(dirname(finalPath), path);
  try {
    await removeLeftovers(mapPathOf(finalPath));
    return discImage(await openImage(folder, basename(finalPath), path, how), folder, finalPath, path, how);
  } catch (error) {
    await folder.close();
    throw error instanceof Win7UsbError ? error : openError(path, error);
  }
}

function discImage(
  handle: FileHandle,
  folder: ImageFolder,
  finalPath: string,
  path: string,
  how: OpenDiscImage,
): DiscImage {
  return {
    async begin(size, map) {
      try {
        if (how === "replace") await handle.truncate(0);
        // The map first: an image of its full size without one would be anybody's.
        await saveMap(folder, mapPathOf(finalPath), map);
        await handle.truncate(size);
      } catch (error) {
        throw error instanceof Win7UsbError ? error : openError(path, error);
      }
    },
    async write(offset, bytes) {
      // What was never written reads as zeros.
      if (how === "resume" || !isAllZeros(bytes)) await writeAll(handle, path, offset, bytes);
    },
    async read(offset, target) {
      const { bytesRead } = await handle.read(target, 0, target.length, offset);
      target.fill(0, bytesRead);
    },
    async save(map) {
      await syncData(handle, path);
      await saveMap(folder, mapPathOf(finalPath), map);
    },
    async close() {
      await handle.close();
      await folder.close();
    },
  };
}

async function saveMap(folder: ImageFolder, mapPath: string, map: string): Promise<void> {
  const temporary = basename(temporaryName(mapPath));
  const handle = await folder.create(temporary);
  try {
    await writeAll(handle, mapPath, 0, Buffer.from(map));
    await syncData(handle, mapPath);
    // Windows renames no file that is open.
    if (platform === "win32") await handle.close();
    await folder.rename(temporary, basename(mapPath));
    await folder.sync();
  } catch (error) {
    if (platform !== "win32") await folder.remove(temporary, handle);
    throw error instanceof Win7UsbError ? error : openError(mapPath, error);
  } finally {
    if (platform !== "win32") await handle.close();
  }
}

async function openImage(folder: ImageFolder, name: string, path: string, how: OpenDiscImage): Promise<FileHandle> {
  const { O_NOFOLLOW = 0 } = constants as { O_NOFOLLOW?: number };
  const reopen = (): Promise<FileHandle> => open(folder.place(name), constants.O_RDWR | O_NOFOLLOW);
  if (how !== "create") return reopen();
  try {
    return await folder.create(name);
  } catch (error) {
    if (errorCodeOf(error) !== "EEXIST") throw error;
    // Ended between the making of the image and of its map: there is nothing to lose.
    const handle = await reopen();
    if ((await handle.stat()).size === 0) return handle;
    await handle.close();
    throw existsError(path);
  }
}
