/**
 * The file of a record: made and tried before a command begins, so that a folder that is missing, closed or full is told while
 * nothing has happened, and given its name when it is whole. Until then it has a hidden name beside it, as an image file has
 * (drive/image-file.ts), for the same reasons: the folder may be somebody else's, who renames and links while this runs as
 * root. An earlier record is replaced; nothing else is, and a link is never followed.
 */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { KiB } from "../../bytes/units.js";
import { FinalName, ImageFolder } from "../../drive/image-folder.js";
import { removeLeftovers, temporaryName } from "../../drive/leftovers.js";
import { writeAll } from "../../drive/transfer.js";
import { errorCodeOf, reasonOf, Win7UsbError } from "../../errors.js";
import { recordBeginnings, type RecordFormat } from "../../record/index.js";

export type RecordFile = {
  readonly path: string;
  readonly format: RecordFormat;
  /** Rejects where the whole record cannot be kept. */
  finish(text: string): Promise<void>;
  /** Leaves nothing behind; never rejects. */
  discard(): Promise<void>;
};

/** Bytes that are taken on the medium beforehand: a record has about a quarter of that. */
const reservedBytes = 256 * KiB;

const formats: Readonly<Record<string, RecordFormat>> = { html: "html", htm: "html", json: "json", txt: "text" };

/** Throws `usage` where the ending names no format. */
export function recordFormat(path: string): RecordFormat {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  const format = Object.hasOwn(formats, ending) ? formats[ending] : undefined;
  if (format !== undefined) return format;
  throw new Win7UsbError("usage", `${path} has none of the endings of a record: .html, .json, .txt`, {
    hint: "Name a file such as stick.html.",
  });
}

/** Throws `usage` where it cannot be made, or something else has its name. */
export async function createRecordFile(path: string): Promise<RecordFile> {
  const format = recordFormat(path);
  const isThere = await requireEarlierRecord(path, format);
  const finalPath = resolve(path);
  try {
    await removeLeftovers(finalPath);
    const folder = await ImageFolder.open(dirname(finalPath), path);
    return await createIn(folder, { path, finalPath, format, isThere });
  } catch (error) {
    throw cannotBeWritten(path, error);
  }
}

function cannotBeWritten(path: string, cause: unknown): Win7UsbError {
  const reason = cause instanceof Win7UsbError ? cause.message : reasonOf(cause);
  return new Win7UsbError("usage", `the record ${path} cannot be written: ${reason}`, {
    hint: "Name a file in a folder that you may write to.",
    cause,
  });
}

type NewRecord = Pick<RecordFile, "path" | "format"> & { readonly finalPath: string; readonly isThere: boolean };

async function createIn(folder: ImageFolder, { path, format, finalPath, isThere }: NewRecord): Promise<RecordFile> {
  const temporary = temporaryName(finalPath);
  let file: FileHandle | undefined;
  const discard = async (): Promise<void> => {
    if (file !== undefined) await folder.remove(temporary, file);
    await Promise.allSettled([file?.close(), folder.close()]);
  };
  try {
    file = await folder.create(temporary);
    const name = new FinalName(folder, path, temporary, basename(finalPath));
    await name.rehearse(file);
    await writeAll(file, path, 0, new Uint8Array(reservedBytes));
    await file.sync();
    return { path, format, discard, finish: (text) => finish(file!, name, text) };
  } catch (error) {
    await discard();
    throw error;
  }

  async function finish(handle: FileHandle, name: FinalName, text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    try {
      await writeAll(handle, path, 0, bytes);
      await handle.truncate(bytes.length);
      await handle.sync();
    } catch (error) {
      await discard();
      throw error;
    }
    try {
      await name.take(handle, isThere);
      await folder.sync();
    } finally {
      // It has its name by now, or keeps the hidden one, which the error tells, where that was taken meanwhile.
      await Promise.allSettled([handle.close(), folder.close()]);
    }
  }
}

/** Whether an earlier record has the name. Throws `usage` for anything else that has it. */
async function requireEarlierRecord(path: string, format: RecordFormat): Promise<boolean> {
  // Windows has no such flags.
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as { O_NOFOLLOW?: number; O_NONBLOCK?: number };
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === "ENOENT") return false;
    if (code === "ELOOP") throw occupied(path, "is a link");
    throw cannotBeWritten(path, error);
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw occupied(path, "is no file");
    const beginning = recordBeginnings[format];
    const { buffer, bytesRead } = await file.read(new Uint8Array(beginning.length), 0, beginning.length, 0);
    // What `mktemp` makes is empty.
    if (stats.size === 0 || new TextDecoder().decode(buffer.subarray(0, bytesRead)) === beginning) return true;
    throw occupied(path, "is there and no record");
  } finally {
    await file.close();
  }
}

function occupied(path: string, what: string): Win7UsbError {
  return new Win7UsbError("usage", `${path} ${what}, and is not replaced by one`, {
    hint: "Give the record a name of its own.",
  });
}
