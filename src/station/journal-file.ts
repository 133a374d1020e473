/**
 * The journal on the medium. A line is appended with one write and flushed before anybody is told that a stick has ended, so that
 * a power cut costs at most the line that was being written; what is left of that one is cut off when the journal is opened again.
 */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { exactSize } from "../bytes/amounts.js";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import {
  encodeLine,
  isTornBeginning,
  largestJournal,
  readJournal,
  type JournalLine,
  type ReadJournal,
} from "./journal-line.js";

/** A journal that lines are appended to. Its owner closes it. */
export type JournalFile = {
  readonly path: string;
  /** What it held before. */
  readonly before: ReadJournal;
  /** Resolves when the line is on the medium. Rejects with `internal` where it is not; then no line follows it. */
  append(line: JournalLine): Promise<void>;
  close(): Promise<void>;
};

// Windows has no such flags.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as { O_NOFOLLOW?: number; O_NONBLOCK?: number };

/**
 * Opens a journal, or begins one. A line that a power cut has torn is cut off; `before` tells how much that was. Throws `usage` for a
 * file that is no journal, a link, and what cannot be written.
 */
export async function openJournal(path: string): Promise<JournalFile> {
  const { O_APPEND, O_CREAT, O_RDWR } = constants;
  let file: FileHandle;
  try {
    file = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
  } catch (cause) {
    if (errorCodeOf(cause) === "ELOOP") throw occupied(path, "is a link");
    throw cannotBeWritten(path, cause);
  }
  try {
    const bytes = await bytesOf(file, path);
    const before = readJournal(bytes);
    requireJournal(bytes, before, path);
    if (before.tornBytes > 0) await file.truncate(before.wholeBytes);
    await file.sync();
    await syncFolder(dirname(path));
    return journalOn(file, path, before);
  } catch (error) {
    await file.close();
    throw error instanceof Win7UsbError ? error : cannotBeWritten(path, error);
  }
}

/** Reads one for a report. Throws `input-missing`, `input-unreadable`, and `usage` for a file that is none. */
export async function readJournalFile(path: string): Promise<ReadJournal> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | O_NONBLOCK);
  } catch (cause) {
    const isMissing = errorCodeOf(cause) === "ENOENT";
    const what = isMissing ? `there is no journal ${path}` : `the journal ${path} cannot be read: ${reasonOf(cause)}`;
    throw new Win7UsbError(isMissing ? "input-missing" : "input-unreadable", what, {
      hint: "Name the file that a station has written.",
      cause,
    });
  }
  try {
    const bytes = await bytesOf(file, path);
    const journal = readJournal(bytes);
    requireJournal(bytes, journal, path);
    return journal;
  } catch (error) {
    if (error instanceof Win7UsbError) throw error;
    throw new Win7UsbError("input-unreadable", `the journal ${path} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    await file.close();
  }
}

async function bytesOf(file: FileHandle, path: string): Promise<Uint8Array> {
  const stats = await file.stat();
  if (!stats.isFile()) throw occupied(path, "is no file");
  if (stats.size > largestJournal) {
    throw occupied(path, `has ${exactSize(stats.size)}, more than the ${exactSize(largestJournal)} of a journal,`);
  }
  const bytes = new Uint8Array(stats.size);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    // Somebody has made it shorter meanwhile.
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** A file that is named by mistake would get lines behind what it is, or lose its last one. */
function requireJournal(bytes: Uint8Array, { lines, wholeBytes }: ReadJournal, path: string): void {
  if (lines.length > 0 || (wholeBytes === 0 && isTornBeginning(bytes))) return;
  throw occupied(path, "is there and no journal of a station");
}

function occupied(path: string, what: string): Win7UsbError {
  return new Win7UsbError("usage", `${path} ${what}, and is not taken for one`, {
    hint: "Name another file, or one that a station has written.",
  });
}

function cannotBeWritten(path: string, cause: unknown): Win7UsbError {
  return new Win7UsbError("usage", `the journal ${path} cannot be written: ${reasonOf(cause)}`, {
    hint: "Name a file in a folder that you may write to.",
    cause,
  });
}

/** A file that was made is there after a power cut when its folder is on the medium, too. Not every system can be asked for that. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch (error) {
    if (errorCodeOf(error) === undefined) throw error;
  } finally {
    await folder?.close();
  }
}

function journalOn(file: FileHandle, path: string, before: ReadJournal): JournalFile {
  let last: Promise<void> = Promise.resolve();
  const put = async (line: JournalLine): Promise<void> => {
    const bytes = new TextEncoder().encode(encodeLine(line));
    try {
      const { bytesWritten } = await file.write(bytes, 0, bytes.length);
      if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were taken`);
      await file.sync();
    } catch (cause) {
      throw new Win7UsbError("internal", `the journal ${path} could not be written: ${reasonOf(cause)}`, {
        hint: "Make room for it, or name another file, and start the station again.",
        cause,
      });
    }
  };
  return {
    path,
    before,
    append(line) {
      last = last.then(() => put(line));
      last.catch(() => undefined);
      return last;
    },
    async close() {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}
