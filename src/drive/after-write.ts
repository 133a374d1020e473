/** Asks the system what it did with drives that were written and closed. */
import { setTimeout as delay } from "node:timers/promises";
import { Win7UsbError } from "../errors.js";
import type { Drive, WriteTarget } from "./drive.js";
import { listDrives } from "./list.js";
import { platform, type Platform } from "./platform.js";

/** Windows mounts what it finds within a few seconds. */
const attempts = 10;
const attemptPauseMs = 500;

/**
 * Sentences for the person who is about to unplug the drives among `targets`: that one still has to be ejected (macOS), or
 * the letter that Windows gave it. Empty where there is nothing to say.
 */
export async function afterWrite(targets: readonly WriteTarget[]): Promise<string[]> {
  const paths = targets.flatMap(({ kind, path }) => (kind === "drive" ? [path] : []));
  if (paths.length === 0 || (platform !== "darwin" && platform !== "win32")) return [];
  for (let attempt = 1; ; attempt += 1) {
    const drives = await look(paths);
    if (platform === "darwin" || drives.every(isMounted) || attempt === attempts) {
      return drives.flatMap((drive) => afterWriteText(platform, drive) ?? []);
    }
    await delay(attemptPauseMs);
  }
}

/** The drives at these paths, undefined where one is gone. A failure is ignored: the drives are finished. */
async function look(paths: readonly string[]): Promise<(Drive | undefined)[]> {
  try {
    if (platform === "darwin") {
      const { readDarwinDrive } = await import("./darwin.js");
      return await Promise.all(paths.map((path) => readDarwinDrive(path)));
    }
    const listed = await listDrives();
    return paths.map((path) => listed.find((drive) => drive.path === path));
  } catch (error) {
    if (error instanceof Win7UsbError) return paths.map(() => undefined);
    throw error;
  }
}

/** `drive`: how the system lists it now; undefined where it is gone. */
export function afterWriteText(on: Platform, drive: Drive | undefined): string | null {
  if (drive === undefined) return null;
  if (on === "darwin") return `${drive.path} is still attached: eject it before you unplug it.`;
  if (on !== "win32" || !isMounted(drive)) return null;
  return `${drive.path} is ${drive.mountpoints.map(({ path }) => path).join(", ")} now.`;
}

function isMounted(drive: Drive | undefined): boolean {
  return drive !== undefined && drive.mountpoints.length > 0;
}
