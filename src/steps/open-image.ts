/** First step of every command: the ISO is opened, its file system read, and the Windows in it identified. */
import type { Iso9660Image } from "../iso9660-reader/index.js";
import { assertWhole, readImage } from "../iso9660-reader/index.js";
import type { FileSource } from "../source/file-source.js";
import { openFileSource } from "../source/file-source.js";
import type { FileTree } from "../tree/index.js";
import { walk } from "../tree/index.js";
import type { WindowsIdentity } from "../windows/index.js";
import { identifyImage } from "../windows/identify-image.js";

export type OpenedImage = {
  readonly path: string;
  /** Bytes of the file or medium. */
  readonly size: number;
  readonly source: FileSource;
  readonly image: Iso9660Image;
  readonly windows: WindowsIdentity;
  readonly files: number;
  readonly directories: number;
  close(): Promise<void>;
};

/** Opens and reads the image at `path`; throws what the readers throw (`image-missing`, `image-not-iso`, ...). */
export async function openImage(path: string): Promise<OpenedImage> {
  const source = await openFileSource(path);
  try {
    const image = await readImage(source);
    const windows = await identifyWhole(image);
    const counts = countNodes(image.tree);
    return { path, size: source.size, source, image, windows, ...counts, close: () => source.close() };
  } catch (error) {
    await source.close();
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

/** Where a WIM cannot be read because the image is cut short, the error names the files that are cut. */
async function identifyWhole(image: Iso9660Image): Promise<WindowsIdentity> {
  try {
    return await identifyImage(image);
  } catch (error) {
    assertWhole(image);
    throw error;
  }
}
