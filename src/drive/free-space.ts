/**
 * The free space of a folder's file system. Traps: `statfs` counts in fragments (`f_frsize`), which Node does not return and
 * which may differ from the block size by a factor of hundreds, so df(1) is used where there is one; and a file system that
 * reports 0 of 0 blocks (FUSE, some network ones) does not know its free space.
 */
import { exactSize } from "../bytes/amounts.js";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { KiB } from "../bytes/units.js";
import { Failures, Win7UsbError } from "../errors.js";
import { leftoverBytes } from "./leftovers.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { finalPathOf } from "./real-path.js";

/** Bytes that this user may still write below `folder`; undefined where that is unknown. Rejects as `statfs` does. */
export async function freeSpace(folder: string): Promise<number | undefined> {
  const { bavail, blocks, bsize } = await statfs(folder);
  if (blocks === 0) return undefined;
  const told = platform === "win32" ? undefined : await askDf(folder);
  return told ?? bavail * bsize;
}

/** An image file that is to be made. */
type NewFile = {
  /** As the person named it. */
  readonly path: string;
  /** Where it will be: links are followed. */
  readonly finalPath: string;
};

/**
 * Throws `no-space` where a file system has less free space than the image files at `paths` need on it together, each `needed`
 * bytes. Leftovers of killed writes are removed before the files are created, so they count as free.
 */
export async function requireRoom(paths: readonly string[], needed: number): Promise<void> {
  const bySystem = new Map<number, NewFile[]>();
  const failures = new Failures();
  for (const path of paths) {
    await failures.attempt(async () => {
      const finalPath = await finalPathOf(path);
      const system = await withOpenError(path, async () => (await stat(dirname(finalPath))).dev);
      bySystem.set(system, [...(bySystem.get(system) ?? []), { path, finalPath }]);
    });
  }
  for (const files of bySystem.values()) await failures.attempt(() => requireRoomIn(files, needed * files.length));
  failures.throwAll();
}

async function requireRoomIn(files: readonly NewFile[], needed: number): Promise<void> {
  const { path, finalPath } = files[0]!;
  const folder = dirname(finalPath);
  let free = await withOpenError(path, () => freeSpace(folder));
  if (free === undefined) return;
  for (const file of files) free += await leftoverBytes(file.finalPath);
  if (free >= needed) return;
  const needing = files.length === 1 ? `${path} needs` : `${files.map((file) => file.path).join(", ")} need`;
  throw new Win7UsbError("no-space", `${folder} has ${exactSize(free)} free, but ${needing} ${exactSize(needed)}`, {
    hint: "Make room, or write the image somewhere else.",
    data: { target: path, free, needed },
  });
}

async function withOpenError<T>(path: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw openError(path, error);
  }
}

/** POSIX's portable format: a heading, then one line whose fourth column are the kilobytes that are left. */
async function askDf(folder: string): Promise<number | undefined> {
  const { runCommand } = await import("./command.js");
  const { exitCode, stdout } = await runCommand("df", ["-P", "-k", "--", folder]);
  if (exitCode !== 0) return undefined;
  return parseDf(stdout);
}

/** Bytes; undefined for what is no answer of `df -P -k`. The file system's name may hold blanks, the numbers do not. */
export function parseDf(text: string): number | undefined {
  const match = / (-?\d+) +(-?\d+) +(-?\d+) +(?:\d+%|-) /.exec(text.split("\n")[1] ?? "");
  if (match === null || Number(match[1]) === 0) return undefined;
  return Math.max(0, Number(match[3])) * KiB;
}
