/**
 * A file of this machine that is read when it is wanted, and known when it is not any more what it was. Traps: there may be
 * more of them than a process may hold open; opening a pipe would wait for somebody to write to it.
 */
import type { BigIntStats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import type { ByteSource } from "./byte-source.js";
import { filledSource } from "./byte-source.js";
import type { FileIdentity } from "./file-identity.js";
import { fileIdentity, isSameFile } from "./file-identity.js";

/** A file, by itself or below a folder. */
export type HostFile = {
  /** From the folder, names joined by `/`; of a file by itself as it was given. */
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

/** The file at `path`, of which nothing is read. Throws `input-missing`, `input-unreadable` and `input-unsupported`. */
export async function hostFileAt(path: string): Promise<HostFile> {
  let stats;
  try {
    stats = await stat(path, { bigint: true });
  } catch (error) {
    throw missing(path, "file", error);
  }
  if (!stats.isFile()) throw unsupportedInput(path, "it is no file");
  return hostFile(path, path, stats);
}

/** `stats`: of a file. */
export function hostFile(path: string, hostPath: string, stats: BigIntStats): HostFile {
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
    throw errorCodeOf(error) === "ENOENT" ? changed(hostPath) : unreadable(hostPath, error);
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

export function unsupportedInput(path: string, reason: string): Win7UsbError {
  return new Win7UsbError("input-unsupported", `${path} cannot be taken: ${reason}`, {
    hint: "Name plain files and folders.",
    data: { path },
  });
}

export function unreadable(path: string, error: unknown): Win7UsbError {
  return new Win7UsbError("input-unreadable", `${path} cannot be read: ${reasonOf(error)}`, {
    hint: "Check the path, that you may read it, and that links in it lead somewhere.",
    data: { path },
    cause: error,
  });
}

/** `input-missing` where there is none, else as `unreadable`. */
export function missing(path: string, what: "file" | "folder", error: unknown): Win7UsbError {
  if (errorCodeOf(error) !== "ENOENT") return unreadable(path, error);
  return new Win7UsbError("input-missing", `there is no ${what} ${path}`, {
    hint: "Check the path.",
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
