/** From an image to the Windows in it. */
import type { Iso9660Image } from "../iso9660-reader/index.js";
import type { WindowsIdentity } from "./index.js";
import { identify } from "./index.js";

/** Says which Windows an image holds, from its tree and from what the volume says of itself. */
export function identifyImage(image: Iso9660Image): Promise<WindowsIdentity> {
  return identify(image.tree, {
    volumeLabel: image.volumeLabel,
    applicationIdentifier: image.primaryVolume?.applicationIdentifier ?? "",
  });
}
