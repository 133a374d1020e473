/** Reads an image as far as possible: damage ends the reading and becomes a finding, not an error. */
import type { ErrorCode } from "../errors.js";
import { Win7UsbError } from "../errors.js";
import type { Iso9660Image } from "../iso9660-reader/index.js";
import { readImage } from "../iso9660-reader/index.js";
import type { ByteSource } from "../source/byte-source.js";
import { withMergedFolders } from "../volumes/merged-folders.js";
import type { WindowsIdentity } from "../windows/index.js";
import { identifyImage } from "../windows/identify-image.js";

export type ReadOutcome<T> =
  | { readonly value: T; readonly problem: null }
  | { readonly value: null; readonly problem: Win7UsbError };

export type ReadForVerification = {
  readonly volume: ReadOutcome<Iso9660Image>;
  /** Also a problem where the volume has one. */
  readonly windows: ReadOutcome<WindowsIdentity>;
};

/** Codes that are about the image's bytes. Other errors (no such file, no ISO, ...) are thrown on. */
const findings: readonly ErrorCode[] = ["image-damaged", "image-truncated", "wim-damaged", "wim-unsupported"];

export async function readForVerification(source: ByteSource): Promise<ReadForVerification> {
  const volume = await outcomeOf(readImage(source).then(withMergedFolders));
  if (volume.value === null) return { volume, windows: volume };
  return { volume, windows: await outcomeOf(identifyImage(volume.value)) };
}

export async function outcomeOf<T>(work: Promise<T>): Promise<ReadOutcome<T>> {
  try {
    return { value: await work, problem: null };
  } catch (error) {
    if (error instanceof Win7UsbError && findings.includes(error.code)) return { value: null, problem: error };
    throw error;
  }
}
