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

export type OpenedInput = {
  /** The path, or the name of what has none. */
  readonly path: string;
  /** Whether `path` can be opened again. */
  readonly isFile: boolean;
  readonly source: ByteSource;
  /** Must be called at the end of the step; throws `interrupted` where the signal was aborted before. */
  finish(): void;
  /** Throws `image-changed` where a file has changed since it was opened; other sources are not checked. */
  assertUnchanged(): Promise<void>;
  /** Closes what was opened here. */
  close(): Promise<void>;
};

/** Throws `image-missing`, `image-unreadable` and `interrupted`. */
export async function openInput(image: ImageInput, { name = "image", signal }: InputOptions): Promise<OpenedInput> {
  const path = pathOf(image) ?? name;
  throwIfInterrupted(path, signal);
  const interruption = new Interruption(signal, () => interruptedAt(path));
  const file = typeof image === "string" ? await openFile(image, interruption) : undefined;
  const opened = file ?? (image as ByteSource);
  return {
    path,
    isFile: pathOf(image) !== undefined,
    source: signal === undefined ? opened : interruptibleSource(opened, interruption),
    finish() {
      throwIfInterrupted(path, signal);
      interruption.end();
    },
    async assertUnchanged() {
      if (isFileSource(opened)) await opened.assertUnchanged();
    },
    async close() {
      interruption.end();
      if (file !== undefined) await interruption.close(() => file.close());
    },
  };
}

/** A drive may not answer to being opened either; what it opens after an interruption is closed. */
async function openFile(path: string, interruption: Interruption): Promise<FileSource> {
  const opening = openFileSource(path);
  try {
    return await interruption.run(() => opening);
  } catch (error) {
    interruption.end();
    void opening.then((file) => file.close()).catch(() => undefined);
    throw error;
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
