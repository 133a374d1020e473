/** The input of a step: a path, which the step opens and closes, or a source, which stays the caller's. */
import { Win7UsbError } from "../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { isFileSource, openFileSource, type FileSource } from "../source/file-source.js";
import { interruptibleSource } from "../source/interruptible-source.js";
import { Interruption } from "../source/interruption.js";

/**
 * An image: the path of an ISO file or an optical drive, or a source of its bytes. A source is never closed; it is read on
 * the calling thread, save one of `openFileSource`, which threads open again by its path.
 */
export type ImageInput = string | ByteSource;

/** How a call names and reads an image. */
export type InputOptions = {
  /** How messages and results call a source that has no path. Default: `image`. */
  readonly name?: string | undefined;
  /** Aborting it rejects the call with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
};

/** A disc in an optical drive. */
export type DiscInDrive = {
  /** Bytes that the drive counts, with run-out blocks behind the volume; null where the system does not tell. */
  readonly capacity: number | null;
};

export type OpenedInput = {
  /** The path, or the name of what has none. */
  readonly path: string;
  /** Whether `path` can be opened again. */
  readonly isFile: boolean;
  /** The disc in an optical drive, which is best read in ascending order; null for everything else. */
  readonly disc: DiscInDrive | null;
  /** Of an optical drive, what the volume claims: behind it lie run-out blocks, which no drive need be able to read. */
  readonly source: ByteSource;
  /** Must be called at the end of the step; throws `interrupted` where the signal was aborted before. */
  finish(): void;
  /** Throws `image-changed` where a file has changed since it was opened; other sources are not checked. */
  assertUnchanged(): Promise<void>;
  /** Closes what was opened here. */
  close(): Promise<void>;
};

/** Throws `image-missing`, `image-unreadable`, `no-medium` and `interrupted`. */
export async function openInput(image: ImageInput, { name = "image", signal }: InputOptions): Promise<OpenedInput> {
  const path = pathOf(image) ?? name;
  throwIfInterrupted(path, signal);
  const interruption = new Interruption(signal, () => interruptedAt(path));
  const { file, disc } = typeof image === "string" ? await openFile(image, interruption) : nothingOpened;
  const opened = file ?? (image as ByteSource);
  const whole = signal === undefined ? opened : interruptibleSource(opened, interruption);
  const close = async (): Promise<void> => {
    interruption.end();
    if (file !== undefined) await interruption.close(() => file.close());
  };
  return {
    path,
    isFile: pathOf(image) !== undefined,
    disc,
    source: disc === null ? whole : await closingOnFailure(close, () => volumeOn(whole)),
    finish() {
      throwIfInterrupted(path, signal);
      interruption.end();
    },
    async assertUnchanged() {
      if (isFileSource(opened)) await opened.assertUnchanged();
    },
    close,
  };
}

async function closingOnFailure<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await close();
    throw error;
  }
}

/** As much of a disc as its volume claims; all of it where that cannot be told, which is said by who reads the volume next. */
async function volumeOn(disc: ByteSource): Promise<ByteSource> {
  const { volumeOf } = await import("./read/volume-of-disc.js");
  return volumeOf(disc);
}

type OpenedFile = { readonly file: FileSource | undefined; readonly disc: DiscInDrive | null };

const nothingOpened: OpenedFile = { file: undefined, disc: null };

/** A drive may not answer to being opened either; what it opens after an interruption is closed. */
async function openFile(path: string, interruption: Interruption): Promise<OpenedFile> {
  let disc: DiscInDrive | null = null;
  // What knows drives is loaded where there is one.
  const deviceSize = async (): Promise<number | null> => {
    disc = await (await import("../drive/optical.js")).opticalDiscIn(path);
    return disc?.capacity ?? null;
  };
  const opening = openFileSource(path, { deviceSize });
  try {
    return { file: await interruption.run(() => opening), disc };
  } catch (error) {
    interruption.end();
    void opening.then((file) => file.close()).catch(() => undefined);
    if (!(error instanceof Win7UsbError) || error.code !== "image-unreadable") throw error;
    throw (await import("../drive/optical.js")).namingNoMedium(path, error);
  }
}

function pathOf(image: ImageInput): string | undefined {
  if (typeof image === "string") return image;
  return isFileSource(image) ? image.path : undefined;
}

/** Throws `interrupted` where `signal` is aborted. */
export function throwIfInterrupted(path: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interruptedAt(path);
}

function interruptedAt(path: string): Win7UsbError {
  return new Win7UsbError("interrupted", `interrupted: ${path} was not read to its end`, {
    hint: "Nothing was changed; run the same command again.",
  });
}
