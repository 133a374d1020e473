/**
 * Names of the temporary files that image files are written to, and the removal of those that a killed process left.
 * A name contains its owner: the machine (folders are shared over networks, and containers number processes separately)
 * and the process. Files of a process of this machine that has ended are removed by the next write of the same image;
 * nothing else is ever removed.
 */
import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, readFile, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { errorCodeOf } from "../errors.js";
import { platform } from "./platform.js";

/** Hexadecimal digits: enough to tell the machines that share a folder, or the writes of one process. */
const idDigits = 8;
/** Bytes: the unit of `st_blocks` (stat(2)), whatever the file system's own is. */
const statBlockSize = 512;

function machineId(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, idDigits);
}

/** A new hidden name for the folder of `finalPath`, which contains the image's name. */
export function temporaryName(finalPath: string): string {
  const unique = randomBytes(idDigits / 2).toString("hex");
  return `${prefixOf(finalPath)}${process.pid}-${unique}`;
}

function prefixOf(finalPath: string): string {
  return `.${basename(finalPath)}.win7usb-${machineId()}-`;
}

/** Removes the temporary files of ended processes for `finalPath`. Files that cannot be removed stay. */
export async function removeLeftovers(finalPath: string): Promise<void> {
  await Promise.allSettled((await leftoversOf(finalPath)).map((path) => unlink(path)));
}

/** Bytes of the medium that `removeLeftovers` frees. */
export async function leftoverBytes(finalPath: string): Promise<number> {
  const files = await Promise.allSettled((await leftoversOf(finalPath)).map((path) => lstat(path, { bigint: true })));
  const namesLeft = new Map<bigint, bigint>();
  let freed = 0;
  for (const outcome of files) {
    if (outcome.status === "rejected") continue;
    const { ino, nlink, blocks } = outcome.value;
    namesLeft.set(ino, (namesLeft.get(ino) ?? nlink) - 1n);
    // A file of several names, as a trial of the file system's links leaves one, is freed with the last of them.
    if (namesLeft.get(ino) === 0n) freed += Number(blocks) * statBlockSize;
  }
  return freed;
}

async function leftoversOf(finalPath: string): Promise<string[]> {
  const folder = dirname(finalPath);
  const prefix = prefixOf(finalPath);
  const found: string[] = [];
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(prefix)) continue;
    const owner = /^(\d+)-[0-9a-f]{8}(?:-name)?$/.exec(name.slice(prefix.length))?.[1];
    if (owner !== undefined && !(await isRunning(Number(owner)))) found.push(join(folder, name));
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Creating the file there reports what is wrong with the folder.
    if (errorCodeOf(error) === undefined) throw error;
    return [];
  }
}

async function isRunning(processId: number): Promise<boolean> {
  try {
    // kill(2): signal 0 only checks whether the process exists.
    process.kill(processId, 0);
  } catch (error) {
    return errorCodeOf(error) !== "ESRCH";
  }
  return platform !== "linux" || !(await isZombie(processId));
}

/** A process that has ended but was not reaped, which in a container without an init process never happens. */
async function isZombie(processId: number): Promise<boolean> {
  try {
    // proc(5): the state follows the command's name, which is in parentheses and may itself contain some.
    const stat = await readFile(`/proc/${processId}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return false;
  }
}
