/** Whether an image file would take the place of the image that is read. */
import { realpath, stat } from "node:fs/promises";
import { Win7UsbError } from "../errors.js";
import { errorCodeOf } from "./transfer.js";

/** Throws `source-drive` where an image file would take the place of the image that is read. */
export async function requireOtherThanImage(path: string, imagePath: string | undefined): Promise<void> {
  if (imagePath === undefined || !(await isSameFile(path, imagePath))) return;
  throw new Win7UsbError("source-drive", `${path} is the image itself`, {
    hint: "Choose another path for the image file.",
    data: { target: path },
  });
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  try {
    const [first, second] = await Promise.all([stat(path), stat(other)]);
    if (first.ino !== 0 && second.ino !== 0) return first.dev === second.dev && first.ino === second.ino;
    return (await realpath(path)) === (await realpath(other));
  } catch (error) {
    // A target that does not exist is not the image.
    if (errorCodeOf(error) === undefined) throw error;
    return false;
  }
}
