/** The step that describes an image. It does not judge: an image without Windows 7 is no error here. */
import type { Warning } from "../errors.js";
import type { ElTorito, FileSystemSummary, Iso9660Image, IsoFileSystem } from "../iso9660-reader/index.js";
import { faultyNameWarnings, withoutFaultyNames } from "../volumes/faulty-names.js";
import { chooseFileSystem } from "../volumes/choose-file-system.js";
import type { KnownImages, LookAlike } from "../windows/known-images/index.js";
import { lookAlike } from "../windows/known-images/index.js";
import type { WindowsIdentity } from "../windows/index.js";
import { suitabilityRefusals } from "../windows/index.js";
import type { ImageInput, InputOptions } from "./image-input.js";
import type { OpenedImage } from "./open-image.js";
import { openImage } from "./open-image.js";

/** The volume, as `--json` shows it. */
export type ImageFacts = {
  /** The path, or the name of what has none. */
  readonly path: string;
  /** Bytes of the file, or of the volume on a disc. */
  readonly size: number;
  /** Bytes that an optical drive counts of its disc, with run-out blocks behind the volume; absent for everything else. */
  readonly capacity?: number;
  readonly volumeLabel: string;
  /** The file system that was read: the newest one there is. */
  readonly fileSystem: IsoFileSystem;
  /** All file systems of the image, beginning with the one that was read. */
  readonly fileSystems: readonly FileSystemSummary[];
  /** Bytes that the volume claims; an image with fewer is truncated, one with more is padded. */
  readonly volumeSize: number;
  /** Below the root. */
  readonly files: number;
  /** Below the root. */
  readonly directories: number;
  /** Null where the disc has no boot catalogue that can be read. */
  readonly elTorito: ElTorito | null;
  /** The primary volume descriptor's (ECMA-119 8.4.23); null in an image of UDF alone. */
  readonly applicationIdentifier: string | null;
};

/** The Windows in an image, as `--json` shows it. */
export type WindowsFacts = Omit<WindowsIdentity, "volumeLabel" | "warnings" | "unreadable" | "setupFolders">;

/** What is in an image. */
export type Inspection = {
  readonly image: ImageFacts;
  readonly windows: WindowsFacts;
  /** The published image that it claims to be by its label and size; no hash was compared. */
  readonly known: LookAlike | null;
  /** First the refusals by name, then oddities and contradictions of the volume and its Windows. */
  readonly warnings: readonly Warning[];
};

/** Events of `inspect`. */
export type InspectEvent = { readonly event: "warning" } & Warning;

/** Choices of `inspect`. */
export type InspectOptions = InputOptions & {
  /** Called with every warning, in the order of the result. */
  readonly onEvent?: ((event: InspectEvent) => void) | undefined;
  /** Published images; the package's own table if not given. */
  readonly knownImages?: KnownImages | undefined;
};

/** Describes an image. Throws what `openImage` throws. */
export async function inspect(input: ImageInput, options: InspectOptions = {}): Promise<Inspection> {
  const opened = await openImage(input, options);
  try {
    const inspection = await inspectionOf(opened, options.knownImages);
    for (const warning of inspection.warnings) options.onEvent?.({ event: "warning", ...warning });
    return inspection;
  } finally {
    await opened.close();
  }
}

async function inspectionOf(opened: OpenedImage, table: KnownImages | undefined): Promise<Inspection> {
  const { image, windows } = opened;
  const known = await lookAlike(opened.size, image.volumeLabel, table);
  const warnings: Warning[] = [
    ...suitabilityRefusals(windows, image.tree).map(({ code, message }) => ({ code, message })),
    ...image.warnings,
    ...faultyNameWarnings(withoutFaultyNames(image.tree, chooseFileSystem(image.tree, "auto").fileSystem).faults),
    ...windows.warnings,
  ];
  return { image: imageFacts(opened), windows: windowsFacts(windows), known, warnings };
}

type FactSource = Pick<OpenedImage, "path" | "size" | "files" | "directories" | "disc"> & {
  readonly image: Iso9660Image;
};

export function imageFacts({ path, size, disc, image, files, directories }: FactSource): ImageFacts {
  const capacity = disc?.capacity ?? null;
  return {
    path,
    size,
    ...(capacity === null ? {} : { capacity }),
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

export function windowsFacts(windows: WindowsIdentity): WindowsFacts {
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
