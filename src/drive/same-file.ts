/** Which paths are one file: of several targets, and of a target and the image that is read. */
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import { isAtOrBelow } from "./holding.js";
import { platform } from "./platform.js";
import { realPath } from "./real-path.js";

/** Throws `source-drive` where an image file would take the place of the image that is read. */
export async function requireOtherThanImage(path: string, imagePath: string | undefined): Promise<void> {
  if (imagePath === undefined || !(await isSameFile(path, imagePath))) return;
  throw new Win7UsbError("source-drive", `${path} is the image itself`, {
    hint: "Choose another path for the image file.",
    data: { target: path },
  });
}

/**
 * Throws `source-drive` where an image file would take the place of one of `inputs`, or lie below it: files and folders of the
 * host that go into it, and that are there. The next image would hold the last one.
 */
export async function requireOtherThanInputs(path: string, inputs: readonly string[]): Promise<void> {
  const place = await realPlace(path);
  for (const input of inputs) {
    const isIt = await isSameFile(path, input);
    if (!isIt && !isAtOrBelow(await realPlace(input), place)) continue;
    throw new Win7UsbError("source-drive", `${path} ${isIt ? "is" : "lies in"} ${input}, which goes onto the stick`, {
      hint: "Choose another path for the image file.",
      data: { target: path, input },
    });
  }
}

/** The path without links; of what is not there yet, by its folder. */
async function realPlace(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return (await identityOf(whole)) === undefined
      ? join(await realPath(dirname(whole)), basename(whole))
      : await realPath(whole);
  } catch (error) {
    // Whatever it is, the opening tells it better.
    if (errorCodeOf(error) === undefined) throw error;
    return whole;
  }
}

/**
 * The same text for two paths where both are one image file, however each is written: by the file where there is one, and
 * otherwise by its folder and name.
 */
export async function imageFileIdentity(path: string): Promise<string> {
  const there = await identityOf(path);
  if (there !== undefined) return there;
  const folder = dirname(resolve(path));
  const name = basename(path);
  // The usual file systems there take names for one that differ in case alone.
  return join((await identityOf(folder)) ?? folder, platform === "linux" ? name : name.toLowerCase());
}

/** Undefined where nothing is there. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return ino === 0n ? await realpath(path) : `${dev}:${ino}`;
  } catch (error) {
    // Whatever it is, the opening tells it better.
    if (errorCodeOf(error) === undefined) throw error;
    return undefined;
  }
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([identityOf(path), identityOf(other)]);
  // A target that does not exist is not the image.
  return first !== undefined && first === second;
}
