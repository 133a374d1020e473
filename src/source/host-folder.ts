/**
 * A folder of this machine and all that is below it, as a list of files that are read when they are wanted. Links are
 * followed, because people build folders of them. Traps: links may go in circles, and a folder that is linked twice counts
 * twice, so entries and depth are bounded; opening a pipe would wait for somebody to write to it; names need not be text.
 */
import type { BigIntStats, Dirent } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import { utf8Text } from "../bytes/utf8.js";
import { errorCodeOf, Win7UsbError } from "../errors.js";
import type { HostFile } from "./host-file.js";
import { hostFile, missing, unreadable, unsupportedInput } from "./host-file.js";

export type { HostFile } from "./host-file.js";

export type HostFolder = {
  readonly path: string;
  /** By path. */
  readonly files: readonly HostFile[];
  /** Folders below it, by path. */
  readonly folders: readonly string[];
};

export type HostFolderLimits = {
  /** Files and folders below the folder. */
  readonly entries: number;
  /** Folders within folders. */
  readonly depth: number;
};

/** Throws `input-missing`, `input-unreadable` and `input-unsupported`, before any content is read. */
export async function readHostFolder(path: string, limits: HostFolderLimits): Promise<HostFolder> {
  const reader = new FolderReader(path, limits);
  await reader.read();
  return { path, files: reader.files.toSorted(byPath), folders: reader.folders.toSorted() };
}

/** Whether there is a folder at `path`. */
export async function isHostFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
    return false;
  }
}

type Step = { readonly path: string; readonly depth: number; readonly above: readonly string[] };

class FolderReader {
  readonly files: HostFile[] = [];
  readonly folders: string[] = [];
  readonly #root: string;
  readonly #limits: HostFolderLimits;

  constructor(root: string, limits: HostFolderLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  async read(): Promise<void> {
    const stats = await this.#statOf("");
    if (!stats.isDirectory()) throw unsupportedInput(this.#root, "it is no folder");
    const queue: Step[] = [{ path: "", depth: 0, above: [identityOf(stats)] }];
    for (let step = queue.pop(); step !== undefined; step = queue.pop()) {
      for await (const name of this.#namesOf(step.path)) {
        const below = await this.#entry(step, name);
        if (below !== null) queue.push(below);
      }
    }
  }

  #hostPath(path: string): string {
    return path === "" ? this.#root : join(this.#root, path);
  }

  async *#namesOf(path: string): AsyncGenerator<string> {
    const hostPath = this.#hostPath(path);
    try {
      const folder = await opendir(hostPath, { encoding: "buffer" as BufferEncoding });
      for await (const entry of folder as AsyncIterable<Dirent<Buffer>>) yield nameOf(entry.name, hostPath);
    } catch (error) {
      throw error instanceof Win7UsbError ? error : unreadable(hostPath, error);
    }
  }

  /** Notes an entry; what is to be read on where it is a folder. */
  async #entry({ path: parent, depth, above }: Step, name: string): Promise<Step | null> {
    const path = parent === "" ? name : `${parent}/${name}`;
    const hostPath = this.#hostPath(path);
    if (this.files.length + this.folders.length >= this.#limits.entries) throw this.#tooMany();
    const stats = await this.#statOf(path);
    if (stats.isFile()) {
      this.files.push(hostFile(path, hostPath, stats));
      return null;
    }
    if (!stats.isDirectory()) throw unsupportedInput(hostPath, "it is neither a file nor a folder");
    const identity = identityOf(stats);
    if (above.includes(identity)) throw unsupportedInput(hostPath, "it is a link to a folder that it is in");
    if (depth >= this.#limits.depth) throw unsupportedInput(hostPath, `it is below ${this.#limits.depth} folders`);
    this.folders.push(path);
    return { path, depth: depth + 1, above: [...above, identity] };
  }

  #tooMany(): Win7UsbError {
    const { entries } = this.#limits;
    return new Win7UsbError("input-unsupported", `${this.#root} holds more than ${entries} files and folders`, {
      hint: "Name a folder of what is needed alone.",
      data: { path: this.#root, limit: entries },
    });
  }

  async #statOf(path: string): Promise<BigIntStats> {
    const hostPath = this.#hostPath(path);
    try {
      return await stat(hostPath, { bigint: true });
    } catch (error) {
      throw path === "" ? missing(hostPath, "folder", error) : unreadable(hostPath, error);
    }
  }
}

/** Throws `input-unsupported` for a name that is no text: it could not be told, or written anywhere. */
function nameOf(bytes: Buffer, folder: string): string {
  const name = utf8Text(bytes);
  if (name === undefined) throw unsupportedInput(join(folder, bytes.toString("latin1")), "its name is no Unicode text");
  return name;
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function byPath(a: HostFile, b: HostFile): number {
  return a.path < b.path ? -1 : 1;
}
