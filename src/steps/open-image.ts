/** First step of every command: the ISO is opened, its file system read, and the Windows in it identified. */
import { Win7UsbError } from "../errors.js";
import type { Iso9660Image } from "../iso9660-reader/index.js";
import { assertWhole, paddingCode, readImage } from "../iso9660-reader/index.js";
import type { ByteSource } from "../source/byte-source.js";
import type { FileTree } from "../tree/index.js";
import { walk } from "../tree/index.js";
import { withMergedFolders } from "../volumes/merged-folders.js";
import type { WindowsIdentity } from "../windows/index.js";
import { identifyImage } from "../windows/identify-image.js";
import { namingForeign } from "./foreign/index.js";
import type { DiscInDrive, ImageInput, InputOptions } from "./image-input.js";
import { openInput } from "./image-input.js";

/** An image whose file system was read and whose Windows was identified; it can be read until it is closed. */
export type OpenedImage = {
  /** The path, or the name of what has none. */
  readonly path: string;
  /** Whether `path` can be opened again. */
  readonly isFile: boolean;
  /** The disc in an optical drive; null for everything else. */
  readonly disc: DiscInDrive | null;
  /** Bytes of the file, or of the volume on a disc. */
  readonly size: number;
  readonly source: ByteSource;
  readonly image: Iso9660Image;
  readonly windows: WindowsIdentity;
  /** Below the root. */
  readonly files: number;
  /** Below the root. */
  readonly directories: number;
  /** Throws `image-changed` where the file is not what it was when it was opened. */
  assertUnchanged(): Promise<void>;
  /** Closes what was opened for it: nothing for a source of the caller's. */
  close(): Promise<void>;
};

/**
 * Opens and reads an image. Throws `image-missing`, `image-unreadable`, `image-not-iso`, `image-truncated`,
 * `image-damaged`, `image-unsupported`, `wim-damaged`, `wim-unsupported` and `interrupted`.
 */
export async function openImage(input: ImageInput, options: InputOptions = {}): Promise<OpenedImage> {
  const opened = await openInput(input, options);
  const { path, isFile, disc, source } = opened;
  try {
    const image = withMergedFolders(await namingForeign(source, path, () => readImage(source)));
    const windows = await identifyWhole(image);
    opened.finish();
    const counts = countNodes(image.tree);
    return {
      path,
      isFile,
      disc,
      size: source.size,
      source,
      image,
      windows,
      ...counts,
      assertUnchanged: () => opened.assertUnchanged(),
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** How many files and directories are below the root. */
export function countNodes(tree: FileTree): { files: number; directories: number } {
  let files = 0;
  let directories = 0;
  for (const { node } of walk(tree)) {
    if (node.kind === "file") files += 1;
    else directories += 1;
  }
  return { files, directories };
}

/** Where a WIM cannot be read because the image is truncated, the error names the files that are cut. */
async function identifyWhole(image: Iso9660Image): Promise<WindowsIdentity> {
  try {
    return await identifyImage(image);
  } catch (error) {
    if (!(error instanceof Win7UsbError && error.code === "interrupted")) assertWhole(image, [paddingCode]);
    throw error;
  }
}
