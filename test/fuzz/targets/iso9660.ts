/** ISO 9660, Joliet, Rock Ridge and El Torito, as a disc image has them. */
import { assertWhole, readImage } from "../../../src/iso9660-reader/index.js";
import { largestDisc, tryContents } from "../disc.js";
import { checkText, foreseen, foreseenNow } from "../foreseen.js";
import { decodeSparse, sparseSource } from "../sparse.js";

export async function fuzz(data: Uint8Array): Promise<void> {
  const image = await foreseen(() => readImage(sparseSource(decodeSparse(data, largestDisc))));
  if (image === undefined) return;
  for (const { message } of image.warnings) checkText(message);
  foreseenNow(() => assertWhole(image));
  await tryContents(image.tree);
}
