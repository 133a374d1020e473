/**
 * Which Windows is this? The answer comes from the WIMs' XML data, for every image and not only the first, and is held
 * against what else the disc says of itself: ei.cfg, idwbinfo.txt, cversion.ini, lang.ini, the catalogues' names and the
 * volume label. Traps: all retail discs of one language hold the same images, and only ei.cfg (and the label) make one of
 * them a Professional disc; the number of a build is not its service pack, so both are asked for; labels are copied
 * freely by rebuilding tools and prove nothing.
 */
import type { FileTree } from "../tree/index.js";
import { find } from "../tree/index.js";
import type { Wim, WimImage } from "../wim/index.js";
import type { Described } from "./cross-check.js";
import { crossCheck } from "./cross-check.js";
import type { Architecture, BootImages, Edition, UnreadableWim, WindowsIdentity } from "./identity.js";
import { productOf } from "./product.js";
import type { EditionConfig } from "./setup-files.js";
import { readSetupFiles } from "./setup-files.js";
import { bootImageIn, setupFolderOf, setupFoldersOf } from "./setup-folders.js";
import { openInstallImage, openWimAt } from "./setup-images.js";
import type { Channel, VolumeLabel } from "./volume-label.js";
import { parseVolumeLabel } from "./volume-label.js";
import { setupBuild, unreadableReason } from "./wim-readers.js";

export type { Architecture, BootImages, Edition, InstallImage, UnreadableWim, WindowsIdentity } from "./identity.js";
export type { Channel, VolumeLabel } from "./volume-label.js";
export { parseVolumeLabel } from "./volume-label.js";
export type { BiosBootEntry, BootFileCheck, CheckStatus } from "./boot-files.js";
export { checkBootFiles } from "./boot-files.js";
export type { Caveat } from "./caveats.js";
export { caveats } from "./caveats.js";
export type { EditionFacts } from "./editions.js";
export { editionFacts, keyAdvice } from "./editions.js";
export type { SupportStatus } from "./support-status.js";
export { supportStatus } from "./support-status.js";
export type { PreRelease } from "./pre-release.js";
export { preRelease } from "./pre-release.js";
export type { SuitabilityCode, SuitabilityRefusal } from "./refusals.js";
export { assertSuitable, suitabilityRefusals } from "./refusals.js";

/** What the reader of the image knows besides the files. */
export type ImageDescription = { readonly volumeLabel?: string; readonly applicationIdentifier?: string };

/**
 * Says what a disc's tree is. It throws `wim-damaged` or `wim-unsupported` where a WIM cannot be read; a disc that is no
 * Windows at all is described by nulls, not by an error.
 */
export async function identify(tree: FileTree, image: ImageDescription = {}): Promise<WindowsIdentity> {
  const setupFolders = setupFoldersOf(tree);
  const folder = setupFolderOf(tree);
  const [install, boot, files] = await Promise.all([
    openInstallImage(tree, folder),
    openWimAt(tree, bootImageIn(folder)),
    readSetupFiles(tree, folder),
  ]);
  const windowsImages = (install?.wim ?? boot)?.images.filter((candidate) => candidate.hasWindows) ?? [];
  const editions = install === null ? [] : windowsImages.map(editionOf);
  const volumeLabel = parseVolumeLabel(image.volumeLabel ?? "");
  const bootImages = boot === null ? null : bootImagesOf(boot);
  const described: Described = {
    product: productOfAll(windowsImages) ?? olderProduct(tree),
    architecture: architectureOfAll(windowsImages),
    build: lowest(windowsImages.map((candidate) => candidate.build)),
    servicePack: lowestOfAll(windowsImages.map((candidate) => candidate.spLevel)),
    servicePackBuild: lowest(windowsImages.map((candidate) => candidate.spBuild)),
    languages: languagesOfAll(windowsImages),
    edition: offeredEdition(files.editionConfig, editions),
    channel: channelOf(files.editionConfig, volumeLabel),
    editions,
    setupFolders,
    installImage: install?.image ?? null,
    bootImages,
    unreadable: unreadableWims(boot, install?.wim ?? null, setupBuild(bootImages)),
    volumeLabel,
  };
  return { ...described, warnings: crossCheck(described, files, image.applicationIdentifier) };
}

function unreadableWims(boot: Wim | null, install: Wim | null, build: number | null): UnreadableWim[] {
  const wims = [
    { role: "boot", wim: boot },
    { role: "install", wim: install },
  ] as const;
  return wims.flatMap(({ role, wim }) => {
    const reason = wim === null ? null : unreadableReason(role, wim.header, build);
    return wim === null || reason === null ? [] : [{ path: wim.name, role, reason }];
  });
}

/** What is blank says nothing. */
const said = (text: string | null): string | null => (text === null || text.trim() === "" ? null : text);

function editionOf(image: WimImage): Edition {
  return {
    index: image.index,
    id: said(image.editionId) ?? said(image.flags),
    name: said(image.displayName) ?? said(image.name) ?? `Image ${image.index}`,
    architecture: image.architecture,
    build: image.build,
    servicePack: image.spLevel,
    servicePackBuild: image.spBuild,
    languages: image.languages,
    modified: image.lastModificationTime,
  };
}

function bootImagesOf(wim: Wim): BootImages {
  return {
    path: wim.name,
    bootIndex: wim.header.bootIndex,
    images: wim.images.map(({ index, name, architecture, build }) => ({
      index,
      name: said(name) ?? `Image ${index}`,
      architecture,
      build,
    })),
  };
}

function productOfAll(images: readonly WimImage[]): string | null {
  const products = new Set(images.map(productOf).filter((product) => product !== null));
  return products.size === 0 ? null : [...products].join(" and ");
}

/** Windows XP and older have no WIM; their discs carry these tag files in the root. */
function olderProduct(tree: FileTree): string | null {
  if (find(tree, "WIN51") !== undefined) return "Windows XP";
  return find(tree, "CDROM_NT.5") === undefined ? null : "Windows 2000";
}

function architectureOfAll(images: readonly WimImage[]): Architecture | null {
  const known = new Set(images.map((image) => image.architecture).filter((value) => value !== null));
  const [first, second] = known;
  return second === undefined ? (first ?? null) : "mixed";
}

function lowest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => Math.min(a, b));
}

/** As `lowest`, but one image that does not say makes it unknown. */
function lowestOfAll(values: readonly (number | null)[]): number | null {
  return values.includes(null) ? null : lowest(values);
}

function languagesOfAll(images: readonly WimImage[]): string[] {
  const first = images[0]?.defaultLanguage ?? null;
  const all = new Set(images.flatMap((image) => image.languages));
  const others = [...all].filter((language) => language !== first).toSorted();
  return first === null ? others : [first, ...others];
}

function offeredEdition(config: EditionConfig | null, editions: readonly Edition[]): string | null {
  const configured = config?.editionId ?? null;
  if (configured !== null) return configured;
  return editions.length === 1 ? (editions[0]!.id ?? editions[0]!.name) : null;
}

/** ei.cfg decides which keys Setup accepts; the label only tells where there is no such file. */
function channelOf(config: EditionConfig | null, label: VolumeLabel | null): Channel | null {
  const channels: readonly Channel[] = ["Retail", "OEM", "Volume"];
  const configured = channels.find((channel) => channel.toLowerCase() === config?.channel?.toLowerCase());
  if (label?.channel === "Evaluation" || label?.channel === "Checked") return label.channel;
  return configured ?? label?.channel ?? null;
}
