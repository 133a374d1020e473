/** Checks permissions and read-only file systems before anything is opened. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { realPath } from "./real-path.js";

/** Throws `no-permission` where this user may not write the drive. On Windows, only opening it shows that. */
export async function requireDriveRights(path: string): Promise<void> {
  if (platform === "win32") return;
  await requireAccess(path, path, constants.R_OK | constants.W_OK);
}

/** Throws `no-permission` or `target-read-only` where the temporary file cannot be created in the image file's folder. */
export async function requireFolderRights(path: string): Promise<void> {
  await requireAccess(path, dirname(await finalPathOf(path)), constants.W_OK | constants.X_OK);
}

/** Where an image file will be: links are followed. */
export async function finalPathOf(path: string): Promise<string> {
  try {
    return await realPath(path);
  } catch (error) {
    if (error instanceof Win7UsbError || errorCodeOf(error) === undefined) throw error;
    return path;
  }
}

const refused = new Set(["EACCES", "EPERM", "EROFS"]);

async function requireAccess(target: string, path: string, mode: number): Promise<void> {
  try {
    await access(path, mode);
  } catch (error) {
    // Opening the target reports other errors better.
    if (refused.has(errorCodeOf(error) ?? "")) throw openError(target, error);
  }
}
