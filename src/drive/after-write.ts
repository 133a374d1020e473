/** Where a drive is after it was written and closed: only the system can tell, so it is asked. */
import { setTimeout as delay } from "node:timers/promises";
import { Win7UsbError } from "../errors.js";
import type { Drive, Target } from "./drive.js";
import { listDrives } from "./list.js";
import { platform, type Platform } from "./platform.js";

/** Windows mounts what it finds within a few seconds. */
const attempts = 10;
const attemptPauseMs = 500;

/**
 * A sentence for the person who is about to unplug the drive: that it still has to be ejected (macOS), or the letter that
 * Windows gave it. Null where there is nothing to say, and for image files.
 */
export async function afterWrite(target: Target): Promise<string | null> {
  if (target.kind === "image-file" || (platform !== "darwin" && platform !== "win32")) return null;
  for (let attempt = 1; ; attempt += 1) {
    const drive = await look(target.path);
    if (platform === "darwin" || isMounted(drive) || attempt === attempts) return afterWriteText(platform, drive);
    await delay(attemptPauseMs);
  }
}

/** The drive is whole, whatever the system answers now. */
async function look(path: string): Promise<Drive | undefined> {
  try {
    return (await listDrives()).find((drive) => drive.path === path);
  } catch (error) {
    if (error instanceof Win7UsbError) return undefined;
    throw error;
  }
}

/** `drive` is what the system says of it now; undefined where it is not there any more. */
export function afterWriteText(on: Platform, drive: Drive | undefined): string | null {
  if (drive === undefined) return null;
  if (on === "darwin") return `${drive.path} is still attached: eject it before you unplug it.`;
  if (on !== "win32" || !isMounted(drive)) return null;
  return `${drive.path} is ${drive.mountpoints.map(({ path }) => path).join(", ")} now.`;
}

function isMounted(drive: Drive | undefined): boolean {
  return drive !== undefined && drive.mountpoints.length > 0;
}
