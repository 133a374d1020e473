/** The object that `inspect --json` prints; its names are the public contract. The text for people is made from it. */
import type { OpenedImage } from "../../steps/open-image.js";
import type { Warning, WindowsIdentity } from "../../windows/index.js";
import { refusals } from "../../windows/index.js";
import { lookAlike } from "../../windows/known-images/index.js";
import type { LookAlike } from "../../windows/known-images/index.js";

export type Inspection = Awaited<ReturnType<typeof inspectionOf>>;

export async function inspectionOf(opened: OpenedImage) {
  const { image, windows } = opened;
  const known: LookAlike | null = await lookAlike(opened.size, image.volumeLabel);
  const warnings: Warning[] = [
    ...refusals(windows, image.tree).map(({ code, message }) => ({ code, message })),
    ...image.warnings,
    ...windows.warnings,
  ];
  return {
    schema: 1,
    image: imageFields(opened),
    windows: windowsFields(windows),
    known,
    warnings,
  };
}

/** What `--json` says of the volume. */
export function imageFields({
  path,
  size,
  image,
  files,
  directories,
}: Omit<OpenedImage, "source" | "windows" | "close">) {
  return {
    path,
    size,
    volumeLabel: image.volumeLabel,
    fileSystem: image.fileSystem,
    fileSystems: image.fileSystems,
    volumeSize: image.volumeEnd,
    files,
    directories,
    elTorito: image.elTorito,
    applicationIdentifier: image.primaryVolume?.applicationIdentifier ?? null,
  };
}

/** What `--json` says of the Windows in it. */
export function windowsFields(windows: WindowsIdentity) {
  return {
    product: windows.product,
    architecture: windows.architecture,
    build: windows.build,
    servicePack: windows.servicePack,
    servicePackBuild: windows.servicePackBuild,
    languages: windows.languages,
    edition: windows.edition,
    channel: windows.channel,
    editions: windows.editions,
    installImage: windows.installImage,
    bootImages: windows.bootImages,
  };
}
