/**
 * The folder that an image file is created in, and the names in it. The folder may belong to somebody else, who can rename
 * and link its files at any moment while this program runs as root. So the folder is kept open and addressed through its
 * handle where the system supports that (Linux, proc(5)); a file is opened by its name only once, when it is created; and
 * before and after a name is changed, the file of that name is compared with the open file.
 */
import { constants, existsSync } from "node:fs";
import { link, lstat, open, rename, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";

/** 0 on platforms without them. */
const { O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants as { O_DIRECTORY?: number; O_NOFOLLOW?: number };

/** Names of what a process holds open (proc(5)). */
const ownHandles = "/proc/self/fd";

export class ImageFolder {
  /** For messages. */
  readonly path: string;
  /** Undefined where folders cannot be opened. */
  readonly #handle: FileHandle | undefined;

  private constructor(path: string, handle: FileHandle | undefined) {
    this.path = path;
    this.#handle = handle;
  }

  /** Throws `target-missing`, `no-permission` and the like; `target` is the image's path, for the message. */
  static async open(path: string, target: string): Promise<ImageFolder> {
    if (platform === "win32") return new ImageFolder(path, undefined);
    try {
      const handle = await open(path, constants.O_RDONLY | O_DIRECTORY);
      if (platform === "linux" && !existsSync(ownHandles)) {
        await handle.close();
        throw withoutHandles(target);
      }
      return new ImageFolder(path, handle);
    } catch (error) {
      if (error instanceof Win7UsbError) throw error;
      // A folder that may be written but not listed can still be addressed by its path.
      if (errorCodeOf(error) === "EACCES") return new ImageFolder(path, undefined);
      throw openError(target, error);
    }
  }

  /** The path of `name`, which is valid even if the folder is renamed meanwhile. */
  place(name: string): string {
    if (platform !== "linux" || this.#handle === undefined) return join(this.path, name);
    return `${ownHandles}/${this.#handle.fd}/${name}`;
  }

  /** Creates a file that must not exist yet; rejects with what `open` rejects with. */
  create(name: string): Promise<FileHandle> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW;
    return open(this.place(name), flags, 0o666);
  }

  /** Whether `name` is the open file, and not a link or another file. */
  async holds(name: string, file: FileHandle): Promise<boolean> {
    try {
      const [there, own] = await Promise.all([lstat(this.place(name), { bigint: true }), file.stat({ bigint: true })]);
      return there.isFile() && there.dev === own.dev && there.ino === own.ino;
    } catch (error) {
      if (errorCodeOf(error) === undefined) throw error;
      return false;
    }
  }

  rename(from: string, to: string): Promise<void> {
    return rename(this.place(from), this.place(to));
  }

  link(from: string, to: string): Promise<void> {
    return link(this.place(from), this.place(to));
  }

  unlink(name: string): Promise<void> {
    return unlink(this.place(name));
  }

  /** Removes `name` if it is the open file; never throws. */
  async remove(name: string, file: FileHandle): Promise<void> {
    try {
      if (await this.holds(name, file)) await this.unlink(name);
    } catch (error) {
      // It may be gone with its disk; an earlier failure is the one to report.
      if (errorCodeOf(error) === undefined) throw error;
    }
  }

  /** Syncs the folder, so that its names survive a power cut, where the platform can. */
  async sync(): Promise<void> {
    try {
      await this.#handle?.sync();
    } catch (error) {
      // Not every file system syncs folders; the image itself is on the medium and complete.
      if (errorCodeOf(error) === undefined) throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }
}

/** In a bare root. Another way would be one that somebody who owns the folder could use. */
function withoutHandles(target: string): Win7UsbError {
  return new Win7UsbError("target-unsupported", `${target} cannot be written: /proc is not mounted here`, {
    hint: "Mount it (mount -t proc proc /proc), and run the same command again.",
    data: { target },
  });
}

/** `write-failed`: the file was replaced by something else while it was written. */
function replacedError(path: string, name: string): Win7UsbError {
  return new Win7UsbError("write-failed", `${path}: something else was put in the place of ${name} meanwhile`, {
    hint: "Write the image to a folder that nobody else may write to.",
    data: { target: path, name },
  });
}

/** Gives a finished file its final name, in any way that the file system supports. */
export class FinalName {
  readonly #folder: ImageFolder;
  /** As the person named it. */
  readonly #path: string;
  readonly #temporary: string;
  readonly #final: string;

  constructor(folder: ImageFolder, path: string, temporary: string, final: string) {
    this.#folder = folder;
    this.#path = path;
    this.#temporary = temporary;
    this.#final = final;
  }

  /** Tries both ways with a trial name, before anything is written. Throws where the file system supports neither. */
  async rehearse(file: FileHandle): Promise<void> {
    const trial = `${this.#temporary}-name`;
    try {
      await this.#folder.link(this.#temporary, trial);
      await this.#folder.remove(trial, file);
    } catch (error) {
      if (errorCodeOf(error) === undefined) throw error;
      await this.#rehearseRename(trial);
    }
  }

  async #rehearseRename(trial: string): Promise<void> {
    try {
      await this.#folder.rename(this.#temporary, trial);
      await this.#folder.rename(trial, this.#temporary);
    } catch (error) {
      throw openError(this.#path, error);
    }
  }

  /**
   * Without `replace`, a file that was created meanwhile is never overwritten: `target-exists`. `write-failed` where the name
   * cannot be given. The finished file then keeps its temporary name, which the hint contains: it is never deleted.
   */
  async take(file: FileHandle, replace: boolean): Promise<void> {
    if (!(await this.#folder.holds(this.#temporary, file))) throw replacedError(this.#path, this.#temporary);
    try {
      if (replace) await this.#folder.rename(this.#temporary, this.#final);
      else await this.#takeNew(file);
    } catch (error) {
      if (error instanceof Win7UsbError) throw error;
      if (errorCodeOf(error) === "EEXIST") throw existsError(this.#path, this.#kept);
      throw this.#unnamedError(error);
    }
    if (!(await this.#folder.holds(this.#final, file))) throw replacedError(this.#path, this.#final);
  }

  async #takeNew(file: FileHandle): Promise<void> {
    try {
      await this.#folder.link(this.#temporary, this.#final);
    } catch (error) {
      if (errorCodeOf(error) === "EEXIST" || errorCodeOf(error) === undefined) throw error;
      return this.#takeReserved();
    }
    await this.#folder.remove(this.#temporary, file);
  }

  /** For file systems without hard links (FAT, exFAT, some network ones): an empty file reserves the name. */
  async #takeReserved(): Promise<void> {
    const reserved = await this.#folder.create(this.#final);
    try {
      await this.#folder.rename(this.#temporary, this.#final);
    } catch (error) {
      await this.#folder.remove(this.#final, reserved);
      throw error;
    } finally {
      await reserved.close();
    }
  }

  get #kept(): string {
    return join(this.#folder.path, this.#temporary);
  }

  #unnamedError(cause: unknown): Win7UsbError {
    const kept = this.#kept;
    return new Win7UsbError("write-failed", `${this.#path} could not be given its name: ${reasonOf(cause)}`, {
      hint: keptHint(kept),
      data: { target: this.#path, kept, cause: errorCodeOf(cause) ?? reasonOf(cause) },
      cause,
    });
  }
}

/** `kept`: the path of the finished image, where the other file was created while it was written. */
export function existsError(path: string, kept?: string): Win7UsbError {
  const hint = kept === undefined ? "Choose another name, or let it be replaced." : keptHint(kept);
  const data = kept === undefined ? { target: path } : { target: path, kept };
  return new Win7UsbError("target-exists", `${path} exists already`, { hint, data });
}

function keptHint(kept: string): string {
  return `The image is whole and stays at ${kept}: rename it.`;
}
