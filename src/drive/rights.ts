/** What the system will not allow, known before anything is opened: rights, read-only places, and room for an image file. */
import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { requireSpace } from "./free-space.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { errorCodeOf } from "./transfer.js";

/** Throws `no-permission` where this user may not write the drive; Windows tells that only when it is opened. */
export async function requireDriveRights(path: string): Promise<void> {
  if (platform === "win32") return;
  await requireAccess(path, path, constants.R_OK | constants.W_OK);
}

/** Throws `no-permission` or `target-read-only` where no file can be made beside the image file, whose name it takes later. */
export async function requireFolderRights(path: string): Promise<void> {
  await requireAccess(path, await folderOf(path), constants.W_OK | constants.X_OK);
}

/** Throws `no-space` where the folder has less than `needed` bytes left. */
export async function requireRoom(path: string, needed: number): Promise<void> {
  await requireSpace(path, await folderOf(path), needed);
}

/** Where the file will be: links are followed. */
async function folderOf(path: string): Promise<string> {
  try {
    return dirname(await realpath(path));
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return dirname(path);
  }
}

const refused = new Set(["EACCES", "EPERM", "EROFS"]);

async function requireAccess(target: string, path: string, mode: number): Promise<void> {
  try {
    await access(path, mode);
  } catch (error) {
    // Whatever else it is, the opening tells it better.
    if (refused.has(errorCodeOf(error) ?? "")) throw openError(target, error);
  }
}
