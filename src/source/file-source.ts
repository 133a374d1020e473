/**
 * A file or an optical drive's device as a ByteSource: positioned reads straight into the caller's memory, so that many
 * may run at the same time. Traps: a device's size is not in its `stat`, and a read that ends early is no error for the
 * system, but a truncated image for us.
 */
import { exactSize } from "../bytes/amounts.js";
import type { Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import { filledSource, type ByteSource } from "./byte-source.js";
import { fileIdentity, isSameFile, type FileIdentity } from "./file-identity.js";
import { requirePath } from "./path-text.js";

/** A source whose bytes lie in a file or on a device. */
export type FileSource = ByteSource & {
  readonly path: string;
  /**
   * Throws `image-changed` where the file is not what it was when it was opened: other bytes may have been read since, and
   * nothing that was found or written by them holds. A device has no times of its own and is not asked.
   */
  assertUnchanged(): Promise<void>;
  /** Reads after this fail. */
  close(): Promise<void>;
};

/** Those that were opened here: nothing else promises that its path leads to the same bytes. */
const fileSources = new WeakSet<ByteSource>();

/** Whether `source` is one of `openFileSource`, so that a thread can open its path again. */
export function isFileSource(source: ByteSource): source is FileSource {
  return fileSources.has(source);
}

/** What `openFileSource` may be told. */
export type FileSourceOptions = {
  /**
   * Bytes of the device at the path, where somebody knows them; where not, the end is looked for, which makes a drive seek,
   * and fails where what lies in front of the end cannot be read. Never asked of a file.
   */
  readonly deviceSize?: () => Promise<number | null>;
};

/** Opens `path`; throws `image-missing`, `image-unreadable` and what `deviceSize` throws. */
export async function openFileSource(path: string, { deviceSize }: FileSourceOptions = {}): Promise<FileSource> {
  requirePath(path);
  const handle = await openForReading(path);
  try {
    const size = await sizeOf(path, handle, deviceSize);
    return fileSource(path, handle, size, await identityOf(handle));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function fileSource(path: string, handle: FileHandle, size: number, opened: FileIdentity): FileSource {
  const fill = async (offset: number, target: Uint8Array): Promise<void> => {
    let done = 0;
    while (done < target.length) {
      const count = await readOnce(path, handle, offset + done, target.subarray(done));
      if (count === 0) throw shortened(path, size, offset + done);
      done += count;
    }
  };
  const source: FileSource = {
    ...filledSource(size, fill),
    path,
    async assertUnchanged() {
      const now = await identityOf(handle);
      if (now !== null && opened !== null && !isSameFile(opened, now)) throw changed(path, opened, now);
    },
    close: () => handle.close(),
  };
  fileSources.add(source);
  return source;
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    // Opening a pipe would wait for somebody to write to it, so what it is comes first.
    requireFileOrDrive(path, await stat(path));
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Win7UsbError) throw error;
    if (errorCodeOf(error) !== "ENOENT") throw unreadable(path, reasonOf(error), error);
    throw new Win7UsbError("image-missing", `there is no image ${path}`, {
      hint: "Check the path of the ISO file.",
      data: { path },
      cause: error,
    });
  }
}

function requireFileOrDrive(path: string, stats: Stats): void {
  if (stats.isFile() || stats.isBlockDevice()) return;
  const what = stats.isDirectory() ? "it is a folder" : "it is neither a file nor a drive";
  throw unreadable(path, `${what}, expected an ISO file or an optical drive`);
}

async function sizeOf(path: string, handle: FileHandle, deviceSize: FileSourceOptions["deviceSize"]): Promise<number> {
  const stats = await handle.stat();
  requireFileOrDrive(path, stats);
  if (stats.isFile()) return stats.size;
  return (await deviceSize?.()) ?? endOfDevice(path, handle);
}

async function identityOf(handle: FileHandle): Promise<FileIdentity> {
  return fileIdentity(await handle.stat({ bigint: true }));
}

function changed(path: string, before: NonNullable<FileIdentity>, now: NonNullable<FileIdentity>): Win7UsbError {
  const what =
    before.size === now.size
      ? "its times are others"
      : `it has ${exactSize(Number(now.size))}, expected ${exactSize(Number(before.size))} as before`;
  return new Win7UsbError("image-changed", `the image ${path} was changed while it was read: ${what}`, {
    hint: "Let whatever writes to it finish, verify it, and run the same command again.",
    data: { path, size: Number(now.size), expected: Number(before.size) },
  });
}

/** A unit that divides every medium's size and that every device reads (ECMA-119 6.1.2: a logical sector). */
const probeLength = 2048;
/** Bytes; beyond every medium, so that a device which never ends is refused. */
const largestDevice = 2 ** 50;

/** The end of a block device, found by doubling and halving: no call of Node's tells it. */
async function endOfDevice(path: string, handle: FileHandle): Promise<number> {
  const target = new Uint8Array(probeLength);
  const holds = async (unit: number): Promise<boolean> =>
    (await readOnce(path, handle, unit * probeLength, target)) === probeLength;
  if (!(await holds(0))) throw unreadable(path, "there is no medium in it, or it is empty");
  let low = 0;
  let high = 1;
  while (await holds(high)) {
    low = high;
    high *= 2;
    if (high * probeLength > largestDevice) throw unreadable(path, "it has no end");
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return high * probeLength;
}

async function readOnce(path: string, handle: FileHandle, offset: number, target: Uint8Array): Promise<number> {
  try {
    return (await handle.read(target, 0, target.length, offset)).bytesRead;
  } catch (error) {
    throw unreadable(path, `reading at byte ${offset} failed: ${reasonOf(error)}`, error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): Win7UsbError {
  return new Win7UsbError("image-unreadable", `the image ${path} cannot be read: ${reason}`, {
    hint: "Check the path, that you may read it, and that its medium is sound.",
    data: { path },
    cause,
  });
}

/** The file became shorter while it was read. */
function shortened(path: string, size: number, offset: number): Win7UsbError {
  return new Win7UsbError(
    "image-truncated",
    `the image ${path} ends at byte ${offset} now, expected ${exactSize(size)}`,
    {
      hint: "Something cut it short while it was read: fetch it again.",
      data: { path, size, offset },
    },
  );
}
