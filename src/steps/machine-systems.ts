/** The two systems of an image that need drivers: Setup's, which boot.wim starts, and the Windows that it installs. */
import { Win7UsbError } from "../errors.js";
import type { DriverFinder } from "../machine/find-drivers.js";
import type { FileTree } from "../tree/index.js";
import type { Wim } from "../wim/index.js";
import { visitInboxInfs } from "../windows/inbox-infs.js";
import type { WindowsIdentity } from "../windows/index.js";
import { openWimAt, openWimParts } from "../windows/setup-images.js";

/** The image of a WIM whose drivers were looked at. */
export type MachineSystem = {
  /** Path of the WIM; of a split one, of its first part. */
  readonly path: string;
  /** Of the image, counted from 1. */
  readonly index: number;
  readonly name: string;
  /** INFs that it comes with. */
  readonly infs: number;
};

/** `system` is null where its own drivers are not known; `reason` is why, as the end of a sentence. */
export type FoundSystem = { readonly finder: DriverFinder } & (
  | { readonly system: MachineSystem }
  | { readonly system: null; readonly reason: string }
);

/** Throws `wim-damaged`, `wim-unsupported` and `interrupted`. */
export async function setupSystem(
  tree: FileTree,
  { bootImages }: WindowsIdentity,
  finder: DriverFinder,
): Promise<FoundSystem> {
  const index = bootImages?.bootIndex ?? 0;
  const image = bootImages?.images.find((each) => each.index === index);
  if (bootImages === null || image === undefined) {
    const reason = bootImages === null ? "there is no boot.wim" : `no image of ${bootImages.path} is set to boot`;
    return { finder, system: null, reason };
  }
  const wim = await openWimAt(tree, bootImages.path);
  return systemOf(wim === null ? [] : [wim], image, finder);
}

/** The edition that Setup installs; of several, the first one. */
export async function installedSystem(
  tree: FileTree,
  { installImage, editions, edition }: WindowsIdentity,
  finder: DriverFinder,
): Promise<FoundSystem> {
  const image = editions.find(({ id }) => id !== null && id === edition) ?? editions[0];
  if (installImage === null || image === undefined) return { finder, system: null, reason: "there is no install.wim" };
  const { path, kind, missingParts } = installImage;
  if (kind === "esd") return { finder, system: null, reason: `${path} is compressed in a way that is not read here` };
  if (missingParts.length > 0) return { finder, system: null, reason: `parts of ${path} are missing` };
  return systemOf(await openWimParts(tree, installImage), image, finder);
}

async function systemOf(
  parts: readonly Wim[],
  { index, name }: Pick<MachineSystem, "index" | "name">,
  finder: DriverFinder,
): Promise<FoundSystem> {
  const path = parts[0]?.name ?? "";
  try {
    const infs = await visitInboxInfs(parts, index, (inf, data) => finder.addInbox(inf, data));
    if (infs === 0) return { finder, system: null, reason: `${path} has no INFs in image ${index} (${name})` };
    return { finder, system: { path, index, name, infs } };
  } catch (error) {
    if (!(error instanceof Win7UsbError && error.code === "wim-unsupported")) throw error;
    return { finder, system: null, reason: error.message };
  }
}
