/** ISO files where people have them: in the working folder and where browsers put what they have fetched. */
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { errorCodeOf } from "../errors.js";

export type IsoFile = {
  /** As it can be typed here. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
};

/** Enough to find the one that was fetched today; more would leave no room on the screen. */
const mostFiles = 8;

/** The newest first; what cannot be read is not there. */
export async function isoFiles(): Promise<IsoFile[]> {
  const downloads = join(homedir(), "Downloads");
  const found = await Promise.all([isosIn("."), ...(resolve(".") === resolve(downloads) ? [] : [isosIn(downloads)])]);
  return found
    .flat()
    .toSorted((one, other) => other.modified.getTime() - one.modified.getTime())
    .slice(0, mostFiles);
}

async function isosIn(folder: string): Promise<IsoFile[]> {
  const names = await unlessClosed(() => readdir(folder), []);
  const isos = names.filter((name) => /\.iso$/i.test(name));
  const files = await Promise.all(isos.map((name) => isoAt(join(folder, name))));
  return files.filter((file) => file !== null);
}

async function isoAt(path: string): Promise<IsoFile | null> {
  const stats = await unlessClosed(() => stat(path), null);
  return stats?.isFile() === true ? { path, size: stats.size, modified: stats.mtime } : null;
}

async function unlessClosed<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return otherwise;
  }
}
