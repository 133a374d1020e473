/**
 * How much room a folder's file system has. Traps: `statfs` counts in fragments (`f_frsize`), which Node does not tell and
 * which may differ from the block size by hundreds of times, so that df(1) is asked where there is one; and a file
 * system that says 0 of 0 says nothing at all (FUSE, some networks').
 */
import { statfs } from "node:fs/promises";
import { KiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";

/** Bytes that this user may still write below `folder`; undefined where nobody knows. Rejects as `statfs` does. */
export async function freeSpace(folder: string): Promise<number | undefined> {
  const { bavail, blocks, bsize } = await statfs(folder);
  if (blocks === 0) return undefined;
  const told = platform === "win32" ? undefined : await askDf(folder);
  return told ?? bavail * bsize;
}

/** Throws `no-space` where `folder` has less than `needed` bytes left, as far as that can be told. */
export async function requireSpace(path: string, folder: string, needed: number): Promise<void> {
  let free: number | undefined;
  try {
    free = await freeSpace(folder);
  } catch (error) {
    throw openError(path, error);
  }
  if (free === undefined || free >= needed) return;
  throw new Win7UsbError("no-space", `${folder} has ${free} bytes free, but ${path} needs ${needed}`, {
    hint: "Make room, or write the image somewhere else.",
    data: { target: path, free, needed },
  });
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
