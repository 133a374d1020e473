/**
 * A folder of this machine and all that is below it, as a list of files that are read when they are wanted. Links are
 * followed, because people build folders of them. Traps: links may go in circles, and a folder that is linked twice counts
 * twice, so entries and depth are bounded; opening a pipe would wait for somebody to write to it; names need not be text.
 */
import type { BigIntStats, Dirent } from "node:fs";
import { open, opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "./byte-source.js";
import { filledSource } from "./byte-source.js";
import type { FileIdentity } from "./file-identity.js";
import { fileIdentity, isSameFile } from "./file-identity.js";

/** A file below a folder. */
export type HostFile = {
  /** From the folder, names joined by `/`. */
  readonly path: string;
  /** As this machine opens it. */
  readonly hostPath: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly modified: number;
  /** Opened for each read, because there may be more of them than a process may hold open. */
  readonly source: ByteSource;
  /** Throws `input-changed` where it is not what it was when it was listed. */
  readonly assertUnchanged: () => Promise<void>;
};

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
    if (codeOf(error) === undefined) throw error;
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
    if (!stats.isDirectory()) throw unsupported(this.#root, "it is no folder");
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
    if (!stats.isDirectory()) throw unsupported(hostPath, "it is neither a file nor a folder");
    const identity = identityOf(stats);
    if (above.includes(identity)) throw unsupported(hostPath, "it is a link to a folder that it is in");
    if (depth >= this.#limits.depth) throw unsupported(hostPath, `it is below ${this.#limits.depth} folders`);
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
      if (codeOf(error) !== "ENOENT" || path !== "") throw unreadable(hostPath, error);
      throw new Win7UsbError("input-missing", `there is no folder ${hostPath}`, {
        hint: "Check the path.",
        data: { path: hostPath },
        cause: error,
      });
    }
  }
}

function hostFile(path: string, hostPath: string, stats: BigIntStats): HostFile {
  return {
    path,
    hostPath,
    size: Number(stats.size),
    modified: Number(stats.mtimeMs),
    source: sourceOf(hostPath, fileIdentity(stats)),
    assertUnchanged: () => assertSame(hostPath, fileIdentity(stats)),
  };
}

async function assertSame(hostPath: string, listed: FileIdentity): Promise<void> {
  try {
    if (!isSameFile(listed, fileIdentity(await stat(hostPath, { bigint: true })))) throw changed(hostPath);
  } catch (error) {
    if (error instanceof Win7UsbError) throw error;
    throw codeOf(error) === "ENOENT" ? changed(hostPath) : unreadable(hostPath, error);
  }
}

function sourceOf(hostPath: string, listed: FileIdentity): ByteSource {
  return filledSource(Number(listed?.size ?? 0n), async (offset, target) => {
    try {
      const handle = await open(hostPath, "r");
      try {
        if (!isSameFile(listed, fileIdentity(await handle.stat({ bigint: true })))) throw changed(hostPath);
        for (let done = 0; done < target.length;) {
          const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
          if (bytesRead === 0) throw changed(hostPath);
          done += bytesRead;
        }
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw error instanceof Win7UsbError ? error : unreadable(hostPath, error);
    }
  });
}

/** Throws `input-unsupported` for a name that is no text: it could not be told, or written anywhere. */
function nameOf(bytes: Buffer, folder: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unsupported(join(folder, bytes.toString("latin1")), "its name is no Unicode text");
  }
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function byPath(a: HostFile, b: HostFile): number {
  return a.path < b.path ? -1 : 1;
}

function unsupported(path: string, reason: string): Win7UsbError {
  return new Win7UsbError("input-unsupported", `${path} cannot be taken: ${reason}`, {
    hint: "Name a folder of plain files and folders.",
    data: { path },
  });
}

function unreadable(path: string, error: unknown): Win7UsbError {
  return new Win7UsbError("input-unreadable", `${path} cannot be read: ${reasonOf(error)}`, {
    hint: "Check the path, that you may read it, and that links in it lead somewhere.",
    data: { path },
    cause: error,
  });
}

function changed(path: string): Win7UsbError {
  return new Win7UsbError("input-changed", `${path} was changed while it was read`, {
    hint: "Let whatever writes to it finish, and run the same command again.",
    data: { path },
  });
}

/** Without the call and the path that Node puts behind a system's reason: the sentence has named it. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, \w+ '.*$/s, "") : String(error);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
