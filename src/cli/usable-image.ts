/** An image before anything is asked that is of no use without one: nobody chooses a drive for an image that is none. */
import { openImage, type OpenedImage } from "../steps/open-image.js";
import { assertSuitable } from "../windows/index.js";

export type UsableImage = Pick<OpenedImage, "windows" | "size"> & { readonly path: string; readonly label: string };

/** Throws what keeps it from being written; `allow` lifts refusals. The file is closed again. */
export async function usableImage(path: string, allow: readonly string[]): Promise<UsableImage> {
  const opened = await openImage(path);
  try {
    const { windows, image, size } = opened;
    assertSuitable(windows, image.tree, allow);
    return { path, windows, size, label: image.volumeLabel };
  } finally {
    await opened.close();
  }
}
